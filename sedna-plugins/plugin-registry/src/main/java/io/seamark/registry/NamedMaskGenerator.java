package io.seamark.registry;

import io.seamark.perception.ClassScores;
import io.seamark.perception.Frame;
import io.seamark.perception.SegmentMask;
import io.seamark.plugin.MaskGenerator;
import io.seamark.plugin.MemoryNeed;

/** A mask generator whose failures have its name; masks of another size than the frame are one. */
final class NamedMaskGenerator implements MaskGenerator {
  private final PluginCall call;
  private final MaskGenerator plugin;

  NamedMaskGenerator(PluginCall call, MaskGenerator plugin) {
    this.call = call;
    this.plugin = plugin;
  }

  @Override
  public Generated generate(Frame frame) {
    return checked(frame, call.run(() -> plugin.generate(frame)));
  }

  @Override
  public Generated generate(Frame frame, ClassScores scores) {
    return checked(frame, call.run(() -> plugin.generate(frame, scores)));
  }

  private Generated checked(Frame frame, Generated generated) {
    for (SegmentMask mask : generated.masks()) {
      call.checkSize("a mask", mask.width(), mask.height(), frame.width(), frame.height());
    }
    return generated;
  }

  @Override
  public MemoryNeed memory(int width, int height) {
    return call.run(() -> plugin.memory(width, height));
  }

  @Override
  public void close() {
    plugin.close();
  }
}
