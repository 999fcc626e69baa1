package io.seamark.knowledge.evaluation;

import io.seamark.knowledge.frames.LabelledFrames;
import io.seamark.knowledge.frames.LabelledFrames.LabelledFrame;
import io.seamark.perception.ClassMap;
import io.seamark.perception.ClassSet;
import io.seamark.perception.ConfusionMatrix;
import io.seamark.perception.Frame;
import io.seamark.perception.ScoreNotes;
import io.seamark.plugin.BaseModel;
import io.seamark.plugin.TaskUpdateDecision.Evaluation;
import io.seamark.plugin.TaskUpdateDecision.FrameCounts;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.BooleanSupplier;
import java.util.function.IntConsumer;
import java.util.stream.IntStream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Computes the figures of models on held-out frames through the same known-sample inference that
 * the edge runs, from the same files, so that what is judged is what will serve.
 *
 * <p>New frames have no labels, and the cloud's answers to them were made from the scores of the
 * serving model: held against them, that model would look right wherever it was surely wrong. So
 * each model is held against what all of them say together, see {@link Consensus}.
 */
public final class ModelJudge {
  private static final Logger LOG = LoggerFactory.getLogger(ModelJudge.class);

  private final BaseModel inference;
  private final int classes;

  /** What models say together of a frame without labels. */
  public enum Consensus {
    /**
     * Over several views of the frame. A model's word weighs as much as its mean IoU on the
     * retained frames, which have labels, or the same as any other's where there are none. Made for
     * two models that differ much, since one that is unsure is told from one that is not.
     */
    VIEWS,
    /**
     * The mean of their probabilities, each word weighing the same (Hu et al. 2024, Towards
     * Reliable Model Selection for Unsupervised Domain Adaptation, EnsV). Made for several models
     * of one origin: what most of them get wrong in ways of their own cancels out.
     */
    ENSEMBLE
  }

  /**
   * What is found of one model.
   *
   * @param evaluation its figures
   * @param agreementByTask agreement on the new frames of each task, as {@code newAgreement} is
   *     computed, 0 to 1; a task without judged pixels is absent
   */
  public record Judgement(Evaluation evaluation, Map<String, Double> agreementByTask) {
    /** Copies the map. */
    public Judgement {
      agreementByTask = Map.copyOf(agreementByTask);
    }
  }

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
   * Models that are held against each other on new frames.
   *
   * @param members places in the list of models that are judged, at least one
   * @param consensus what they are held against
   */
  public record Panel(List<Integer> members, Consensus consensus) {
    /** Copies the list. */
    public Panel {
      members = List.copyOf(members);
    }

    /**
     * All models of a list.
     *
     * @param models how many there are
     * @param consensus what they are held against
     * @return a panel of all
     */
    public static Panel all(int models, Consensus consensus) {
      return new Panel(IntStream.range(0, models).boxed().toList(), consensus);
    }
  }

  /**
   * Judges models on the same frames, each of which a model looks at once however many panels it
   * sits on. A frame that cannot be read is left out for all of them.
   *
   * @param models files
   * @param panels who is held against whom
   * @param newFrames of the changed world; what is known of them is not looked at
   * @param newTasks the task of each of them
   * @param retained with labels
   * @param cancelled asked before each frame
   * @param judged told the number of frames done
   * @return for each panel the figures in the order of its members, or empty if cancelled
   * @throws IOException if a model cannot be opened
   */
  public Optional<List<List<Judgement>>> judge(
      List<Path> models,
      List<Panel> panels,
      LabelledFrames newFrames,
      List<String> newTasks,
      LabelledFrames retained,
      BooleanSupplier cancelled,
      IntConsumer judged)
      throws IOException {
    judged.accept(0);
    boolean views = panels.stream().anyMatch(panel -> panel.consensus() == Consensus.VIEWS);
    Counts onRetained = new Counts(models.size());
    List<Findings> findings =
        panels.stream().map(panel -> new Findings(panel, onRetained)).toList();
    try (Sessions sessions = new Sessions(models)) {
      // The labels first: how well a model knows them is what its word weighs on the new frames.
      for (int i = 0; i < retained.size() + newFrames.size(); i++) {
        if (cancelled.getAsBoolean()) {
          return Optional.empty();
        }
        boolean labelled = i < retained.size();
        LabelledFrames frames = labelled ? retained : newFrames;
        int index = labelled ? i : i - retained.size();
        LabelledFrame frame;
        try {
          frame = frames.read(index);
        } catch (IOException e) {
          LOG.warn(
              "frame {} of the {} is not judged on: {}", index, frames.source(), e.getMessage());
          continue;
        }
        List<BaseModel.Session> open = sessions.of(frame.frame());
        if (labelled) {
          onRetained.add(
              frame.target(),
              open.stream().map(session -> session.infer(frame.frame()).classMap()).toList());
        } else {
          Views seen = new Views(frame.frame(), open, views);
          findings.forEach(panel -> panel.add(seen, newTasks.get(index)));
        }
        judged.accept(i + 1);
      }
    }
    if (!models.isEmpty()) {
      for (String note : ScoreNotes.of(onRetained.byModel.get(0), ClassSet.unnamed(classes))) {
        LOG.warn("score of {} on the {}: {}", models.get(0).getFileName(), retained.source(), note);
      }
    }
    return Optional.of(findings.stream().map(Findings::judgements).toList());
  }

