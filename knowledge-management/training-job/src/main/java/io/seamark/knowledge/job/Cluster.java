package io.seamark.knowledge.job;

import io.fabric8.kubernetes.api.model.DeletionPropagation;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.batch.v1.Job;
import io.fabric8.kubernetes.api.model.batch.v1.JobCondition;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientException;
import io.fabric8.kubernetes.client.Watch;
import io.fabric8.kubernetes.client.Watcher;
import io.fabric8.kubernetes.client.WatcherException;
import io.fabric8.kubernetes.client.dsl.LogWatch;
import io.seamark.knowledge.training.RoundControl;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The Jobs of a namespace, as far as rounds need them. */
final class Cluster implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(Cluster.class);

  /** How soon a stop is seen, and a change that no watch has told of. */
  private static final long LOOK_MILLIS = 1000;

  private static final long GONE_SECONDS = 120;
  private static final int LAST_LINES = 10;

  /** Codes of HTTP that asking again does not change. */
  private static final List<Integer> REFUSED = List.of(401, 403);

  private final KubernetesClient client;
  private final String namespace;

  Cluster(KubernetesClient client) {
    this.client = client;
    String own = client.getNamespace();
    this.namespace = own == null ? "default" : own;
  }

  /** What is asked of the API server. */
  private interface Call<T> {
    T get();
  }

  private <T> T call(String what, Call<T> call) throws IOException {
    try {
      return call.get();
    } catch (KubernetesClientException e) {
      throw new IOException(
          "the cluster does not "
              + what
              + " in namespace "
              + namespace
              + ": "
              + e.getMessage()
              + (REFUSED.contains(e.getCode())
                  ? "; the pod's service account needs the chart's Role"
                  : ""),
          e);
    }
  }

  /** The Jobs of a template, by its label. */
  List<Job> jobs(String template) throws IOException {
    return call(
        "list Jobs",
        () ->
            client
                .batch()
                .v1()
                .jobs()
                .inNamespace(namespace)
                .withLabel(JobTemplate.LABEL, template)
                .list()
                .getItems());
  }

  void create(Job job) throws IOException {
    call(
        "create Job " + job.getMetadata().getName(),
        () -> client.batch().v1().jobs().inNamespace(namespace).resource(job).create());
  }

  private @Nullable Job job(String name) {
    return client.batch().v1().jobs().inNamespace(namespace).withName(name).get();
  }

  /** Deletes a Job with its pods, and waits until it is gone. */
  void delete(String name) throws IOException {
    call(
        "delete Job " + name,
        () ->
            client
                .batch()
                .v1()
                .jobs()
                .inNamespace(namespace)
                .withName(name)
                .withPropagationPolicy(DeletionPropagation.FOREGROUND)
                .delete());
    long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(GONE_SECONDS);
    while (call("show Job " + name, () -> Optional.ofNullable(job(name))).isPresent()) {
      if (System.nanoTime() > deadline) {
        throw new IOException(
            "Job " + name + " is still there " + GONE_SECONDS + " s after it was deleted");
      }
      pause(new Semaphore(0));
    }
  }

  private static void pause(Semaphore changes) throws InterruptedIOException {
    try {
      if (changes.tryAcquire(LOOK_MILLIS, TimeUnit.MILLISECONDS)) {
        changes.drainPermits();
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new InterruptedIOException("interrupted while a Job was watched");
    }
  }

  /**
   * Waits until a Job has ended.
   *
   * @return empty if the round should stop before; the Job goes on
   * @throws IOException if the Job is gone or may not be looked at
   */
  Optional<EndedJob> await(String name, Map<String, String> labels, RoundControl control)
      throws IOException {
    Semaphore changes = new Semaphore(0);
    String trouble = "";
    LogWatch log = null;
    // It only hastens the next look, so nothing waits for it.
    CompletableFuture<Watch> watch = CompletableFuture.supplyAsync(() -> watch(name, changes));
    try {
      while (!control.cancelled()) {
        try {
          Job job = job(name);
          if (job == null) {
            throw new IOException("Job " + name + " was deleted, and the round with it");
          }
          Optional<JobCondition> ended = EndedJob.condition(job);
          Pod pod = pod(labels);
          if (ended.isPresent()) {
            return Optional.of(EndedJob.of(ended.get(), pod, lastLines(pod)));
          }
          if (log == null && pod != null && speaks(pod)) {
            log = follow(pod, new RoundLog(name, control));
          }
          trouble = "";
        } catch (KubernetesClientException e) {
          if (REFUSED.contains(e.getCode())) {
            throw e;
          }
          // The Job goes on without us; said once.
          if (!trouble.equals(String.valueOf(e.getMessage()))) {
            trouble = String.valueOf(e.getMessage());
            LOG.warn("event=cluster_away job={} reason=\"{}\"", name, trouble);
          }
        }
        pause(changes);
      }
      return Optional.empty();
    } catch (KubernetesClientException e) {
      return call(
          "show Job " + name,
          () -> {
            throw e;
          });
    } finally {
      CompletableFuture<Void> unused = watch.thenAccept(Watch::close);
      if (log != null) {
        log.close();
      }
    }
  }

  private Watch watch(String name, Semaphore changes) {
    return client
        .batch()
        .v1()
        .jobs()
        .inNamespace(namespace)
        .withName(name)
        .watch(
            new Watcher<Job>() {
              @Override
              public void eventReceived(Action action, Job job) {
                changes.release();
              }

              @Override
              public void onClose(WatcherException cause) {
                // The look that comes anyway is then the only one.
                LOG.debug("the watch of {} ended", name, cause);
              }
            });
  }

  private @Nullable Pod pod(Map<String, String> labels) {
    return client.pods().inNamespace(namespace).withLabels(labels).list().getItems().stream()
        .findFirst()
        .orElse(null);
  }

  private static boolean speaks(Pod pod) {
    return pod.getStatus() != null && "Running".equals(pod.getStatus().getPhase());
  }

  private LogWatch follow(Pod pod, RoundLog log) {
    return client.pods().inNamespace(namespace).withName(pod.getMetadata().getName()).watchLog(log);
  }

  private List<String> lastLines(@Nullable Pod pod) {
    if (pod == null) {
      return List.of();
    }
    try {
      String log =
          client
              .pods()
              .inNamespace(namespace)
              .withName(pod.getMetadata().getName())
              .tailingLines(LAST_LINES)
              .getLog();
      return log == null ? List.of() : log.lines().filter(line -> !line.isBlank()).toList();
    } catch (KubernetesClientException e) {
      LOG.warn("event=no_log pod={} reason=\"{}\"", pod.getMetadata().getName(), e.getMessage());
      return List.of();
    }
  }

  @Override
  public void close() {
    client.close();
  }
}
