package io.seamark.unknown.segment;

import io.seamark.plugin.MaskGenerator;
import io.seamark.plugin.PluginContext;
import io.seamark.plugin.PluginKind;
import io.seamark.plugin.PluginProvider;
import java.io.IOException;
import java.io.UncheckedIOException;

/** Makes {@link SegmentAnything}, plugin {@code segment_anything}. */
public final class SegmentAnythingProvider
    implements PluginProvider<MaskGenerator, SegmentAnythingParameters> {
  /** Made by the service loader. */
  public SegmentAnythingProvider() {}

  @Override
  public PluginKind<MaskGenerator> kind() {
    return PluginKind.MASK_GENERATOR;
  }

  @Override
  public String name() {
    return "segment_anything";
  }

  @Override
  public String text() {
    return "SAM's automatic mask generation with a folder of its two ONNX graphs.";
  }

  @Override
  public Class<SegmentAnythingParameters> hyperparameters() {
    return SegmentAnythingParameters.class;
  }

  @Override
  public MaskGenerator create(SegmentAnythingParameters hyperparameters, PluginContext context) {
    try {
      return SegmentAnything.open(hyperparameters, context.threads());
    } catch (IOException e) {
      throw new UncheckedIOException(e.getMessage(), e);
    }
  }
}
