package io.seamark.edge.sync;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.security.DigestInputStream;
import java.util.HexFormat;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The models that a device has fetched: {@code VERSION.safetensors} each, and {@code current.json}
 * that names the one to start with. Keeps the current one and its predecessor.
 */
public final class ModelFolder {
  private static final Logger LOG = LoggerFactory.getLogger(ModelFolder.class);
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final String CURRENT = "current.json";
  private static final String SUFFIX = ".safetensors";

  private final Path folder;
  private final boolean keepAll;

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
  public Optional<ModelVersion> current() {
    Path record = folder.resolve(CURRENT);
    try {
      if (!Files.isRegularFile(record) || Files.size(record) > 65_536) {
        return Optional.empty();
      }
      ModelVersion version = JSON.readValue(Files.readAllBytes(record), ModelVersion.class);
      return holds(version) ? Optional.of(version) : Optional.empty();
    } catch (JsonProcessingException e) {
      LOG.warn("event=record_ignored file={} reason=\"{}\"", record, e.getOriginalMessage());
    } catch (IOException e) {
      LOG.warn("event=record_ignored file={} reason=\"{}\"", record, e.toString());
    }
    return Optional.empty();
  }

  /**
   * Whether a version's file is there, whole and unaltered.
   *
   * @param version which
   * @return true if so
   * @throws IOException if it cannot be read
   */
  public boolean holds(ModelVersion version) throws IOException {
    Path file = file(version.version());
    if (!Files.isRegularFile(file) || Files.size(file) != version.bytes()) {
      return false;
    }
    return digest(file).equals(version.sha256());
  }

  static String digest(Path file) throws IOException {
    try (DigestInputStream in =
        new DigestInputStream(Files.newInputStream(file), KnowledgeClient.sha256())) {
      in.transferTo(OutputStream.nullOutputStream());
      return HexFormat.of().formatHex(in.getMessageDigest().digest());
    }
  }

  /**
   * Records the version to start with next time, and deletes what neither it nor its predecessor
   * needs.
   *
   * @param version in service from now on
   * @param predecessor in service until now
   * @throws IOException if the record cannot be written
   */
  public void record(ModelVersion version, String predecessor) throws IOException {
    Path part = Files.createTempFile(folder, CURRENT, ".part");
    Files.writeString(part, JSON.writeValueAsString(version) + "\n", StandardCharsets.UTF_8);
    Files.move(
        part,
        folder.resolve(CURRENT),
        StandardCopyOption.ATOMIC_MOVE,
        StandardCopyOption.REPLACE_EXISTING);
    if (keepAll) {
      return;
    }
    Set<Path> needed = Set.of(file(version.version()).getFileName(), Path.of(predecessor + SUFFIX));
    try (Stream<Path> files = Files.list(folder)) {
      for (Path file : files.filter(f -> f.toString().endsWith(SUFFIX)).toList()) {
        if (!needed.contains(file.getFileName())) {
          Files.deleteIfExists(file);
        }
      }
    }
  }
}
