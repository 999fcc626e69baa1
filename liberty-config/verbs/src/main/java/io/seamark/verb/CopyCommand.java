package io.seamark.verb;

import io.seamark.buffer.BufferOptions;
import io.seamark.buffer.ReplayBuffer;
import io.seamark.buffer.ReplayBufferWriter;
import io.seamark.buffer.copy.BufferCopy;
import io.seamark.buffer.copy.BufferCopy.Copied;
import io.seamark.buffer.copy.BufferCopy.Restored;
import io.seamark.buffer.copy.FolderStore;
import io.seamark.buffer.copy.SegmentStore;
import io.seamark.cli.CommonOptions;
import io.seamark.cli.JsonLine;
import io.seamark.cli.Seamark;
import io.seamark.cli.Verb;
import io.seamark.durable.FolderLock;
import io.seamark.host.NamedPath;
import io.seamark.sedna.S3SegmentStore;
import io.seamark.setting.SettingGroup;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code seamark buffer copy}. */
@Command(
    name = "copy",
    description = {
      "Keep a copy of a buffer in another folder or in an object store, or bring one back.",
      "",
      "--to copies the sealed segments that are not there yet, and deletes what an earlier copy put"
          + " there and the buffer no longer has, such as forgotten samples. --from brings a copy"
          + " back into a folder that is empty or not there. --check reads a copy and compares it"
          + " with its digests. A copy that is cut goes on where it was.",
      "",
      "A place is a folder or s3://bucket/prefix, in the object store of S3_ENDPOINT_URL,"
          + " ACCESS_KEY_ID and SECRET_ACCESS_KEY. Status 1 if something is damaged."
    })
final class CopyCommand implements Verb {
  @Mixin private CommonOptions common = new CommonOptions();

  @Parameters(
      paramLabel = "DIR",
      arity = "0..1",
      description = "The buffer's folder; not with --check.")
  private @Nullable Path folder;

  @Option(names = "--to", paramLabel = "PLACE", description = "Where the copy is kept.")
  private @Nullable String to;

  @Option(names = "--from", paramLabel = "PLACE", description = "The copy that is brought back.")
  private @Nullable String from;

  @Option(names = "--check", paramLabel = "PLACE", description = "The copy that is read.")
  private @Nullable String check;

  @Override
  public Integer call() throws IOException {
    CommonOptions.Workplace workplace = common.open(common.registry(), Map.of(), Map.of());
    List<String> places = new ArrayList<>();
    Optional.ofNullable(to).ifPresent(places::add);
    Optional.ofNullable(from).ifPresent(places::add);
    Optional.ofNullable(check).ifPresent(places::add);
    if (places.size() != 1) {
      throw new IllegalArgumentException("say one of --to, --from and --check");
    }
    if ((folder == null) != (check != null)) {
      throw new IllegalArgumentException(
          check == null ? "name the buffer's folder" : "--check takes no folder");
    }
    try (SegmentStore store = store(places.get(0), workplace)) {
      BufferCopy copy = new BufferCopy(store, line -> common.out().println(line));
      Path buffer = folder;
      if (buffer == null) {
        return read(copy.check(), "whole", store);
      }
      return to == null ? read(copy.restore(buffer), "restored", store) : to(copy, buffer, store);
    }
  }

  private SegmentStore store(String place, CommonOptions.Workplace workplace) {
    if (place.startsWith("s3://")) {
      return S3SegmentStore.open(
          place,
          workplace.settings(SettingGroup.SEDNA_WORKER),
          workplace.settings(SettingGroup.SEDNA_CLIENT));
    }
    Path other = NamedPath.of(place);
    if (folder != null
        && other.toAbsolutePath().normalize().equals(folder.toAbsolutePath().normalize())) {
      throw new IllegalArgumentException(place + " is the buffer itself: name another place");
    }
    if (to == null && !Files.isDirectory(other)) {
      throw new IllegalArgumentException(place + " does not exist or is not a folder");
    }
    return new FolderStore(other);
  }

  private int to(BufferCopy copy, Path buffer, SegmentStore store) throws IOException {
    boolean used = seal(Opening.buffer(buffer));
    Copied copied = copy.to(buffer);
    common
        .out()
        .println(
            String.format(
                "%d segments copied, %d were there, %d deleted; %s has %d bytes",
                copied.copied(), copied.kept(), copied.deleted(), store, copied.bytes()));
    if (used) {
      common
          .out()
          .println("the buffer is being written: samples of its journal are not in the copy yet");
    }
    copied.damages().forEach(common.err()::println);
    if (common.json()) {
      Map<String, Object> figures = new LinkedHashMap<>();
      figures.put("copied", copied.copied());
      figures.put("kept", copied.kept());
      figures.put("deleted", copied.deleted());
      figures.put("bytes", copied.bytes());
      figures.put("sealed", !used);
      figures.put("damages", copied.damages());
      common.out().println(JsonLine.of(figures));
    }
    return copied.damages().isEmpty() ? Seamark.DONE : Seamark.FAILED;
  }

  /** Makes the journal a segment, unless another process writes to it: says whether one does. */
  private static boolean seal(Path buffer) throws IOException {
    Optional<FolderLock> lock = FolderLock.take(buffer, "lock");
    if (lock.isEmpty()) {
      return true;
    }
    lock.get().close();
    try (ReplayBufferWriter open = ReplayBuffer.open(buffer, BufferOptions.unbounded())) {
      open.seal();
    }
    return false;
  }

  private int read(Restored read, String what, SegmentStore store) {
    common
        .out()
        .println(
            String.format(
                "%d segments of %s %s, %d bytes; %d damaged",
                read.whole(), store, what, read.bytes(), read.damages().size()));
    read.damages().forEach(common.err()::println);
    if (common.json()) {
      Map<String, Object> figures = new LinkedHashMap<>();
      figures.put(what, read.whole());
      figures.put("bytes", read.bytes());
      figures.put("damages", read.damages());
      common.out().println(JsonLine.of(figures));
    }
    return read.damages().isEmpty() ? Seamark.DONE : Seamark.FAILED;
  }
}
