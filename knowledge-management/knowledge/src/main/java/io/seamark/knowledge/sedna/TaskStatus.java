package io.seamark.knowledge.sedna;

import java.util.List;

/**
 * A request to drop task groups, as an evaluation sends it.
 *
 * @param at when it came, in ISO 8601, UTC
 * @param client the address that it came from
 * @param status 0 to drop those that are named, 1 to drop all others
 * @param tasks the entries that are named
 * @param index digest of the index that it was about
 */
public record TaskStatus(String at, String client, int status, List<String> tasks, String index) {
  /** Copies the list. */
  public TaskStatus {
    tasks = List.copyOf(tasks);
  }
}
