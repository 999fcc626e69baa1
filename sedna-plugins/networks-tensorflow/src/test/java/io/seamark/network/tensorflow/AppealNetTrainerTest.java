package io.seamark.network.tensorflow;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.seamark.network.EdgeModel;
import io.seamark.network.RfNet;
import io.seamark.network.RfNetWeights;
import io.seamark.network.Tensor;
import io.seamark.network.Weights;
import io.seamark.perception.ClassMap;
import io.seamark.perception.Frame;
import io.seamark.plugin.TrainingSample;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

class AppealNetTrainerTest {
  private static final int SIZE = 64;
  private static final int CELLS = SIZE / 4;
  private static final double COST = 0.2;
  private static final EdgeModel PLAIN = EdgeModel.of(RfNetWeights.initial(1, 3, 2, false));
  private static final TrainingOptions OPTIONS = TrainingOptions.fineTuning(0.01, 16, 1, 1);

  /** A dark or a bright frame. */
  @SuppressWarnings("NullAway")
  private static Frame frame(int level) {
    byte[] rgb = new byte[3 * SIZE * SIZE];
    Random random = new Random(level);
    for (int i = 0; i < rgb.length; i++) {
      rgb[i] = (byte) (level + random.nextInt(20));
    }
    return new Frame(SIZE, SIZE, rgb, null);
  }

  private static AppealNetTrainer trainer() {
    return new AppealNetTrainer(PLAIN, CELLS, CELLS, OPTIONS);
  }

  private static RfNetTrainer network(EdgeModel model) {
    return new RfNetTrainer(model, SIZE, SIZE, OPTIONS);
  }

  @Test
  void fewDoubtedFrames_getTheCostOverTheirLoss() {
    AppealNetTrainer.Trained trained;
    try (RfNetTrainer edge = network(PLAIN);
        AppealNetTrainer trainer = trainer()) {
      trainer.add(edge.logits(frame(20)), 0.8);
      trainer.add(edge.logits(frame(200)), 0.3);
      trained = trainer.train(3, 400, COST);
    }
    assertTrue(trained.lastLoss() < trained.firstLoss(), trained.toString());
    try (RfNetTrainer network = network(trained.model())) {
      assertEquals(COST / 0.8, network.appealNet(frame(20)), 0.03);
      assertEquals(COST / 0.3, network.appealNet(frame(200)), 0.03);
    }
    Map<String, Tensor> after = trained.model().weights().tensors();
    PLAIN.weights().tensors().forEach((name, before) -> assertSame(before, after.get(name), name));
    assertEquals(PLAIN.weights().tensors().size() + 4, after.size());
  }

  @Test
  void oneSeedGivesOneHead() {
    Tensor[] biases = new Tensor[2];
    for (int i = 0; i < 2; i++) {
      try (RfNetTrainer edge = network(PLAIN);
          AppealNetTrainer trainer = trainer()) {
        trainer.add(edge.logits(frame(20)), 0.8);
        trainer.add(edge.logits(frame(200)), 0.3);
        biases[i] = trainer.train(2, 20, COST).model().weights().get("appealnet.hidden.bias");
      }
    }
    assertArrayEquals(biases[0].values(), biases[1].values(), 1e-4f);
  }

  @Test
  void anUntrainedHeadGivesHalf_andTheNetworksTrainingLeavesItAlone() {
    EdgeModel headed = PLAIN.withWeights(RfNetWeights.withAppealNet(PLAIN.weights(), 7));
    try (RfNetTrainer network = network(headed)) {
      assertEquals(0.5, network.appealNet(frame(40)), 1e-6);
      network.step(
          List.of(new TrainingSample(frame(40), new ClassMap(SIZE, SIZE, new byte[SIZE * SIZE]))));
      Weights after = network.snapshot().weights();
      assertFalse(
          Arrays.equals(
              headed.weights().get("logits.conv.weight").values(),
              after.get("logits.conv.weight").values()));
      String hidden = RfNet.APPEALNET + "hidden.weight";
      assertArrayEquals(headed.weights().get(hidden).values(), after.get(hidden).values());
    }
  }

  @Test
  void wrongFramesAndHeads_areNamed() {
    try (AppealNetTrainer trainer = trainer()) {
      assertEquals(
          "there are no frames to train the AppealNet head on",
          assertThrows(IllegalStateException.class, () -> trainer.train(1, 1, COST)).getMessage());
      float[] scores = new float[3 * CELLS * CELLS];
      assertEquals(
          "a frame has 768 scores and a loss of NaN, but must have 768 and one of 0 to 1",
          assertThrows(IllegalArgumentException.class, () -> trainer.add(scores, Double.NaN))
              .getMessage());
    }
    Map<String, Tensor> two =
        new LinkedHashMap<>(RfNetWeights.withAppealNet(PLAIN.weights(), 7).tensors());
    two.put("appealnet.output.weight", new Tensor(List.of(2, 16, 1, 1), new float[32]));
    two.put("appealnet.output.bias", new Tensor(List.of(2), new float[2]));
    assertEquals(
        "'appealnet.output.weight' gives 2 channels, but must give 1",
        assertThrows(IllegalArgumentException.class, () -> EdgeModel.of(new Weights(two, Map.of())))
            .getMessage());
  }

  @Test
  void degradation_keepsTheTargetAndRepeats() {
    TrainingSample sample =
        new TrainingSample(frame(100), new ClassMap(SIZE, SIZE, new byte[SIZE * SIZE]));
    Degradation always = new Degradation(1);
    TrainingSample a = always.apply(sample, new SplittableRandom(5));
    assertArrayEquals(a.frame().rgb(), always.apply(sample, new SplittableRandom(5)).frame().rgb());
    assertFalse(Arrays.equals(sample.frame().rgb(), a.frame().rgb()));
    assertEquals(sample.target(), a.target());
    assertEquals(sample, new Degradation(0).apply(sample, new SplittableRandom(5)));
  }
}
