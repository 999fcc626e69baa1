package io.seamark.knowledge.job;

import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientBuilder;
import io.fabric8.kubernetes.client.jdkhttp.JdkHttpClientFactory;
import io.seamark.knowledge.LearningSettings;
import io.seamark.knowledge.training.RoundPlace;
import io.seamark.setting.TrainingJobSettings;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Says where the rounds of a service run. */
public final class TrainingPlace {
  private static final Logger LOG = LoggerFactory.getLogger(TrainingPlace.class);

  /** What Kubernetes mounts into a pod that may speak to its API server. */
  private static final Path ACCOUNT = Path.of("/var/run/secrets/kubernetes.io/serviceaccount");

  private TrainingPlace() {}

  /**
   * The place that is configured.
   *
   * @param settings what a person has said
   * @param learning the service's folders
   * @param environment of this process, which a Job gets the settings of
   * @return empty for this process
   * @throws IllegalArgumentException if a Job is asked for and something that it needs is not set
   * @throws IOException if the Job's template cannot be read
   */
  public static Optional<RoundPlace> chosen(
      TrainingJobSettings settings, LearningSettings learning, Map<String, String> environment)
      throws IOException {
    if (!asJob(settings, ACCOUNT)) {
      LOG.info("rounds run in this process");
      return Optional.empty();
    }
    JobTemplate template = template(settings);
    KubernetesClient client =
        new KubernetesClientBuilder().withHttpClientFactory(new JdkHttpClientFactory()).build();
    LOG.info(
        "rounds run as Jobs {}-VERSION in namespace {}", template.name(), client.getNamespace());
    return Optional.of(
        new KubernetesRounds(
            client,
            template,
            learning.buffer(),
            learning.models().resolveSibling(KubernetesRounds.FOLDER),
            JobSettings.of(environment)));
  }

  /**
   * Whether rounds run as Jobs.
   *
   * @param account folder of a service account's token, which need not be there
   */
  static boolean asJob(TrainingJobSettings settings, Path account) {
    return switch (settings.runsAs()) {
      case PROCESS -> false;
      case KUBERNETES_JOB -> true;
      case AUTO -> Files.isDirectory(account) && !settings.image().isBlank();
    };
  }

  /** The template, with everything that a Job needs. */
  static JobTemplate template(TrainingJobSettings settings) throws IOException {
    String image = settings.image().strip();
    if (image.isEmpty()) {
      throw new IllegalArgumentException(
          "seamark.training.runs-as is kubernetes_job, but seamark.training.job.image is not set;"
              + " name the image of the Job, or choose process");
    }
    if (settings.template().toString().isEmpty()) {
      throw new IllegalArgumentException(
          "rounds run as Jobs with the image "
              + image
              + ", but seamark.training.job.template is not set; name the YAML file of a Job, or set"
              + " seamark.training.runs-as to process");
    }
    return JobTemplate.read(settings.template(), image);
  }
}
