package io.seamark.knowledge.training;

import io.seamark.knowledge.evaluation.ModelJudge;
import io.seamark.knowledge.evaluation.ModelJudge.Consensus;
import io.seamark.knowledge.evaluation.ModelJudge.Judgement;
import io.seamark.knowledge.evaluation.ModelJudge.Panel;
import io.seamark.knowledge.evaluation.ModelRanking;
import io.seamark.knowledge.frames.LabelledFrames;
import io.seamark.knowledge.training.Learner.Candidate;
import io.seamark.knowledge.training.Learner.Choice;
import io.seamark.knowledge.training.Learner.Judged;
import io.seamark.knowledge.training.Learner.Ranked;
import io.seamark.plugin.BaseModel;
import io.seamark.plugin.PluginKind;
import io.seamark.plugin.TaskUpdateDecision.Accepted;
import io.seamark.plugin.TaskUpdateDecision.Comparison;
import io.seamark.plugin.TaskUpdateDecision.Evaluation;
import io.seamark.plugin.TrainableModel;
import io.seamark.registry.ConfiguredPlugins;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.stream.IntStream;

/**
 * Chooses among the candidates of one model, by what serves and without labels of the new world.
 */
final class CandidateChoice {
  private final ConfiguredPlugins plugins;
  private final Learner.Sources sources;
  private final List<Long> heldOut;
  private final LabelledFrames retained;
  private final Path serving;
  private final Path folder;
  private final Renewal renewal;
  private final RoundControl control;

  /** Renews the head that predicts a model's errors, where it has one. */
  interface Renewal {
    /**
     * Renews it.
     *
     * @param learnt the model
     * @param figures gets what its training says
     * @return the model with it; empty if it was stopped
     * @throws IOException if too many frames cannot be read
     */
    Optional<TrainableModel> renew(TrainableModel learnt, Map<String, Double> figures)
        throws IOException;
  }

  /**
   * A choice to be made.
   *
   * @param plugins base model and task-update decision
   * @param sources what the round may read
   * @param heldOut sequences of new frames to judge on
   * @param retained frames with labels to judge on
   * @param serving file of the model that serves
   * @param folder for files that are deleted again
   * @param renewal of the chosen one
   * @param control watches and stops it
   */
  CandidateChoice(
      ConfiguredPlugins plugins,
      Learner.Sources sources,
      List<Long> heldOut,
      LabelledFrames retained,
      Path serving,
      Path folder,
      Renewal renewal,
      RoundControl control) {
    this.plugins = plugins;
    this.sources = sources;
    this.heldOut = heldOut;
    this.retained = retained;
    this.serving = serving;
    this.folder = folder;
    this.renewal = renewal;
    this.control = control;
  }

  /**
   * Judges, ranks and chooses.
   *
   * @param candidates at least one
   * @param first file of the model that everything began with, if it is known and does not serve
   * @return what was found; empty if it was stopped
   * @throws IOException if a model cannot be written or opened, or too many frames cannot be read
   */
  Optional<Choice> choose(List<Candidate> candidates, Optional<Path> first) throws IOException {
    Optional<List<List<Judgement>>> alone = origin(first);
    if (alone.isEmpty()) {
      return Optional.empty();
    }
    Optional<Evaluation> origin =
        alone.get().stream().map(one -> one.get(0).evaluation()).findFirst();
    List<Path> files = new ArrayList<>(List.of(serving));
    // Each against the one that serves, and all of them together.
    List<Panel> panels = new ArrayList<>();
    Optional<List<List<Judgement>>> found;
    try {
      for (Candidate candidate : candidates) {
        Path file = folder.resolve(".staged-" + candidate.name().text() + ".safetensors");
        panels.add(new Panel(List.of(0, files.size()), Consensus.VIEWS));
        files.add(file);
        candidate.model().save(file, Map.of());
      }
      List<Integer> all = IntStream.rangeClosed(1, candidates.size()).boxed().toList();
      panels.add(new Panel(all, Consensus.ENSEMBLE));
      found = found(heldOut, files, panels);
    } finally {
      for (Path file : files.subList(1, files.size())) {
        Files.deleteIfExists(file);
      }
    }
    if (found.isEmpty()) {
      return Optional.empty();
    }
    List<Ranked> judged = new ArrayList<>();
    for (int c = 0; c < candidates.size(); c++) {
      judged.add(judged(candidates.get(c), origin, found.get().get(c)));
    }
    return whole(ordered(judged, found.get().get(candidates.size())));
  }

