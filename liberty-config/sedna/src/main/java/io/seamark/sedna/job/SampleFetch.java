package io.seamark.sedna.job;

import io.seamark.cli.Seamark;
import io.seamark.imaging.DepthScale;
import io.seamark.sedna.RemoteFiles;
import io.seamark.source.ImageFiles;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Brings samples to this machine. Those that cannot be brought are passed over, and said; another
 * machine that gives none of several in a row is taken to be away.
 */
final class SampleFetch {
  private static final Logger LOG = LoggerFactory.getLogger(SampleFetch.class);

  /** Each was asked for several times already. */
  private static final int REMOTE_FAILURES = 3;

  private final RemoteFiles files;
  private final Path cache;
  private final DepthScale scale;

  /**
   * For the samples of a worker.
   *
   * @param files to fetch with
   * @param cache where remote files are kept
   * @param scale what the values of depth images mean
   */
  SampleFetch(RemoteFiles files, Path cache, DepthScale scale) {
    this.files = files;
    this.cache = cache;
    this.scale = scale;
  }

  /**
   * Brings what an index lists.
   *
   * @param what the index is, for messages
   * @param list of the samples
   * @return those that could be brought, in their order
   * @throws IOException if there are samples, but none could be brought, or several in a row that
   *     are on another machine
   */
  List<LocalSample> all(String what, SampleList list) throws IOException {
    List<LocalSample> brought = new ArrayList<>();
    String first = "";
    int failed = 0;
    for (SampleList.Entry entry : list.entries()) {
      try {
        brought.add(
            LocalSample.of(
                entry.line(),
                present(entry.image()),
                optional(entry.depth()),
                optional(entry.label()),
                scale));
        failed = 0;
      } catch (IOException | IllegalArgumentException e) {
        first = first.isEmpty() ? Seamark.message(e) : first;
        failed = e instanceof IOException && remote(entry) ? failed + 1 : 0;
        if (failed == REMOTE_FAILURES) {
          throw new IOException(
              failed + " samples in a row of " + what + " cannot be fetched: " + Seamark.message(e),
              e);
        }
        LOG.warn("event=sample_passed_over line=\"{}\" reason=\"{}\"", entry.line(), e.toString());
      }
    }
    if (brought.isEmpty() && !list.entries().isEmpty()) {
      throw new IOException(
          "none of the " + list.entries().size() + " samples of " + what + " is there: " + first);
    }
    return brought;
  }

  private static boolean remote(SampleList.Entry entry) {
    return Stream.of(entry.image(), String.valueOf(entry.label()))
        .anyMatch(address -> address.contains("://") && !address.startsWith("file:"));
  }

  private @Nullable Path optional(@Nullable String address) throws IOException {
    return address == null ? null : present(address);
  }

  private Path present(String address) throws IOException {
    Path file = files.local(address, cache, ImageFiles.MAX_FILE_BYTES);
    if (!Files.isRegularFile(file)) {
      throw new IOException(file + " does not exist or is no file");
    }
    return file;
  }
}
