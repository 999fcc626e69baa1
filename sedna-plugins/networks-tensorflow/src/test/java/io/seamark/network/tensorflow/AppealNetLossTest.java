package io.seamark.network.tensorflow;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.seamark.network.EdgeModel;
import io.seamark.network.RfNet;
import io.seamark.network.RfNetWeights;
import io.seamark.network.Tensor;
import io.seamark.perception.ClassMap;
import io.seamark.perception.Frame;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

class AppealNetLossTest {
  private static final int SIZE = 64;
  private static final double COST = 0.3;
  private static final EdgeModel PLAIN = EdgeModel.of(RfNetWeights.initial(1, 3, 2, false));
  private static final EdgeModel HEADED =
      PLAIN.withWeights(RfNetWeights.withAppealNet(PLAIN.weights(), 7));

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

  private static RfNetTrainer trainer(boolean headOnly) {
    TrainingOptions options = TrainingOptions.fineTuning(0.01, 2, 1, 1).withWeightDecay(0);
    return new RfNetTrainer(HEADED, SIZE, SIZE, options, new AppealNetLoss(COST, headOnly));
  }

  @Test
  void freshHead_givesHalfTheCrossEntropyAndTheCostOfAnEvenGuess() {
    TrainingSample sample =
        new TrainingSample(frame(40), new ClassMap(SIZE, SIZE, new byte[SIZE * SIZE]));
    TrainingOptions options = TrainingOptions.fineTuning(0.01, 2, 1, 1);
    double crossEntropy;
    try (RfNetTrainer plain = new RfNetTrainer(HEADED, SIZE, SIZE, options)) {
      assertEquals(0.5, plain.appealNet(sample.frame()), 1e-6);
      crossEntropy = plain.step(List.of(sample));
    }
    try (RfNetTrainer trainer = trainer(false)) {
      assertEquals(crossEntropy / 2 + COST * Math.log(2), trainer.step(List.of(sample)), 1e-4);
    }
  }

  @Test
  void headOnly_learnsWhereTheEdgeErrs_andLeavesTheRest() {
    try (RfNetTrainer trainer = trainer(true)) {
      ClassMap right = trainer.predict(frame(200));
      byte[] wrong = trainer.predict(frame(20)).classes().clone();
      for (int i = 0; i < wrong.length; i++) {
        wrong[i] = (byte) ((wrong[i] + 1) % 3);
      }
      List<TrainingSample> batch =
          List.of(
              new TrainingSample(frame(200), right),
              new TrainingSample(frame(20), new ClassMap(SIZE, SIZE, wrong)));
      for (int i = 0; i < 60; i++) {
        trainer.step(batch);
      }
      double trusted = trainer.appealNet(frame(200));
      double doubted = trainer.appealNet(frame(20));
      assertTrue(trusted > doubted + 0.05, trusted + " where right, " + doubted + " where wrong");
      Map<String, Tensor> after = trainer.snapshot().weights().tensors();
      HEADED
          .weights()
          .tensors()
          .forEach(
              (name, before) -> {
                float[] now = after.getOrDefault(name, before).values();
                if (name.startsWith(RfNet.APPEALNET)) {
                  assertFalse(Arrays.equals(before.values(), now), name);
                } else {
                  assertArrayEquals(before.values(), now, name);
                }
              });
    }
  }

  @Test
  void jointly_theEdgeLearnsToo() {
    try (RfNetTrainer trainer = trainer(false)) {
      trainer.step(
          List.of(new TrainingSample(frame(40), new ClassMap(SIZE, SIZE, new byte[SIZE * SIZE]))));
      assertFalse(
          Arrays.equals(
              HEADED.weights().get("logits.conv.weight").values(),
              trainer.snapshot().weights().get("logits.conv.weight").values()));
    }
  }

  @Test
  void wrongHeadsAndCosts_areNamed() {
    assertEquals(
        "the model has no AppealNet head to train",
        assertThrows(
                IllegalArgumentException.class,
                () ->
                    new RfNetTrainer(
                        PLAIN,
                        SIZE,
                        SIZE,
                        TrainingOptions.fineTuning(0.01, 1, 1, 1),
                        new AppealNetLoss(1, true)))
            .getMessage());
    assertEquals(
        "cost is 0.0, but must be above 0, at most 100",
        assertThrows(IllegalArgumentException.class, () -> new AppealNetLoss(0, true))
            .getMessage());
    Map<String, Tensor> two = new LinkedHashMap<>(HEADED.weights().tensors());
    two.put("appealnet.output.weight", new Tensor(List.of(2, 32, 1, 1), new float[64]));
    two.put("appealnet.output.bias", new Tensor(List.of(2), new float[2]));
    assertEquals(
        "'appealnet.output.weight' gives 2 channels, but must give 1",
        assertThrows(
                IllegalArgumentException.class,
                () -> EdgeModel.of(new io.seamark.network.Weights(two, Map.of())))
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
