package io.seamark.run;

import java.net.URI;

/** The two services of the cloud. */
interface Cloud extends AutoCloseable {
  /** Address of unknown-task-processing. */
  URI unknown();

  /** Address of knowledge-management. */
  URI knowledge();

  /** Whether its buffer and models are in the run's own folder. */
  boolean local();

  /** Stops what this run started. */
  @Override
  void close();

  /**
   * A cloud that runs elsewhere.
   *
   * @param unknown address of unknown-task-processing
   * @param knowledge address of knowledge-management
   */
  record Remote(URI unknown, URI knowledge) implements Cloud {
    @Override
    public boolean local() {
      return false;
    }

    @Override
    public void close() {
      // It is not ours to stop.
    }
  }
}
