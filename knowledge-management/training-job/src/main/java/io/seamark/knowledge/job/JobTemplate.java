package io.seamark.knowledge.job;

import io.fabric8.kubernetes.api.model.Container;
import io.fabric8.kubernetes.api.model.ContainerBuilder;
import io.fabric8.kubernetes.api.model.EnvVar;
import io.fabric8.kubernetes.api.model.EnvVarBuilder;
import io.fabric8.kubernetes.api.model.ObjectMeta;
import io.fabric8.kubernetes.api.model.batch.v1.Job;
import io.fabric8.kubernetes.api.model.batch.v1.JobBuilder;
import io.fabric8.kubernetes.client.utils.Serialization;
import io.seamark.host.PlainFile;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * A Job as a person or the chart has written it, which lacks what differs from round to round. The
 * first container is the one that trains.
 */
public final class JobTemplate {
  /** On every Job and pod of one template: the template's name. */
  static final String LABEL = "seamark.io/training";

  /** On every Job and pod: the version that the round makes. */
  static final String VERSION = "seamark.io/version";

  private static final int MAX_BYTES = 1 << 20;

  /** Kubernetes takes 63 characters as a pod's label, of which a version has up to 11. */
  private static final int MAX_NAME = 52;

  /** A Job that ended while nobody watched is looked at within a day. */
  private static final int KEPT_SECONDS = 86_400;

  private final Job template;
  private final String image;

  private JobTemplate(Job template, String image) {
    this.template = template;
    this.image = image;
  }

  /**
   * Reads a template.
   *
   * @param file YAML of one Job
   * @param image of its first container
   * @return the template
   * @throws IOException if it cannot be read or is none; names the file and the rule
   */
  public static JobTemplate read(Path file, String image) throws IOException {
    String yaml;
    try (InputStream in = Files.newInputStream(PlainFile.require(file))) {
      byte[] bytes = in.readNBytes(MAX_BYTES + 1);
      if (bytes.length > MAX_BYTES) {
        throw new IOException(file + " has more than the " + MAX_BYTES + " bytes of a template");
      }
      yaml = new String(bytes, StandardCharsets.UTF_8);
    }
    Job job;
    try {
      job = Serialization.unmarshal(yaml, Job.class);
    } catch (RuntimeException e) {
      throw new IOException("template " + file + " is no YAML of a Job: " + e.getMessage(), e);
    }
    String name = job == null || job.getMetadata() == null ? null : job.getMetadata().getName();
    if (job == null || !"Job".equals(job.getKind()) || name == null) {
      throw new IOException("template " + file + " must be of kind Job and have a name");
    }
    if (name.length() > MAX_NAME || !name.matches("[a-z0-9]([a-z0-9-]*[a-z0-9])?")) {
      throw new IOException(
          "template "
              + file
              + " has the name '"
              + name
              + "', but must have one of at most "
              + MAX_NAME
              + " lower-case letters, digits and dashes");
    }
    boolean trains =
        job.getSpec() != null
            && job.getSpec().getTemplate() != null
            && job.getSpec().getTemplate().getSpec() != null
            && !job.getSpec().getTemplate().getSpec().getContainers().isEmpty();
    if (!trains) {
      throw new IOException("template " + file + " has no container");
    }
    return new JobTemplate(job, image);
  }

  /** The template's name, which begins that of every Job. */
  String name() {
    return template.getMetadata().getName();
  }

  /** The name of a round's Job. */
  String name(String version) {
    return name() + "-" + version;
  }

  /** The labels of a round's Job and pod, besides those of the template. */
  Map<String, String> labels(String version) {
    return Map.of(LABEL, name(), VERSION, version);
  }

  /**
   * The Job of a round. A pod that fails is not started again by the cluster: whether the round
   * goes on from its checkpoint is decided by how it failed.
   *
   * @param version that it makes
   * @param arguments of the launcher
   * @param settings variables; the template's own go before them
   * @return a Job that the cluster can be given
   */
  public Job of(String version, List<String> arguments, Map<String, String> settings) {
    Container first = template.getSpec().getTemplate().getSpec().getContainers().get(0);
    Set<String> said = first.getEnv().stream().map(EnvVar::getName).collect(Collectors.toSet());
    List<EnvVar> variables = new ArrayList<>(first.getEnv());
    settings.forEach(
        (name, value) -> {
          if (!said.contains(name)) {
            variables.add(new EnvVarBuilder().withName(name).withValue(value).build());
          }
        });
    Container container =
        new ContainerBuilder(first).withImage(image).withArgs(arguments).withEnv(variables).build();
    Integer kept = template.getSpec().getTtlSecondsAfterFinished();
    return new JobBuilder(template)
        .withStatus(null)
        .editMetadata()
        .withName(name(version))
        .addToLabels(labels(version))
        .endMetadata()
        .editSpec()
        .withBackoffLimit(0)
        .withTtlSecondsAfterFinished(kept == null ? KEPT_SECONDS : kept)
        .editTemplate()
        .withMetadata(podMetadata(version))
        .editSpec()
        .withRestartPolicy("Never")
        .editOrNewSecurityContext()
        .withRunAsNonRoot(true)
        .endSecurityContext()
        .removeFromContainers(first)
        .addToContainers(0, container)
        .endSpec()
        .endTemplate()
        .endSpec()
        .build();
  }

  private ObjectMeta podMetadata(String version) {
    ObjectMeta given = template.getSpec().getTemplate().getMetadata();
    return new io.fabric8.kubernetes.api.model.ObjectMetaBuilder(
            given == null ? new ObjectMeta() : given)
        .addToLabels(labels(version))
        .build();
  }
}
