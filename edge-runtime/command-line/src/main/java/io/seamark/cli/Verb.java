package io.seamark.cli;

import java.util.List;
import java.util.concurrent.Callable;

/**
 * One verb of the command line: a picocli command, discovered by {@link java.util.ServiceLoader}.
 * Its result is the exit status. It throws {@link IllegalArgumentException} for bad usage or
 * configuration and {@link java.io.IOException} where the work failed; messages are one line for
 * people.
 */
public interface Verb extends Callable<Integer> {
  /**
   * Verbs of its own, which are said after its name.
   *
   * @return none unless stated otherwise, besides those that its annotation names
   */
  default List<Verb> parts() {
    return List.of();
  }
}
