package io.seamark.registry;

import io.seamark.perception.ClassMap;
import io.seamark.perception.ClassScores;
import io.seamark.perception.SegmentMask;
import io.seamark.plugin.MaskFusion;
import io.seamark.plugin.MemoryNeed;
import java.util.List;

/**
 * A mask fusion whose failures have its name. Where it was given what it must refuse, its refusal
 * is the caller's matter and passes as it is.
 */
@SuppressWarnings("try") // What it closes is a plugin, which may throw anything.
final class NamedMaskFusion implements MaskFusion, AutoCloseable {
  private final PluginCall call;
  private final MaskFusion plugin;

  NamedMaskFusion(PluginCall call, MaskFusion plugin) {
    this.call = call;
    this.plugin = plugin;
  }

  @Override
  public ClassMap fuse(ClassScores scores, List<SegmentMask> masks) {
    ClassMap fused;
    try {
      fused = call.run(() -> plugin.fuse(scores, masks));
    } catch (PluginFailedException e) {
      if (e.getCause() instanceof IllegalArgumentException refusal && !fit(scores, masks)) {
        throw refusal;
      }
      throw e;
    }
    call.checkSize("an answer", fused.width(), fused.height(), scores.width(), scores.height());
    return fused;
  }

  private static boolean fit(ClassScores scores, List<SegmentMask> masks) {
    for (float logit : scores.logits()) {
      if (!Float.isFinite(logit)) {
        return false;
      }
    }
    return masks.stream()
        .allMatch(mask -> mask.width() == scores.width() && mask.height() == scores.height());
  }

  @Override
  public MemoryNeed memory(int width, int height, int classes) {
    return call.run(() -> plugin.memory(width, height, classes));
  }

  @Override
  public void close() throws Exception {
    if (plugin instanceof AutoCloseable closeable) {
      closeable.close();
    }
  }
}
