package io.seamark.pull;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.seamark.durable.DurableFiles;
import io.seamark.durable.OutputFolder;
import io.seamark.host.PlainFile;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Brings a published model into a folder, file by file, and writes beside them what came from
 * where, in {@value #RECORD}. Where no digest of a file is known, the one that the server states
 * must hold; where it states none, that of what came is recorded, and what comes later must have it
 * too.
 */
public final class ModelPull {
  /** Name of the record in the folder. */
  public static final String RECORD = "model.json";

  private static final ObjectMapper JSON = new ObjectMapper();
  private static final int MAX_RECORD_BYTES = 1 << 20;
  private static final List<String> LOOPBACK = List.of("localhost", "127.0.0.1", "[::1]");
  private static final Duration STALLED = Duration.ofSeconds(60);

  /** Told of what is done. */
  public interface Watcher {
    /**
     * More of a file has come.
     *
     * @param file its name
     * @param had bytes that are here
     * @param size its bytes; 0 if nobody says
     */
    void came(String file, long had, long size);
  }

  /** Where a digest is known from. */
  public enum Trust {
    /** It was known before. */
    KNOWN,
    /** The server stated it. */
    STATED,
    /** Nobody stated it: what came first counts. */
    FIRST_USE
  }

  /**
   * A file that is in place.
   *
   * @param file its path
   * @param bytes its size
   * @param sha256 its digest
   * @param trust where the digest is known from
   * @param resumedAt bytes that were here from an earlier call
   * @param fetched whether it came now; it was there already otherwise
   */
  public record Pulled(
      Path file, long bytes, String sha256, Trust trust, long resumedAt, boolean fetched) {}

  private final PublishedModel model;
  private final @Nullable URI mirror;
  private final Path folder;
  private final Download download;

  /**
   * A pull.
   *
   * @param model what to bring
   * @param mirror a server that has the publisher's files under the publisher's paths, or null for
   *     the publisher
   * @param folder where it goes; made if it is missing
   */
  public ModelPull(PublishedModel model, @Nullable URI mirror, Path folder) {
    this(model, mirror, folder, new Download(STALLED));
  }

  ModelPull(PublishedModel model, @Nullable URI mirror, Path folder, Download download) {
    this.model = model;
    this.mirror = mirror;
    this.folder = folder;
    this.download = download;
  }

  /**
   * Where a file comes from.
   *
   * @param file of the model
   * @return the publisher's address, or the mirror's
   */
  public URI address(PublishedModel.File file) {
    if (mirror == null) {
      return file.address();
    }
    String base = mirror.toString();
    return URI.create(
        (base.endsWith("/") ? base.substring(0, base.length() - 1) : base)
            + file.address().getRawPath());
  }

  /**
   * Brings every file that is not there yet.
   *
   * @param watcher told how far it is
   * @return the files, in the model's order
   * @throws IOException naming the file or address and what is wrong; what came of it stays, to go
   *     on with
   * @throws IllegalArgumentException if the folder cannot be written, is being written by another,
   *     or holds a person's file under a name that is needed
   */
  public List<Pulled> run(Watcher watcher) throws IOException {
    try (OutputFolder out = OutputFolder.open(folder, Map.of())) {
      return run(out, watcher);
    }
  }

  private List<Pulled> run(OutputFolder out, Watcher watcher) throws IOException {
    JsonNode record = readRecord();
    if (record.has("name") && !record.path("name").asText().equals(model.name())) {
      throw new IOException(
          String.format(
              "%s holds model %s, so %s must go to another folder",
              folder, record.path("name").asText(), model.name()));
    }
    List<Pulled> pulled = new ArrayList<>();
    for (PublishedModel.File file : model.files()) {
      JsonNode known = record.path("files").path(file.name());
      String recorded = known.path("sha256").asText("");
      pulled.add(pull(out, file, recorded, trust(known.path("trust").asText("")), watcher));
      writeRecord(out, pulled, record);
    }
    return pulled;
  }

  private static Trust trust(String text) {
    for (Trust trust : Trust.values()) {
      if (trust.name().toLowerCase(Locale.ROOT).equals(text)) {
        return trust;
      }
    }
    return Trust.FIRST_USE;
  }

  private Pulled pull(
      OutputFolder out,
      PublishedModel.File file,
      String recorded,
      Trust recordedTrust,
      Watcher watcher)
      throws IOException {
    Path target = folder.resolve(file.name());
    String wanted = file.sha256().isEmpty() ? recorded : file.sha256();
    Trust trust = file.sha256().isEmpty() ? recordedTrust : Trust.KNOWN;
    if (Files.exists(target)) {
      String digest = DurableFiles.sha256(target);
      // Of a call that was killed before it could record what it had put in place.
      boolean ours = wanted.isEmpty() && wrote(out, file.name());
      if (!ours && !digest.equals(wanted)) {
        throw new IOException(
            wanted.isEmpty()
                ? target
                    + " is there already, and nothing tells whether it is the right one:"
                    + " remove it, or choose another folder"
                : String.format(
                    "%s is there already, but has SHA-256 %s instead of %s: remove it, or choose"
                        + " another folder",
                    target, digest, wanted));
      }
      return new Pulled(target, Files.size(target), digest, trust, 0, false);
    }
    URI address = address(file);
    if (wanted.isEmpty()
        && !"https".equalsIgnoreCase(address.getScheme())
        && !LOOPBACK.contains(String.valueOf(address.getHost()))) {
      throw new IOException(
          address + " cannot be trusted: no digest of it is known, so it must come over https");
    }
    long usable = Files.getFileStore(folder).getUsableSpace();
    if (file.bytes() > usable) {
      throw new IOException(
          String.format(
              "%s needs %d bytes, but %s has room for %d",
              file.name(), file.bytes(), folder, usable));
    }
    out.check(List.of(RECORD, file.name()));
    Download.Fetched fetched =
        download.fetch(
            address,
            out,
            file.name(),
            file.bytes(),
            wanted,
            (had, size) -> watcher.came(file.name(), had, size));
    if (wanted.isEmpty()) {
      trust = fetched.stated().isEmpty() ? Trust.FIRST_USE : Trust.STATED;
    }
    return new Pulled(target, fetched.bytes(), fetched.sha256(), trust, fetched.resumedAt(), true);
  }

  /** Whether a file is, to the byte, one that was put into the folder by this product. */
  private static boolean wrote(OutputFolder out, String name) throws IOException {
    if (!out.names().contains(name)) {
      return false;
    }
    try {
      out.check(List.of(name));
      return true;
    } catch (IllegalArgumentException e) {
      return false;
    }
  }

  private JsonNode readRecord() throws IOException {
    Path file = folder.resolve(RECORD);
    if (!Files.exists(file)) {
      return JSON.createObjectNode();
    }
    if (Files.size(PlainFile.require(file)) > MAX_RECORD_BYTES) {
      throw new IOException(file + " has more than " + MAX_RECORD_BYTES + " bytes");
    }
    try {
      return JSON.readTree(Files.readAllBytes(file));
    } catch (JsonProcessingException e) {
      throw new IOException(file + " is no record of a model: " + e.getOriginalMessage(), e);
    }
  }

  private void writeRecord(OutputFolder out, List<Pulled> pulled, JsonNode before)
      throws IOException {
    ObjectNode record = JSON.createObjectNode();
    record.put("name", model.name());
    record.put("license", model.license());
    record.put("source", model.source().toString());
    ObjectNode files = record.putObject("files");
    before.path("files").properties().forEach(old -> files.set(old.getKey(), old.getValue()));
    for (int i = 0; i < pulled.size(); i++) {
      Pulled one = pulled.get(i);
      ObjectNode entry = files.putObject(model.files().get(i).name());
      entry.put("address", address(model.files().get(i)).toString());
      entry.put("bytes", one.bytes());
      entry.put("sha256", one.sha256());
      entry.put("trust", one.trust().name().toLowerCase(Locale.ROOT));
    }
    byte[] content = JSON.writerWithDefaultPrettyPrinter().writeValueAsBytes(record);
    Path file = folder.resolve(RECORD);
    if (!Files.isRegularFile(file) || !Arrays.equals(Files.readAllBytes(file), content)) {
      out.write(RECORD, content);
    }
  }
}
