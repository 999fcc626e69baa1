package io.seamark.sedna;

import io.seamark.cli.Seamark;
import io.seamark.durable.DurableFiles;
import io.seamark.edge.sync.ModelAnnouncement;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** Fetches the models that an index names, from the first of their places that has them. */
public final class ModelDownload {
  private final RemoteFiles files;
  private final long limit;

  /**
   * For any number of models.
   *
   * @param files to fetch with
   * @param limit most bytes of a model
   */
  public ModelDownload(RemoteFiles files, long limit) {
    this.files = files;
    this.limit = limit;
  }

  /**
   * Fetches a model, asking each place once.
   *
   * @param model which
   * @param part is made; may hold a piece if this fails
   * @throws IOException if no place has it whole and unaltered; says why of each
   */
  public void copy(JobIndex.Model model, Path part) throws IOException {
    ModelAnnouncement wanted = model.announced();
    if (wanted.bytes() > limit) {
      throw new IOException(
          String.format(
              "model %s has %d bytes, but at most %d are fetched",
              wanted.version(), wanted.bytes(), limit));
    }
    StringBuilder why = new StringBuilder();
    for (String url : model.urls()) {
      try {
        Files.deleteIfExists(part);
        String sha256 = files.copy(url, part, wanted.bytes());
        if (sha256.equals(wanted.sha256())) {
          return;
        }
        why.append("; ").append(url).append(" has another file, of digest ").append(sha256);
      } catch (IOException | IllegalArgumentException e) {
        why.append("; ").append(Seamark.message(e));
      }
    }
    throw new IOException(
        "model "
            + wanted.version()
            + " is in none of its "
            + model.urls().size()
            + " places"
            + why);
  }

  /**
   * A model's file on this machine, the one that the index names if it is here.
   *
   * @param model which
   * @param cache where it is kept otherwise
   * @return the file
   * @throws IOException as {@link #copy}, after several attempts
   */
  public Path local(JobIndex.Model model, Path cache) throws IOException {
    for (String url : model.urls()) {
      if (Location.of(url) instanceof Location.Local local && holds(model, local.path())) {
        return local.path();
      }
    }
    Path file = cache.resolve(model.announced().version() + ".safetensors");
    if (!holds(model, file)) {
      Files.createDirectories(cache);
      files.retries().run(() -> fetch(model, file));
    }
    return file;
  }

  private static boolean holds(JobIndex.Model model, Path file) throws IOException {
    return Files.isRegularFile(file)
        && Files.size(file) == model.announced().bytes()
        && DurableFiles.sha256(file).equals(model.announced().sha256());
  }

  private Path fetch(JobIndex.Model model, Path target) throws IOException {
    Path part = DurableFiles.unfinished(target);
    try {
      copy(model, part);
      DurableFiles.take(part, target);
      return target;
    } finally {
      Files.deleteIfExists(part);
    }
  }
}
