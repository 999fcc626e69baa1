package io.seamark.run;

import io.seamark.cloud.CloudSettings;
import io.seamark.cloud.LibertyServer;
import java.io.IOException;
import java.io.PrintWriter;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;

/** The two services as Liberty servers of this machine, with the run's folder as their data. */
final class LibertyCloud implements Cloud {
  private static final Duration START = Duration.ofMinutes(3);
  private static final String UNKNOWN = "unknown-task-processing";
  private static final String KNOWLEDGE = "knowledge-management";

  private final LibertyServer unknown;
  private final LibertyServer knowledge;
  private final boolean keep;

  private LibertyCloud(LibertyServer unknown, LibertyServer knowledge, boolean keep) {
    this.unknown = unknown;
    this.knowledge = knowledge;
    this.keep = keep;
  }

  /**
   * Starts both and waits until they are ready.
   *
   * @param folder the run's
   * @param settings of both services, by configuration key
   * @param ports of unknown-task-processing and knowledge-management, 0 for free ones
   * @param keep whether {@link #close} leaves them running
   * @return both ready
   * @throws IllegalArgumentException if a port is taken or this is no full distribution
   * @throws IOException if one does not start; the message says why
   */
  static LibertyCloud start(
      RunFolder folder, Map<String, String> settings, int[] ports, boolean keep)
      throws IOException, InterruptedException {
    Path distribution = CloudSettings.distribution();
    Map<String, String> environment = CloudSettings.environment(settings);
    LibertyServer unknown =
        LibertyServer.start(distribution, UNKNOWN, ports[0], folder.logs(), environment);
    LibertyServer knowledge = null;
    try {
      knowledge =
          LibertyServer.start(distribution, KNOWLEDGE, ports[1], folder.logs(), environment);
      unknown.awaitReady(START);
      knowledge.awaitReady(START);
      return new LibertyCloud(unknown, knowledge, keep);
    } catch (IOException | InterruptedException | RuntimeException e) {
      unknown.close();
      if (knowledge != null) {
        knowledge.close();
      }
      throw e;
    }
  }

  /**
   * Looks whether both could be started.
   *
   * @param ports as with {@link #start}
   * @throws IllegalArgumentException if a port is taken or this is no full distribution
   */
  static void check(int[] ports) throws IOException {
    Path distribution = CloudSettings.distribution();
    LibertyServer.check(distribution, UNKNOWN, LibertyServer.LOCALHOST, ports[0]);
    LibertyServer.check(distribution, KNOWLEDGE, LibertyServer.LOCALHOST, ports[1]);
  }

  @Override
  public URI unknown() {
    return unknown.uri();
  }

  @Override
  public URI knowledge() {
    return knowledge.uri();
  }

  @Override
  public boolean local() {
    return true;
  }

  /** Serves on until the process is stopped. */
  void linger(PrintWriter err) {
    err.println(
        "the cloud serves on: --cloud " + unknown() + "," + knowledge() + " (Ctrl-C stops it)");
    err.flush();
    unknown.process().onExit().join();
    knowledge.process().onExit().join();
  }

  @Override
  public void close() {
    if (!keep) {
      unknown.close();
      knowledge.close();
    }
  }
}
