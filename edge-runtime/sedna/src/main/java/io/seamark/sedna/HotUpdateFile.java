package io.seamark.sedna;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.seamark.durable.DurableFiles;
import io.seamark.edge.sync.ModelAnnouncement;
import io.seamark.edge.sync.ModelSource;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * The file of Sedna's hot update, {@code
 * {"model_config":{"model_path":PATH,"model_update_time":TEXT}}}: another text is another version.
 */
final class HotUpdateFile implements ModelSource {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final int MAX_BYTES = 1 << 20;
  private static final int SHORT = 8;

  /** Of a version's name, which may have 64 characters. */
  private static final int READABLE = 40;

  private final String address;
  private final RemoteFiles files;
  private final long limit;
  private final LocalController controller;
  private @Nullable String model;

  /** The version last reported as failed: it is tried again and again, but told of once. */
  private @Nullable String failed;

  /**
   * A file that is looked at again and again.
   *
   * @param address where it is
   * @param files to read it with
   * @param limit most bytes of a model
   * @param controller is told what came of each model, as Sedna's library does
   */
  HotUpdateFile(String address, RemoteFiles files, long limit, LocalController controller) {
    this.address = address;
    this.files = files;
    this.limit = limit;
    this.controller = controller;
  }

  @Override
  public Optional<ModelAnnouncement> champion(@Nullable String known)
      throws IOException, InterruptedException {
    JsonNode config;
    try {
      JsonNode read = JSON.readTree(files.readOnce(address, MAX_BYTES));
      config = read == null ? JSON.missingNode() : read.path("model_config");
    } catch (JsonProcessingException e) {
      throw new IOException(
          "hot update " + address + " is no whole JSON: " + e.getOriginalMessage(), e);
    }
    String path = config.path("model_path").asText("");
    String time = config.path("model_update_time").asText("");
    if (path.isBlank() || time.isBlank()) {
      throw new IOException(
          "hot update "
              + address
              + " must have model_config with model_path and model_update_time");
    }
    String version = version(time);
    if (version.equals(known)) {
      return Optional.empty();
    }
    model = path;
    Path part = Files.createTempFile("seamark-hot-update", ".model");
    try {
      // Nothing but the file itself says what it should be.
      Files.delete(part);
      String sha256 = files.copy(path, part, limit);
      return Optional.of(new ModelAnnouncement(version, sha256, Files.size(part), time, null));
    } finally {
      Files.deleteIfExists(part);
    }
  }

  private static String version(String time) {
    String readable = time.replaceAll("[^A-Za-z0-9._-]", "-");
    String digest = DurableFiles.sha256(time.getBytes(StandardCharsets.UTF_8));
    return "u-"
        + readable.substring(0, Math.min(READABLE, readable.length()))
        + "-"
        + digest.substring(0, SHORT);
  }

  @Override
  public void download(ModelAnnouncement version, Path part) throws IOException {
    String path = model;
    if (path == null) {
      throw new IOException("model " + version.version() + " is not announced");
    }
    String sha256 = files.copy(path, part, version.bytes());
    if (!sha256.equals(version.sha256())) {
      throw new IOException(
          path + " has become another file, of digest " + sha256 + ", while it was fetched");
    }
  }

  @Override
  public void serves(ModelAnnouncement version) {
    failed = null;
    controller.deployed(version.version(), true);
  }

  @Override
  public void refused(ModelAnnouncement version) {
    if (!version.version().equals(failed)) {
      failed = version.version();
      controller.deployed(version.version(), false);
    }
  }
}
