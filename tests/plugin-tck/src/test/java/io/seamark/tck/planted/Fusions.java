package io.seamark.tck.planted;

import io.seamark.perception.ClassMap;
import io.seamark.perception.ClassScores;
import io.seamark.perception.SegmentMask;
import io.seamark.plugin.MaskFusion;
import io.seamark.plugin.PluginKind;
import java.util.Arrays;
import java.util.List;

/** Fusions, sound and faulty. */
final class Fusions {
  private Fusions() {}

  /** Each mask gets the class of its first pixel. */
  public static final class Sound extends PlantedProvider<MaskFusion> {
    /** Made by the service loader. */
    public Sound() {
      super(PluginKind.MASK_FUSION, context -> (scores, masks) -> paint(scores, masks, false));
    }
  }

  /** Forgets the pixels between the masks. */
  public static final class LosesPixels extends PlantedProvider<MaskFusion> {
    /** Made by the service loader. */
    public LosesPixels() {
      super(PluginKind.MASK_FUSION, context -> (scores, masks) -> paint(scores, masks, true));
    }
  }

  private static ClassMap paint(ClassScores scores, List<SegmentMask> masks, boolean forget) {
    for (float logit : scores.logits()) {
      if (!Float.isFinite(logit)) {
        throw new IllegalArgumentException("a score is " + logit);
      }
    }
    byte[] before = scores.argmax().classes();
    byte[] after = before.clone();
    if (forget && !masks.isEmpty()) {
      Arrays.fill(after, (byte) ClassMap.IGNORE);
    }
    for (SegmentMask mask : masks) {
      if (mask.width() != scores.width() || mask.height() != scores.height()) {
        throw new IllegalArgumentException("a mask has another size");
      }
      mask.pixels().stream().forEach(i -> after[i] = before[mask.pixels().nextSetBit(0)]);
    }
    return new ClassMap(scores.width(), scores.height(), after);
  }
}
