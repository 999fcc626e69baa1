package io.seamark.knowledge.training;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.seamark.knowledge.Street;
import io.seamark.knowledge.frames.LabelledFrames;
import io.seamark.knowledge.frames.ProceduralDay;
import io.seamark.network.EdgeModel;
import io.seamark.network.RfNet;
import io.seamark.network.RfNetWeights;
import io.seamark.network.Tensor;
import io.seamark.network.tensorflow.RfNetTrainer;
import io.seamark.network.tensorflow.RfNetTraining;
import io.seamark.network.tensorflow.SoftIou;
import io.seamark.network.tensorflow.TrainingOptions;
import io.seamark.setting.AppealNetSettings;
import io.seamark.setting.FrameSize;
import java.io.IOException;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

class AppealNetTrainingTest {
  private static final AppealNetSettings QUICK = new AppealNetSettings(60, 300, 16, 1e-2, 0.2);
  private static final FrameSize SIZE = new FrameSize(Street.WIDTH, Street.HEIGHT);
  private static final LabelledFrames SEEN = new ProceduralDay(5, 10, Street.WIDTH, Street.HEIGHT);
  private static final LabelledFrames UNSEEN =
      new ProceduralDay(77, 6, Street.WIDTH, Street.HEIGHT);

  private static EdgeModel untrained() {
    return EdgeModel.of(RfNetWeights.initial(1, 11, 4, false));
  }

  private static EdgeModel train(
      EdgeModel start, AppealNetSettings settings, long seed, Map<String, Double> f)
      throws IOException {
    return RfNetTraining.of(
        AppealNetTraining.train(
                RfNetTraining.of(start),
                LabelledFrames.NONE,
                SEEN,
                SIZE,
                settings,
                seed,
                1,
                RoundControl.QUIET,
                f)
            .orElseThrow());
  }

  /** The mean loss over whole frames. */
  private static double lossOnUnseen(EdgeModel model, double cost) throws IOException {
    TrainingOptions options = TrainingOptions.fineTuning(1e-4, 1, 1, 1);
    try (RfNetTrainer network = new RfNetTrainer(model, Street.WIDTH, Street.HEIGHT, options)) {
      double sum = 0;
      for (int i = 0; i < UNSEEN.size(); i++) {
        LabelledFrames.LabelledFrame frame = UNSEEN.read(i);
        double edge =
            SoftIou.loss(
                network.logits(frame.frame()),
                model.classes().size(),
                (Street.WIDTH + 3) / 4,
                (Street.HEIGHT + 3) / 4,
                frame.target());
        double q = network.appealNet(frame.frame());
        sum += q * edge - cost * Math.log(q);
      }
      return sum / UNSEEN.size();
    }
  }

  @Test
  void lossFallsOnFramesThatItNeverSaw() throws IOException {
    EdgeModel start = untrained();
    EdgeModel fresh = start.withWeights(RfNetWeights.withAppealNet(start.weights(), 5));
    Map<String, Double> figures = new HashMap<>();
    EdgeModel trained = train(start, QUICK, 5, figures);
    double before = lossOnUnseen(fresh, QUICK.cost());
    double after = lossOnUnseen(trained, QUICK.cost());
    assertTrue(after < before - 0.05, before + " -> " + after);
    double first = Objects.requireNonNull(figures.get("appealnet_first_loss"));
    double last = Objects.requireNonNull(figures.get("appealnet_last_loss"));
    assertTrue(last < first, figures.toString());
  }

  @Test
  void otherWeightsStayAsTheyAre() throws IOException {
    EdgeModel start = untrained();
    AppealNetSettings few = new AppealNetSettings(5, 5, 1, 1e-2, 0.1);
    EdgeModel once = train(start, few, 5, new HashMap<>());
    EdgeModel twice = train(once, few, 6, new HashMap<>());
    assertFalse(RfNet.hasAppealNet(start.weights()));
    assertTrue(RfNet.hasAppealNet(once.weights()));
    int moved = 0;
    for (Map.Entry<String, Tensor> entry : twice.weights().tensors().entrySet()) {
      String name = entry.getKey();
      float[] now = entry.getValue().values();
      if (name.startsWith(RfNet.APPEALNET)) {
        float[] then = Objects.requireNonNull(once.weights().tensors().get(name)).values();
        moved += Arrays.equals(then, now) ? 0 : 1;
      } else {
        Tensor then = Objects.requireNonNull(start.weights().tensors().get(name), name);
        assertArrayEquals(then.values(), now, name);
      }
    }
    assertTrue(moved > 0, "a second training gave the same head");
  }

  @Test
  void stopsWhenCancelled() throws IOException {
    AtomicInteger steps = new AtomicInteger();
    RoundControl afterThree =
        new RoundControl() {
          @Override
          public boolean cancelled() {
            return steps.get() == 3;
          }

          @Override
          public void trained(int done, int all, double loss) {
            steps.incrementAndGet();
          }
        };
    assertTrue(
        AppealNetTraining.train(
                RfNetTraining.of(untrained()),
                SEEN,
                LabelledFrames.NONE,
                SIZE,
                QUICK,
                5,
                1,
                afterThree,
                new HashMap<>())
            .isEmpty());
    assertEquals(3, steps.get());
  }

  @Test
  void needsFrames() {
    IllegalArgumentException e =
        assertThrows(
            IllegalArgumentException.class,
            () ->
                AppealNetTraining.train(
                    RfNetTraining.of(untrained()),
                    LabelledFrames.NONE,
                    LabelledFrames.NONE,
                    SIZE,
                    QUICK,
                    5,
                    1,
                    RoundControl.QUIET,
                    new HashMap<>()));
    assertEquals("there are no frames to train the AppealNet head on", e.getMessage());
  }
}
