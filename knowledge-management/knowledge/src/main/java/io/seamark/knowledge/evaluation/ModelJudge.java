package io.seamark.knowledge.evaluation;

import io.seamark.knowledge.frames.LabelledFrames;
import io.seamark.knowledge.frames.LabelledFrames.LabelledFrame;
import io.seamark.perception.ConfusionMatrix;
import io.seamark.perception.Frame;
import io.seamark.plugin.BaseModel;
import io.seamark.plugin.TaskUpdateDecision.Evaluation;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.BooleanSupplier;
import java.util.function.IntConsumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Computes the figures of models on held-out frames through the same known-sample inference that
 * the edge runs, from the same files, so that what is judged is what will serve.
 */
public final class ModelJudge {
  private static final Logger LOG = LoggerFactory.getLogger(ModelJudge.class);

  private final BaseModel inference;
  private final int classes;

  /**
   * A judge.
   *
   * @param inference the edge's
   * @param classes of the models, 1 to 255
   */
  public ModelJudge(BaseModel inference, int classes) {
    this.inference = inference;
    this.classes = classes;
  }

  /**
   * Judges models on the same frames. A frame that cannot be read is left out for all of them.
   *
   * @param models files
   * @param newFrames with the cloud's answers
   * @param retained with labels
   * @param cancelled asked before each frame
   * @param judged told the number of frames done
   * @return figures in the order of the models, or empty if cancelled
   * @throws IOException if a model cannot be opened
   */
  public Optional<List<Evaluation>> judge(
      List<Path> models,
      LabelledFrames newFrames,
      LabelledFrames retained,
      BooleanSupplier cancelled,
      IntConsumer judged)
      throws IOException {
    judged.accept(0);
    Counts onNew = new Counts(models.size());
    Counts onRetained = new Counts(models.size());
    try (Sessions sessions = new Sessions(models)) {
      for (int i = 0; i < newFrames.size() + retained.size(); i++) {
        if (cancelled.getAsBoolean()) {
          return Optional.empty();
        }
        boolean isNew = i < newFrames.size();
        LabelledFrames frames = isNew ? newFrames : retained;
        int index = isNew ? i : i - newFrames.size();
        LabelledFrame frame;
        try {
          frame = frames.read(index);
        } catch (IOException e) {
          LOG.warn(
              "frame {} of the {} is not judged on: {}", index, frames.source(), e.getMessage());
          continue;
        }
        (isNew ? onNew : onRetained).add(frame, sessions.of(frame.frame()));
        judged.accept(i + 1);
      }
    }
    List<Evaluation> figures = new ArrayList<>();
    for (int m = 0; m < models.size(); m++) {
      figures.add(
          new Evaluation(onNew.frames, onNew.meanIou(m), onRetained.frames, onRetained.meanIou(m)));
    }
    return Optional.of(figures);
  }

  /** Pixels by true and predicted class, for each model. */
  private final class Counts {
    private final List<ConfusionMatrix> byModel = new ArrayList<>();
    private int frames;

    Counts(int models) {
      for (int m = 0; m < models; m++) {
        byModel.add(new ConfusionMatrix(classes));
      }
    }

    void add(LabelledFrame frame, List<BaseModel.Session> sessions) {
      frames++;
      for (int m = 0; m < sessions.size(); m++) {
        byModel.get(m).add(frame.target(), sessions.get(m).infer(frame.frame()).classMap());
      }
    }

    double meanIou(int model) {
      return byModel.get(model).meanIou();
    }
  }

  private record Shape(int width, int height, boolean depth) {}

  /** The models, opened once for each size of frames. */
  private final class Sessions implements AutoCloseable {
    private final List<Path> models;
    private final Map<Shape, List<BaseModel.Session>> open = new HashMap<>();

    Sessions(List<Path> models) {
      this.models = models;
    }

    List<BaseModel.Session> of(Frame frame) throws IOException {
      Shape shape = new Shape(frame.width(), frame.height(), frame.depth() != null);
      List<BaseModel.Session> sessions = open.get(shape);
      if (sessions == null) {
        sessions = new ArrayList<>();
        open.put(shape, sessions);
        for (Path model : models) {
          sessions.add(inference.open(model, shape.width(), shape.height(), shape.depth()));
        }
      }
      return sessions;
    }

    @Override
    public void close() {
      open.values().forEach(sessions -> sessions.forEach(BaseModel.Session::close));
    }
  }
}
