package io.seamark.knowledge.training;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.seamark.knowledge.frames.LabelledFrames;
import io.seamark.knowledge.frames.ProceduralDay;
import io.seamark.network.EdgeModel;
import io.seamark.network.RfNetWeights;
import io.seamark.network.tensorflow.RfNetTrainer;
import io.seamark.network.tensorflow.RfNetTraining;
import io.seamark.setting.FrameSize;
import io.seamark.setting.SettingGroup;
import io.seamark.setting.TrainingSettings;
import java.io.IOException;
import java.util.Map;
import org.junit.jupiter.api.Test;

class TrainingSizeTest {
  private static final EdgeModel MODEL = EdgeModel.of(RfNetWeights.initial(1, 11, 4, false));
  private static final TrainingSettings DEFAULTS = SettingGroup.TRAINING.defaults();
  private static final long ENOUGH = DEFAULTS.maxBytes();

  private static TrainingSettings from(String size, String bytes) {
    return SettingGroup.TRAINING.with(
        DEFAULTS, Map.of(TrainingSettings.SIZE, size, TrainingSettings.MAX_BYTES, bytes));
  }

  private static LabelledFrames own(int width, int height) {
    return new ProceduralDay(1, 3, width, height);
  }

  @Test
  void ownFramesDecideAndWithoutThemAStatedSize() throws IOException {
    TrainingSettings plain = from("", "");
    assertEquals(DEFAULTS, plain);
    assertEquals(
        TrainingSize.DEFAULT,
        TrainingSize.of(plain, RfNetTraining.of(MODEL), LabelledFrames.NONE, 4));
    assertEquals(
        new FrameSize(240, 160), TrainingSize.of(plain, RfNetTraining.of(MODEL), own(240, 160), 4));
    assertEquals(
        new FrameSize(100, 70),
        TrainingSize.of(from("100x70", ""), RfNetTraining.of(MODEL), own(240, 160), 4));
  }

  @Test
  void aSizeOfItsOwnIsHalvedUntilItFitsAndASetOneIsRefused() throws IOException {
    long least = RfNetTrainer.memory(MODEL, 240, 160, 64);
    TrainingSettings tight = from("", Long.toString(Math.max(512L << 20, least)));
    assertTrue(RfNetTrainer.memory(MODEL, 1920, 1280, 64) > tight.maxBytes());
    FrameSize fits = TrainingSize.of(tight, RfNetTraining.of(MODEL), own(1920, 1280), 64);
    assertTrue(RfNetTrainer.memory(MODEL, fits.width(), fits.height(), 64) <= tight.maxBytes());
    assertEquals(1920 * fits.height(), 1280 * fits.width());
    IllegalArgumentException e =
        assertThrows(
            IllegalArgumentException.class,
            () ->
                TrainingSize.of(
                    from("1920x1280", Long.toString(tight.maxBytes())),
                    RfNetTraining.of(MODEL),
                    own(1920, 1280),
                    64));
    assertTrue(
        String.valueOf(e.getMessage())
            .matches(
                "seamark.training.size is 1920x1280: with 64 frames a step a training would take"
                    + " about \\d+ MB, but seamark.training.max-bytes allows \\d+ MB; name a"
                    + " smaller size or batch"),
        e.getMessage());
  }

  @Test
  void memoryGrowsWithFramesBatchAndNetwork() {
    long base = RfNetTrainer.memory(MODEL, 480, 360, 1);
    assertTrue(RfNetTrainer.memory(MODEL, 480, 360, 4) > base + (100L << 20));
    assertTrue(RfNetTrainer.memory(MODEL, 4000, 4000, 4) > 16L << 30);
    EdgeModel wider = EdgeModel.of(RfNetWeights.initial(1, 11, 16, false));
    assertTrue(RfNetTrainer.memory(wider, 480, 360, 1) > base);
    // What the README's examples train with by default.
    assertTrue(RfNetTrainer.memory(wider, 480, 360, 4) < ENOUGH);
  }

  @Test
  void wrongValuesAreNamed() {
    for (String wrong : new String[] {"480", "480x", "16x16", "480x5000", "-1x5", "480×360"}) {
      IllegalArgumentException e =
          assertThrows(IllegalArgumentException.class, () -> from(wrong, ""));
      assertEquals(
          "seamark.training.size is '"
              + wrong
              + "', but must be WIDTHxHEIGHT with 32 to 4096 pixels each, such as 480x360",
          e.getMessage());
    }
    assertEquals(
        "seamark.training.max-bytes is 'much', but must be a whole number of bytes of at least"
            + " 536870912",
        assertThrows(IllegalArgumentException.class, () -> from("", "much")).getMessage());
  }

  @Test
  void unreadableOwnFramesAreSaid() {
    LabelledFrames damaged =
        new LabelledFrames() {
          @Override
          public int size() {
            return 2;
          }

          @Override
          public LabelledFrame read(int index) throws IOException {
            throw new IOException("damaged");
          }

          @Override
          public String source() {
            return "retained frames";
          }
        };
    IOException e =
        assertThrows(
            IOException.class,
            () -> TrainingSize.of(DEFAULTS, RfNetTraining.of(MODEL), damaged, 4));
    assertEquals("none of the first 2 of the retained frames can be read", e.getMessage());
  }
}