  /** What is found of a panel. */
  private final class Findings {
    private final Panel panel;
    private final Counts onRetained;
    private final Counts onNew;
    private final Map<String, Counts> byTask = new TreeMap<>();

    /** Of a panel, with the counts of all models on the retained frames. */
    Findings(Panel panel, Counts onRetained) {
      this.panel = panel;
      this.onRetained = onRetained;
      this.onNew = new Counts(panel.members().size());
    }

    void add(Views seen, String task) {
      List<Integer> members = panel.members();
      ClassMap target =
          panel.consensus() == Consensus.ENSEMBLE
              ? seen.ensemble(members)
              : seen.consensus(members, onRetained.says(members));
      List<ClassMap> answers = members.stream().map(seen::answer).toList();
      onNew.add(target, answers);
      byTask.computeIfAbsent(task, t -> new Counts(members.size())).add(target, answers);
    }

    List<Judgement> judgements() {
      List<Judgement> found = new ArrayList<>();
      for (int m = 0; m < panel.members().size(); m++) {
        Map<String, Double> agreements = new TreeMap<>();
        for (Map.Entry<String, Counts> task : byTask.entrySet()) {
          double agreement = task.getValue().meanIou(m);
          if (Double.isFinite(agreement)) {
            agreements.put(task.getKey(), agreement);
          }
        }
        List<FrameCounts> labelled = onRetained.frames.get(panel.members().get(m));
        found.add(new Judgement(Evaluation.of(onNew.frames.get(m), labelled), agreements));
      }
      return found;
    }
  }

  private static FrameCounts counts(ConfusionMatrix matrix) {
    List<Long> labelled = new ArrayList<>();
    List<Long> answered = new ArrayList<>();
    List<Long> right = new ArrayList<>();
    for (int c = 0; c < matrix.classes(); c++) {
      long row = matrix.undecided(c);
      long column = 0;
      for (int other = 0; other < matrix.classes(); other++) {
        row += matrix.count(c, other);
        column += matrix.count(other, c);
      }
      labelled.add(row);
      answered.add(column);
      right.add(matrix.count(c, c));
    }
    return new FrameCounts(labelled, answered, right);
  }

  /** Pixels by target and predicted class, for each model. */
  private final class Counts {
    private final List<ConfusionMatrix> byModel = new ArrayList<>();
    private final List<List<FrameCounts>> frames = new ArrayList<>();

    Counts(int models) {
      for (int m = 0; m < models; m++) {
        byModel.add(new ConfusionMatrix(classes));
        frames.add(new ArrayList<>());
      }
    }

    void add(ClassMap target, List<ClassMap> answers) {
      for (int m = 0; m < answers.size(); m++) {
        ConfusionMatrix frame = new ConfusionMatrix(classes);
        frame.add(target, answers.get(m));
        byModel.get(m).add(frame);
        frames.get(m).add(counts(frame));
      }
    }

    double meanIou(int model) {
      return byModel.get(model).meanIou();
    }

    /** What some models' words weigh: their mean IoU; the same for all where nothing is known. */
    List<Double> says(List<Integer> models) {
      List<Double> says = models.stream().map(this::meanIou).toList();
      return says.stream().anyMatch(say -> say > 0) ? says : Collections.nCopies(says.size(), 1.0);
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
