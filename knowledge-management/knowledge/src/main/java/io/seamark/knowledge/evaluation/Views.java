package io.seamark.knowledge.evaluation;

import io.seamark.perception.ClassMap;
import io.seamark.perception.ClassScores;
import io.seamark.perception.Frame;
import io.seamark.perception.Prediction;
import io.seamark.plugin.BaseModel;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * What models say together of a frame and of other views of it: as it is, mirrored, brighter and
 * darker. One that is unsure or changes its mind from view to view ends up further from the
 * consensus than one that is not (agreement of transformed views, as in test-time augmentation and
 * consistency regularisation: Laine and Aila 2017, arXiv 1610.02242).
 */
final class Views {
  private static final double BRIGHTER = 0.7;
  private static final double DARKER = 1.4;

  private Views() {}

  /**
   * The class with the highest probability, summed over models and views.
   *
   * @param frame that the models were opened for
   * @param models at least one
   * @param says what each model's word weighs, at least 0
   * @return a map of the frame's size
   */
  static ClassMap consensus(Frame frame, List<BaseModel.Session> models, List<Double> says) {
    Frame mirrored = frame.mirrored();
    Frame brighter = frame.withGamma(BRIGHTER);
    Frame darker = frame.withGamma(DARKER);
    @Nullable ClassScores shape = null;
    float[] sum = {};
    for (int m = 0; m < models.size(); m++) {
      BaseModel.Session model = models.get(m);
      for (ClassScores scores :
          List.of(
              model.infer(frame).scores(),
              model.infer(mirrored).scores().mirrored(),
              model.infer(brighter).scores(),
              model.infer(darker).scores())) {
        float[] probabilities = scores.probabilities();
        sum = shape == null ? new float[probabilities.length] : sum;
        shape = scores;
        for (int i = 0; i < sum.length; i++) {
          sum[i] += (float) (says.get(m) * probabilities[i]);
        }
      }
    }
    ClassScores last = Objects.requireNonNull(shape, "no model");
    return new ClassScores(last.classes(), last.width(), last.height(), sum)
        .resize(frame.width(), frame.height())
        .argmax();
  }

  /**
   * The class with the highest mean probability of several models, in the frame's one view.
   *
   * @param frame that was answered
   * @param answers to it, at least one
   * @return a map of the frame's size
   */
  static ClassMap ensemble(Frame frame, List<Prediction> answers) {
    ClassScores shape = answers.get(0).scores();
    float[] sum = new float[shape.probabilities().length];
    for (Prediction answer : answers) {
      float[] probabilities = answer.scores().probabilities();
      for (int i = 0; i < sum.length; i++) {
        sum[i] += probabilities[i];
      }
    }
    return new ClassScores(shape.classes(), shape.width(), shape.height(), sum)
        .resize(frame.width(), frame.height())
        .argmax();
  }
}
