package io.seamark.knowledge.evaluation;

import io.seamark.perception.ClassMap;
import io.seamark.perception.ClassScores;
import io.seamark.perception.Frame;
import io.seamark.perception.Prediction;
import io.seamark.plugin.BaseModel;
import java.util.ArrayList;
import java.util.List;

/**
 * What models say of a frame and of other views of it: as it is, mirrored, brighter and darker. One
 * that is unsure or changes its mind from view to view ends up further from what all say together
 * than one that is not (agreement of transformed views, as in test-time augmentation and
 * consistency regularisation: Laine and Aila 2017, arXiv 1610.02242).
 */
final class Views {
  private static final double BRIGHTER = 0.7;
  private static final double DARKER = 1.4;

  private final Frame frame;
  private final List<Prediction> answers = new ArrayList<>();

  /** For each model its probabilities, summed over the views. */
  private final List<float[]> sums = new ArrayList<>();

  /**
   * Looks at a frame.
   *
   * @param frame that the models were opened for
   * @param models at least one
   * @param others whether to look at the other views too, which {@link #consensus} needs
   */
  Views(Frame frame, List<BaseModel.Session> models, boolean others) {
    this.frame = frame;
    Frame mirrored = frame.mirrored();
    Frame brighter = frame.withGamma(BRIGHTER);
    Frame darker = frame.withGamma(DARKER);
    for (BaseModel.Session model : models) {
      Prediction answer = model.infer(frame);
      answers.add(answer);
      float[] sum = answer.scores().probabilities();
      if (others) {
        add(sum, model.infer(mirrored).scores().mirrored(), 1);
        add(sum, model.infer(brighter).scores(), 1);
        add(sum, model.infer(darker).scores(), 1);
      }
      sums.add(sum);
    }
  }

  /** What a model says of the frame as it is. */
  ClassMap answer(int model) {
    return answers.get(model).classMap();
  }

  /**
   * The class with the highest probability, summed over models and views.
   *
   * @param models at least one
   * @param says what each model's word weighs, at least 0
   * @return a map of the frame's size
   */
  ClassMap consensus(List<Integer> models, List<Double> says) {
    float[] all = new float[sums.get(0).length];
    for (int m = 0; m < models.size(); m++) {
      add(all, sums.get(models.get(m)), says.get(m));
    }
    return highest(all);
  }

  /**
   * The class with the highest mean probability of several models, in the frame's one view.
   *
   * @param models at least one
   * @return a map of the frame's size
   */
  ClassMap ensemble(List<Integer> models) {
    float[] all = new float[sums.get(0).length];
    for (int model : models) {
      add(all, answers.get(model).scores(), 1);
    }
    return highest(all);
  }

  private static void add(float[] sum, ClassScores scores, double weight) {
    add(sum, scores.probabilities(), weight);
  }

  private static void add(float[] sum, float[] probabilities, double weight) {
    for (int i = 0; i < sum.length; i++) {
      sum[i] += (float) (weight * probabilities[i]);
    }
  }

  private ClassMap highest(float[] sum) {
    ClassScores shape = answers.get(0).scores();
    return new ClassScores(shape.classes(), shape.width(), shape.height(), sum)
        .resize(frame.width(), frame.height())
        .argmax();
  }
}
