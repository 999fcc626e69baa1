package io.seamark.bench;

import io.seamark.durable.DurableFiles;
import io.seamark.durable.OutputFolder;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * A case's own folder in the job's.
 *
 * @param job the job's folder, which this process owns
 * @param name of the case's folder in it, such as {@code rfnet/7a1b}
 */
record CaseFolder(OutputFolder job, String name) {
  /** Writes a file that is made at once. */
  Path write(String file, byte[] content) throws IOException {
    job.write(name + "/" + file, content);
    return path().resolve(file);
  }

  /** Makes a file. */
  @FunctionalInterface
  interface Maker<T> {
    T make(Path to) throws IOException;
  }

  /** Writes a file that another part makes: beside its place first. */
  <T> T make(String file, Maker<T> maker) throws IOException {
    Path target = path().resolve(file);
    Path folder = target.getParent();
    if (folder != null) {
      Files.createDirectories(folder);
    }
    Path beside = DurableFiles.unfinished(target);
    try {
      T made = maker.make(beside);
      job.take(beside, name + "/" + file);
      return made;
    } finally {
      Files.deleteIfExists(beside);
    }
  }

  Path path() {
    return job.path().resolve(name);
  }
}
