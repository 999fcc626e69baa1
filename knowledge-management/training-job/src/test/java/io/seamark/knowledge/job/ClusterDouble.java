package io.seamark.knowledge.job;

import io.fabric8.kubernetes.api.model.ContainerStatusBuilder;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.PodBuilder;
import io.fabric8.kubernetes.api.model.PodStatusBuilder;
import io.fabric8.kubernetes.api.model.batch.v1.Job;
import io.fabric8.kubernetes.api.model.batch.v1.JobConditionBuilder;
import io.fabric8.kubernetes.api.model.batch.v1.JobStatusBuilder;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.jdkhttp.JdkHttpClientFactory;
import io.fabric8.kubernetes.client.server.mock.KubernetesMixedDispatcher;
import io.fabric8.kubernetes.client.server.mock.KubernetesMockServer;
import io.fabric8.mockwebserver.Context;
import io.fabric8.mockwebserver.MockWebServer;
import io.fabric8.mockwebserver.ServerRequest;
import io.fabric8.mockwebserver.ServerResponse;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** fabric8's API server over HTTP, which keeps resources, and the controller of Jobs by hand. */
final class ClusterDouble implements AutoCloseable {
  private static final int PATIENCE_SECONDS = 30;

  private final Map<ServerRequest, Queue<ServerResponse>> answers = new HashMap<>();
  private final KubernetesMockServer server =
      new KubernetesMockServer(
          new Context(),
          new MockWebServer(),
          answers,
          new KubernetesMixedDispatcher(answers),
          false);
  final KubernetesClient client;

  ClusterDouble() {
    server.init();
    client = client();
  }

  /** One more client, which is closed by who gets it. */
  KubernetesClient client() {
    return server.createClient(new JdkHttpClientFactory());
  }

  List<Job> jobs() {
    return client.batch().v1().jobs().list().getItems();
  }

  /** Waits for a Job that has no pod yet, and lets one run. */
  Job runs(String name, String log) throws InterruptedException {
    long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(PATIENCE_SECONDS);
    while (true) {
      Job job = client.batch().v1().jobs().withName(name).get();
      if (job != null && client.pods().withName(pod(job)).get() == null) {
        answer(job, "follow=true&pretty=false", log);
        answer(job, "pretty=false&follow=true", log);
        answer(job, "pretty=false&tailLines=10", log);
        answer(job, "tailLines=10&pretty=false", log);
        status(pods(job), "Running", null);
        return job;
      }
      if (System.nanoTime() > deadline) {
        throw new AssertionError("no Job " + name + " has come: " + jobs());
      }
      Thread.sleep(20);
    }
  }

  private void answer(Job job, String query, String log) {
    server
        .expect()
        .get()
        .withPath("/api/v1/namespaces/test/pods/" + pod(job) + "/log?" + query)
        .andReturn(200, log)
        .always();
  }

  private static String pod(Job job) {
    String uid = job.getMetadata().getUid();
    return job.getMetadata().getName() + "-" + uid.substring(uid.length() - 5);
  }

  private Pod pods(Job job) {
    // Those of a Job that was deleted go with it.
    client.pods().withLabels(job.getSpec().getTemplate().getMetadata().getLabels()).delete();
    return client
        .pods()
        .resource(
            new PodBuilder()
                .withNewMetadata()
                .withName(pod(job))
                .withLabels(job.getSpec().getTemplate().getMetadata().getLabels())
                .endMetadata()
                .withSpec(job.getSpec().getTemplate().getSpec())
                .build())
        .create();
  }

  private void status(Pod pod, String phase, @Nullable Integer ended) {
    PodStatusBuilder status = new PodStatusBuilder().withPhase(phase);
    if (ended != null) {
      status.withContainerStatuses(
          new ContainerStatusBuilder()
              .withName("train")
              .withNewState()
              .withNewTerminated()
              .withExitCode(ended)
              .endTerminated()
              .endState()
              .build());
    }
    client.pods().resource(new PodBuilder(pod).withStatus(status.build()).build()).updateStatus();
  }

  /** Ends a Job as Kubernetes does when its pod has ended with a status; its pod goes with it. */
  void ends(Job job, int code) {
    Pod pod = client.pods().withName(pod(job)).get();
    status(pod, code == 0 ? "Succeeded" : "Failed", code);
    Job now = client.batch().v1().jobs().withName(job.getMetadata().getName()).get();
    now.setStatus(
        new JobStatusBuilder()
            .withConditions(
                new JobConditionBuilder()
                    .withType(code == 0 ? "Complete" : "Failed")
                    .withStatus("True")
                    .withReason(code == 0 ? "CompletionsReached" : "BackoffLimitExceeded")
                    .build())
            .build());
    client.batch().v1().jobs().resource(now).updateStatus();
  }

  @Override
  public void close() {
    client.close();
    server.destroy();
  }
}
