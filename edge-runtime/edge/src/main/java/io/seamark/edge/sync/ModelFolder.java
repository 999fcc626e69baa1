package io.seamark.edge.sync;

import com.fasterxml.jackson.annotation.JsonIgnoreProperties;
import com.fasterxml.jackson.annotation.JsonProperty;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.seamark.durable.DurableFiles;
import io.seamark.durable.OutputFolder;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The models that a device has fetched: {@code VERSION.safetensors} each, and {@code current.json}
 * that names the one to start with, {@code previous.json} the one before; {@code refused.json}
 * names those that are not to serve, {@code starts.json} is there until the model that was started
 * with has labelled frames. Keeps the current one and its predecessor. What a person has put there,
 * or a damaged file, is neither deleted nor replaced: where it is in the way it gets another name.
 * It is owned from the first file that is written until it is closed.
 */
public final class ModelFolder implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(ModelFolder.class);
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final String CURRENT = "current.json";
  private static final String PREVIOUS = "previous.json";
  private static final String REFUSED = "refused.json";
  private static final String STARTS = "starts.json";
  private static final int MOST_STARTS = 2;
  private static final int MOST_REFUSED = 32;
  private static final int LARGEST_RECORD = 65_536;
  private static final int LONGEST_REASON = 500;
  private static final String SUFFIX = ".safetensors";

  private final Path folder;
  private final boolean keepAll;
  private @Nullable OutputFolder owned;

  /**
   * Opens the folder, making it if need be.
   *
   * @param folder where
   * @param keepAll whether older versions stay, too
   * @throws IOException if it cannot be made
   */
  public ModelFolder(Path folder, boolean keepAll) throws IOException {
    this.folder = Files.createDirectories(folder);
    this.keepAll = keepAll;
  }

  /**
   * Where a version's file is or goes.
   *
   * @param version its name
   * @return below the folder
   */
  public Path file(String version) {
    return folder.resolve(version + SUFFIX);
  }

  /**
   * The version that was recorded last, if its file is still what was fetched.
   *
   * @return empty if there is none that can be trusted
   */
  public Optional<ModelAnnouncement> current() {
    return recorded(CURRENT);
  }

  private Optional<ModelAnnouncement> recorded(String name) {
    Path record = folder.resolve(name);
    try {
      if (!Files.isRegularFile(record) || Files.size(record) > LARGEST_RECORD) {
        return Optional.empty();
      }
      ModelAnnouncement version =
          JSON.readValue(Files.readAllBytes(record), ModelAnnouncement.class);
      return holds(version) ? Optional.of(version) : Optional.empty();
    } catch (JsonProcessingException e) {
      LOG.warn("event=record_ignored file={} reason=\"{}\"", record, e.getOriginalMessage());
    } catch (IOException e) {
      LOG.warn("event=record_ignored file={} reason=\"{}\"", record, e.toString());
    }
    return Optional.empty();
  }

  /**
   * Begins a start with the version that was recorded last, or with the one before where that one
   * has failed to start twice: the process ended before {@link #started} was called. Such a version
   * is refused from now on.
   *
   * @return empty if there is none to start with
   * @throws IOException if that cannot be written down
   */
  public Optional<ModelAnnouncement> start() throws IOException {
    for (String name : List.of(CURRENT, PREVIOUS)) {
      Optional<ModelAnnouncement> version = recorded(name);
      if (version.isEmpty() || refusal(version.get()).isPresent()) {
        continue;
      }
      int before = startsOf(version.get());
      if (before >= MOST_STARTS) {
        LOG.warn("event=start_goes_back from={} failed={}", version.get().version(), before);
        refuse(version.get(), "the device has started with it twice without labelling frames");
        continue;
      }
      write(STARTS, new Starts(version.get().sha256(), before + 1));
      return version;
    }
    return Optional.empty();
  }

  /**
   * Says that what the device started with labels frames.
   *
   * @throws IOException if that cannot be written down
   */
  public void started() throws IOException {
    if (Files.exists(folder.resolve(STARTS))) {
      own().delete(STARTS);
    }
  }

  /**
   * Starts that have not come to labelled frames yet.
   *
   * @param sha256 digest of the model
   * @param count how many
   */
  @JsonIgnoreProperties(ignoreUnknown = true)
  private record Starts(@JsonProperty("sha256") String sha256, @JsonProperty("count") int count) {}

  private int startsOf(ModelAnnouncement version) {
    Path record = folder.resolve(STARTS);
    try {
      if (Files.isRegularFile(record) && Files.size(record) <= LARGEST_RECORD) {
        Starts starts = JSON.readValue(Files.readAllBytes(record), Starts.class);
        return starts != null && version.sha256().equals(starts.sha256()) ? starts.count() : 0;
      }
    } catch (IOException e) {
      LOG.warn("event=record_ignored file={} reason=\"{}\"", record, e.toString());
    }
    return 0;
  }

  private void write(String name, Object content) throws IOException {
    OutputFolder out = own();
    makeWay(out, name);
    out.write(name, (JSON.writeValueAsString(content) + "\n").getBytes(StandardCharsets.UTF_8));
    out.force();
  }

  /**
   * Whether a version's file is there, whole and unaltered.
   *
   * @param version which
   * @return true if so
   * @throws IOException if it cannot be read
   */
  public boolean holds(ModelAnnouncement version) throws IOException {
    Path file = file(version.version());
    if (!Files.isRegularFile(file) || Files.size(file) != version.bytes()) {
      return false;
    }
    return DurableFiles.sha256(file).equals(version.sha256());
  }

  /**
   * Fetches a version's file; nothing is left of it unless size and digest are right.
   *
   * @param version which
   * @param models has it
   * @throws IOException if it could not be fetched whole and unaltered, or not be written
   * @throws InterruptedException if the thread was interrupted
   */
  public void fetch(ModelAnnouncement version, ModelSource models)
      throws IOException, InterruptedException {
    OutputFolder out = own();
    Path part = DurableFiles.unfinished(file(version.version()));
    try {
      models.download(version, part);
      String name = version.version() + SUFFIX;
      makeWay(out, name);
      out.take(part, name);
    } finally {
      Files.deleteIfExists(part);
    }
  }

  /**
   * Deletes a version's file if it was fetched.
   *
   * @param version its name
   * @throws IOException if it cannot be deleted
   */
  public void delete(String version) throws IOException {
    own().delete(version + SUFFIX);
  }

  /**
   * Records the version to start with next time, durably, and deletes what was fetched and neither
   * it nor its predecessor needs.
   *
   * @param version in service from now on
   * @param predecessor in service until now
   * @throws IOException if the record cannot be written
   */
  public void record(ModelAnnouncement version, String predecessor) throws IOException {
    Optional<ModelAnnouncement> before = current();
    if (before.isPresent() && !before.get().sha256().equals(version.sha256())) {
      write(PREVIOUS, before.get());
    }
    // Forced before anything is deleted: a power cut must not leave the record of a model that is
    // gone.
    write(CURRENT, version);
    prune(Set.of(version.version(), predecessor));
  }

  /**
   * Deletes what was fetched and nobody needs, unless everything is kept: all but the version that
   * is recorded, and others.
   *
   * @param needed names of the others
   * @throws IOException if a file cannot be deleted
   */
  void prune(Set<String> needed) throws IOException {
    if (keepAll) {
      return;
    }
    OutputFolder out = own();
    Set<String> kept = new HashSet<>(needed);
    recorded(CURRENT).ifPresent(version -> kept.add(version.version()));
    for (String name : out.names()) {
      String version = name.substring(0, Math.max(0, name.length() - SUFFIX.length()));
      if (name.endsWith(SUFFIX) && !kept.contains(version)) {
        out.delete(name);
      }
    }
  }

  /**
   * A model that is not to serve here.
   *
   * @param version its name
   * @param sha256 digest of its file, by which it is known
   * @param reason one line for people
   */
  @JsonIgnoreProperties(ignoreUnknown = true)
  private record Refusal(
      @JsonProperty("version") String version,
      @JsonProperty("sha256") String sha256,
      @JsonProperty("reason") String reason) {}

  /**
   * Remembers that a model was refused, durably. The newest 32 are remembered.
   *
   * @param version which
   * @param reason one line for people
   * @throws IOException if it cannot be written
   */
  public void refuse(ModelAnnouncement version, String reason) throws IOException {
    List<Refusal> all = new ArrayList<>(refusals());
    all.add(
        new Refusal(
            version.version(),
            version.sha256(),
            reason.substring(0, Math.min(LONGEST_REASON, reason.length()))));
    List<Refusal> newest = all.subList(Math.max(0, all.size() - MOST_REFUSED), all.size());
    write(REFUSED, newest);
  }

  /**
   * Whether a model was refused.
   *
   * @param version which; known by its digest
   * @return the reason, or empty if it was not
   */
  public Optional<String> refusal(ModelAnnouncement version) {
    return refusals().stream()
        .filter(refusal -> version.sha256().equals(refusal.sha256()))
        .map(refusal -> String.valueOf(refusal.reason()))
        .findFirst();
  }

  private List<Refusal> refusals() {
    Path record = folder.resolve(REFUSED);
    try {
      if (Files.isRegularFile(record) && Files.size(record) <= LARGEST_RECORD) {
        Refusal[] read = JSON.readValue(Files.readAllBytes(record), Refusal[].class);
        return read == null ? List.of() : Stream.of(read).filter(Objects::nonNull).toList();
      }
    } catch (JsonProcessingException e) {
      LOG.warn("event=record_ignored file={} reason=\"{}\"", record, e.getOriginalMessage());
    } catch (IOException e) {
      LOG.warn("event=record_ignored file={} reason=\"{}\"", record, e.toString());
    }
    return List.of();
  }

  /** A file of another's, or a damaged one, must not keep the device from its models for ever. */
  private void makeWay(OutputFolder out, String name) throws IOException {
    try {
      out.check(List.of(name));
    } catch (IllegalArgumentException e) {
      Path file = folder.resolve(name);
      Path kept = folder.resolve(name + ".kept-" + DurableFiles.sha256(file));
      LOG.warn("event=file_kept file={} as={}", file, kept);
      DurableFiles.rename(file, kept);
    }
  }

  private synchronized OutputFolder own() throws IOException {
    OutputFolder out = owned;
    if (out == null) {
      try {
        out = OutputFolder.open(folder, Map.of());
      } catch (IllegalArgumentException e) {
        throw new IOException(e.getMessage(), e);
      }
      owned = out;
    }
    return out;
  }

  /** Gives the folder free. Closing twice does nothing. */
  @Override
  public synchronized void close() throws IOException {
    OutputFolder out = owned;
    owned = null;
    if (out != null) {
      out.close();
    }
  }
}
