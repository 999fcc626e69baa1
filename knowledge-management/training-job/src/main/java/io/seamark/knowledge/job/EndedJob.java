package io.seamark.knowledge.job;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.fabric8.kubernetes.api.model.ContainerStateTerminated;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.batch.v1.Job;
import io.fabric8.kubernetes.api.model.batch.v1.JobCondition;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * How a Job has ended.
 *
 * @param complete whether its pod ended with status 0
 * @param reason Kubernetes's, one line
 * @param status that the pod's process ended with; null if nobody knows
 * @param lastLines of its log, may be empty
 */
record EndedJob(boolean complete, String reason, @Nullable Integer status, List<String> lastLines) {
  private static final ObjectMapper JSON = new ObjectMapper();

  /** What the launcher ends with when the work or its configuration is at fault. */
  private static final List<Integer> FAULTS = List.of(1, 2);

  /** The condition that says that a Job has ended; empty while it has not. */
  static Optional<JobCondition> condition(Job job) {
    if (job.getStatus() == null) {
      return Optional.empty();
    }
    return job.getStatus().getConditions().stream()
        .filter(c -> "True".equals(c.getStatus()))
        .filter(c -> "Complete".equals(c.getType()) || "Failed".equals(c.getType()))
        .findFirst();
  }

  static EndedJob of(JobCondition condition, @Nullable Pod pod, List<String> lastLines) {
    boolean complete = "Complete".equals(condition.getType());
    String reason =
        Objects.toString(condition.getReason(), "")
            + (condition.getMessage() == null ? "" : " (" + condition.getMessage() + ")");
    return new EndedJob(complete, reason, pod == null ? null : status(pod), lastLines);
  }

  private static @Nullable Integer status(Pod pod) {
    if (pod.getStatus() == null) {
      return null;
    }
    return pod.getStatus().getContainerStatuses().stream()
        .map(
            container -> container.getState() == null ? null : container.getState().getTerminated())
        .filter(Objects::nonNull)
        .map(ContainerStateTerminated::getExitCode)
        .findFirst()
        .orElse(null);
  }

  /**
   * Whether the round could go on: its process was killed, its node is gone, or it was asked to
   * end.
   */
  boolean interrupted() {
    if (complete) {
      return verdict().equals("cancelled");
    }
    return !reason.startsWith("DeadlineExceeded") && (status == null || !FAULTS.contains(status));
  }

  /** What {@code seamark train --json} says in its last line; empty if it does not. */
  private JsonNode figures() {
    String last = lastLines.isEmpty() ? "" : lastLines.get(lastLines.size() - 1);
    try {
      JsonNode read = JSON.readTree(last);
      return read == null ? JSON.missingNode() : read;
    } catch (JsonProcessingException e) {
      return JSON.missingNode();
    }
  }

  private String verdict() {
    return figures().path("verdict").asText("");
  }

  /** Why a Job that has ended well has made no version. */
  String idle() {
    return figures().path("reason").asText("the Job ended without a version");
  }

  /** How it has ended, for a message. */
  String text() {
    return (complete ? "ended" : "failed")
        + (status == null ? "" : " with status " + status)
        + (reason.isBlank() ? "" : ": " + reason)
        + (lastLines.isEmpty() ? "" : "; it said last: " + String.join(" | ", lastLines));
  }
}