  /** The best first, each with the other opinion on it. */
  private static List<Ranked> ordered(List<Ranked> judged, List<Judgement> together) {
    List<Evaluation> evaluations = together.stream().map(Judgement::evaluation).toList();
    List<Integer> order =
        ModelRanking.order(List.of(judged.stream().map(one -> one.judged().gain()).toList()));
    return order.stream().map(m -> judged.get(m).withRanking(evaluations.get(m))).toList();
  }

  /** The first that was accepted, with its head renewed; the best where none was. */
  private Optional<Choice> whole(List<Ranked> ranked) throws IOException {
    int place = 0;
    while (place < ranked.size() - 1
        && !(ranked.get(place).judged().verdict() instanceof Accepted)) {
      place++;
    }
    place = ranked.get(place).judged().verdict() instanceof Accepted ? place : 0;
    Ranked chosen = ranked.get(place);
    Map<String, Double> figures = new TreeMap<>(chosen.figures());
    Optional<TrainableModel> renewed = renewal.renew(chosen.candidate().model(), figures);
    if (renewed.isEmpty()) {
      return Optional.empty();
    }
    List<Ranked> all = new ArrayList<>(ranked);
    all.set(
        place,
        new Ranked(
            new Candidate(chosen.candidate().name(), renewed.get()),
            chosen.ranking(),
            chosen.judged(),
            figures));
    return Optional.of(new Choice(all, place));
  }

  /** The first model's figures, none where it is not known; empty if it was stopped. */
  private Optional<List<List<Judgement>>> origin(Optional<Path> first) throws IOException {
    return first.isEmpty()
        ? Optional.of(List.of())
        : found(List.of(), List.of(first.get()), List.of(Panel.all(1, Consensus.VIEWS)));
  }

  private Ranked judged(Candidate candidate, Optional<Evaluation> origin, List<Judgement> both) {
    Map<String, Double> figures = new TreeMap<>();
    both.get(0)
        .agreementByTask()
        .forEach((task, agreement) -> figures.put("task." + task + ".serving", agreement));
    both.get(1)
        .agreementByTask()
        .forEach((task, agreement) -> figures.put("task." + task + ".candidate", agreement));
    Comparison comparison =
        new Comparison(origin, both.get(0).evaluation(), both.get(1).evaluation());
    Judged judged =
        new Judged(
            comparison.serving(),
            comparison.candidate(),
            plugins.create(PluginKind.TASK_UPDATE_DECISION).decide(comparison));
    return new Ranked(candidate, comparison.candidate(), judged, figures);
  }

  private Optional<List<List<Judgement>>> found(
      List<Long> newFrames, List<Path> models, List<Panel> panels) throws IOException {
    BaseModel inference = plugins.create(PluginKind.BASEMODEL);
    int classes = inference.describe(models.get(0)).classes().size();
    LabelledFrames onNew = sources.samples().frames(newFrames).at(sources.size());
    LabelledFrames onRetained = retained.at(sources.size());
    int frames = onNew.size() + onRetained.size();
    List<String> tasks =
        newFrames.stream().map(s -> sources.tasks().taskOf().getOrDefault(s, "")).toList();
    return new ModelJudge(inference, classes)
        .judge(
            models,
            panels,
            onNew,
            tasks,
            onRetained,
            control::cancelled,
            done -> control.judged(done, frames));
  }
}
