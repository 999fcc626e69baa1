package io.seamark.sedna.job;

import io.seamark.cli.CommonOptions;
import io.seamark.cli.ModelOptions;
import io.seamark.cli.Seamark;
import io.seamark.durable.DurableFiles;
import io.seamark.edge.SeenTaskInference;
import io.seamark.edge.sync.LiveModel;
import io.seamark.failure.FailedException;
import io.seamark.imaging.Images;
import io.seamark.perception.Sample;
import io.seamark.plugin.PluginKind;
import io.seamark.registry.ConfiguredPlugins;
import io.seamark.unknown.processing.FrameProcessing;
import io.seamark.unknown.processing.UnseenTasks;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What unknown-task processing makes of samples without a label, with the scores of the model that
 * is trained on. An answer is a file as soon as it is there, so that a worker that was killed does
 * not answer a frame again.
 */
final class CloudAnswers {
  private static final Logger LOG = LoggerFactory.getLogger(CloudAnswers.class);
  private static final String ANSWER = ".png";
  private static final String SEEN = ".seen";

  private final CommonOptions.Workplace workplace;
  private final Path model;
  private final Path folder;
  private final String name;

  /**
   * For the samples of a round.
   *
   * @param workplace names the plugins
   * @param model that the round begins from
   * @param folder for the answers
   * @param name of the worker
   * @throws IOException if the model cannot be read, or the folder not be made
   */
  CloudAnswers(CommonOptions.Workplace workplace, Path model, Path folder, String name)
      throws IOException {
    this.workplace = workplace;
    this.model = model;
    this.name = name;
    this.folder =
        Files.createDirectories(folder.resolve(DurableFiles.sha256(model).substring(0, 16)));
  }

  /**
   * Answers samples.
   *
   * @param samples without a label
   * @return those that are unseen, with their answers
   * @throws IOException if the model cannot be opened, or no sample can be answered
   */
  List<LocalSample> of(List<LocalSample> samples) throws IOException {
    List<LocalSample> answered = new ArrayList<>();
    if (samples.isEmpty()) {
      return answered;
    }
    ConfiguredPlugins plugins = workplace.plugins();
    UnseenTasks unseen = new UnseenTasks(plugins);
    int failed = 0;
    String why = "";
    try (LiveModel live = new LiveModel(plugins.create(PluginKind.BASEMODEL), "base", model);
        FrameProcessing cloud =
            FrameProcessing.open(workplace.plugins(ModelOptions.cloudLooksWith(model)))) {
      SeenTaskInference inference =
          new SeenTaskInference(SeenTaskInference.Parts.of(plugins), List.of(live), name);
      for (LocalSample sample : samples) {
        try {
          Path answer = answer(sample, inference, unseen, cloud);
          if (answer.toString().endsWith(ANSWER)) {
            answered.add(sample.answered(answer));
          }
        } catch (IOException | IllegalArgumentException | FailedException e) {
          failed++;
          why = Seamark.message(e);
          LOG.warn("event=sample_not_answered line=\"{}\" reason=\"{}\"", sample.line(), why);
        }
      }
    }
    if (failed == samples.size()) {
      throw new IOException("none of the " + failed + " unlabelled samples was answered: " + why);
    }
    LOG.info(
        "event=samples_answered samples={} unseen={} failed={}",
        samples.size(),
        answered.size(),
        failed);
    return answered;
  }

  private Path answer(
      LocalSample sample, SeenTaskInference inference, UnseenTasks unseen, FrameProcessing cloud)
      throws IOException {
    String digest = DurableFiles.sha256(sample.item().image());
    Path answer = folder.resolve(digest + ANSWER);
    Path seen = folder.resolve(digest + SEEN);
    if (Files.isRegularFile(answer)) {
      return answer;
    }
    if (Files.isRegularFile(seen)) {
      return seen;
    }
    Sample read = sample.sample();
    UnseenTasks.Answered made =
        unseen.answer(
            new UnseenTasks.Sample(
                sample.attributes(),
                read.frame(),
                inference.infer(read.frame(), sample.attributes()).prediction().scores(),
                Map.of(),
                false),
            () -> cloud,
            List::of);
    if (!made.unseen()) {
      DurableFiles.replace(seen, new byte[0]);
      return seen;
    }
    DurableFiles.replace(answer, Images.encodeClassMap(made.answer().classMap()));
    return answer;
  }
}
