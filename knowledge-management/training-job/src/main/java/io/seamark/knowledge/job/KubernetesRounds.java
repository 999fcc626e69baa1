package io.seamark.knowledge.job;

import io.fabric8.kubernetes.api.model.batch.v1.Job;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.seamark.buffer.ReplayBuffer;
import io.seamark.knowledge.model.ModelRegistry;
import io.seamark.knowledge.model.ModelVersion;
import io.seamark.knowledge.training.RoundControl;
import io.seamark.knowledge.training.RoundPlace;
import io.seamark.knowledge.training.RoundResult;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Rounds as Jobs: {@code seamark train} on the service's buffer, in a {@link HandedRound} that both
 * see. The Job is found again by its labels, so it outlives the service. One that was killed, or
 * whose node is gone, is followed by another one that goes on from its checkpoint.
 */
public final class KubernetesRounds implements RoundPlace {
  /** Beside the folder of models. */
  static final String FOLDER = "rounds";

  private static final Logger LOG = LoggerFactory.getLogger(KubernetesRounds.class);

  /** Jobs of one round at most. */
  private static final int ATTEMPTS = 4;

  private final Cluster cluster;
  private final JobTemplate template;
  private final Path buffer;
  private final Path folder;
  private final Map<String, String> settings;

  /**
   * Rounds that have not begun.
   *
   * @param client closed with this
   * @param template of their Jobs
   * @param buffer the replay buffer, as the Job's pod sees it too
   * @param folder of what is handed over, as the Job's pod sees it too
   * @param settings of the Job, as variables
   */
  KubernetesRounds(
      KubernetesClient client,
      JobTemplate template,
      Path buffer,
      Path folder,
      Map<String, String> settings) {
    this.cluster = new Cluster(client);
    this.template = template;
    this.buffer = buffer;
    this.folder = folder;
    this.settings = Map.copyOf(settings);
  }

  @Override
  public boolean unfinished(ModelRegistry registry) throws IOException {
    HandedRound round = HandedRound.next(registry, folder);
    HandedRound.removeOthers(folder, round);
    return round.handed();
  }

  @Override
  public void giveUp(ModelRegistry registry) throws IOException {
    for (Job job : cluster.jobs(template.name())) {
      cluster.delete(job.getMetadata().getName());
    }
    HandedRound.next(registry, folder).remove();
  }

  @Override
  public RoundResult run(ModelRegistry registry, ReplayBuffer samples, RoundControl control)
      throws IOException {
    HandedRound round = HandedRound.next(registry, folder);
    String name = template.name(round.version());
    boolean there = removeOthers(round, name);
    for (int attempt = 1; ; attempt++) {
      if (!there) {
        // A Job whose end nobody saw may have been removed since, and its version is here.
        Optional<ModelVersion> made = round.made();
        if (made.isPresent()) {
          return taken(registry, round, made.get());
        }
        begin(registry, round);
      }
      Optional<EndedJob> ended = await(round, name, control);
      if (ended.isEmpty()) {
        return new RoundResult.Cancelled(0);
      }
      cluster.delete(name);
      there = false;
      Optional<ModelVersion> made = round.made();
      if (made.isPresent()) {
        return taken(registry, round, made.get());
      }
      if (!ended.get().interrupted()) {
        round.remove();
        if (ended.get().complete()) {
          return new RoundResult.Idle(ended.get().idle());
        }
        throw new IOException("Job " + name + " " + ended.get().text());
      }
      if (attempt == ATTEMPTS) {
        round.remove();
        throw new IOException(
            "the Jobs "
                + name
                + " were ended "
                + ATTEMPTS
                + " times, the last "
                + ended.get().text());
      }
      LOG.warn("event=training_job_goes_on job={} reason=\"{}\"", name, ended.get().text());
    }
  }

  /** Removes what other rounds have left; whether this one's Job is there. */
  private boolean removeOthers(HandedRound round, String name) throws IOException {
    HandedRound.removeOthers(folder, round);
    boolean there = false;
    for (Job job : cluster.jobs(template.name())) {
      String found = job.getMetadata().getName();
      if (found.equals(name) && round.handed()) {
        there = true;
        LOG.info("event=training_job_found job={}", name);
      } else {
        cluster.delete(found);
      }
    }
    return there;
  }

  private void begin(ModelRegistry registry, HandedRound round) throws IOException {
    ModelVersion champion =
        registry
            .champion()
            .orElseThrow(() -> new IllegalStateException("the model registry has no champion"));
    if (!round.from(champion)) {
      round.remove();
      registry.handOver(round.folder());
    }
    cluster.create(
        template.of(
            round.version(),
            List.of("train", "--buffer=" + buffer, "--out=" + round.folder(), "--json"),
            settings));
    LOG.info("event=training_job_begins job={}", template.name(round.version()));
  }

  private Optional<EndedJob> await(HandedRound round, String name, RoundControl control)
      throws IOException {
    return cluster.await(name, template.labels(round.version()), control);
  }

  private static RoundResult taken(ModelRegistry registry, HandedRound round, ModelVersion made)
      throws IOException {
    ModelVersion version = registry.take(made, round.weights());
    round.remove();
    return new RoundResult.Judged(version);
  }

  @Override
  public void close() {
    cluster.close();
  }
}
