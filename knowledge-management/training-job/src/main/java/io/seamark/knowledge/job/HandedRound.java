package io.seamark.knowledge.job;

import io.seamark.durable.DurableFiles;
import io.seamark.host.FolderTree;
import io.seamark.knowledge.model.KnowledgeJson;
import io.seamark.knowledge.model.ModelRegistry;
import io.seamark.knowledge.model.ModelVersion;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * The folder of a round that runs elsewhere, named after the version that it makes: a copy of the
 * registry, in which the round keeps its checkpoints and leaves its version.
 *
 * @param version that the round makes
 * @param folder may be missing
 */
record HandedRound(String version, Path folder) {
  /** Written last by {@link ModelRegistry#handOver}. */
  private static final String HANDED = "champion.json";

  private static final int MAX_JSON_BYTES = 4 << 20;

  /** What the next round of a registry is. */
  static HandedRound next(ModelRegistry registry, Path parent) {
    List<ModelVersion> versions = registry.versions();
    int last = versions.isEmpty() ? -1 : versions.get(versions.size() - 1).number();
    String version = "v" + (last + 1);
    return new HandedRound(version, parent.resolve(version));
  }

  /** Whether all that a round needs is there. */
  boolean handed() {
    return Files.isRegularFile(folder.resolve(HANDED));
  }

  /** Whether the round trains from a model. */
  boolean from(ModelVersion champion) throws IOException {
    if (!handed()) {
      return false;
    }
    Handed handed = KnowledgeJson.read(read(folder.resolve(HANDED)), Handed.class);
    return champion.sha256().equals(handed.sha256());
  }

  /** What a registry says of its champion, as far as it matters here. */
  private record Handed(String sha256) {}

  private static byte[] read(Path file) throws IOException {
    try (InputStream in = Files.newInputStream(file)) {
      byte[] json = in.readNBytes(MAX_JSON_BYTES + 1);
      if (json.length > MAX_JSON_BYTES) {
        throw new IOException(
            file + " has more than the " + MAX_JSON_BYTES + " bytes that are read");
      }
      return json;
    }
  }

  /** The version's weights, if it was made. */
  Path weights() {
    return folder.resolve(version + ".safetensors");
  }

  /**
   * The version that the round has made.
   *
   * @return empty if it has not yet
   * @throws IOException if its description cannot be read
   */
  Optional<ModelVersion> made() throws IOException {
    Path file = folder.resolve(version + ".json");
    if (!Files.isRegularFile(file)) {
      return Optional.empty();
    }
    return Optional.of(KnowledgeJson.read(read(file), ModelVersion.class));
  }

  /** Removes the folder. */
  void remove() throws IOException {
    remove(folder);
  }

  /** Removes the folders of other rounds, which have ended. */
  static void removeOthers(Path parent, HandedRound except) throws IOException {
    if (!Files.isDirectory(parent)) {
      return;
    }
    List<Path> others;
    try (Stream<Path> all = Files.list(parent)) {
      others = all.filter(folder -> !folder.equals(except.folder())).toList();
    }
    for (Path other : others) {
      remove(other);
    }
  }

  private static void remove(Path folder) throws IOException {
    if (!Files.isDirectory(folder)) {
      return;
    }
    // What is not handed over is nothing, so a cut in between leaves no half of a round.
    if (Files.isRegularFile(folder.resolve(HANDED))) {
      DurableFiles.delete(folder.resolve(HANDED));
    }
    FolderTree.delete(folder);
  }
}
