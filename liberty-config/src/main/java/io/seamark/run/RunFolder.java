package io.seamark.run;

import io.seamark.cli.Seamark;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * What a run leaves: {@code report.html}, {@code summary.json}, {@code models/}, {@code buffer/},
 * {@code answers/} (the newest class map of each frame), {@code edge/} (what the edge must keep
 * over a restart), {@code logs/}. A folder that holds anything else is not touched; a former run's
 * is emptied of these first.
 */
final class RunFolder {
  /** Marks a folder as a run's. */
  private static final String MARK = ".seamark-run";

  private static final List<String> CONTENT =
      List.of("report.html", "summary.json", "models", "buffer", "answers", "edge", "logs", MARK);

  private final Path root;

  private RunFolder(Path root) {
    this.root = root;
  }

  /**
   * Prepares the folder.
   *
   * @param folder may be missing, empty or a former run's
   * @return ready to be filled
   * @throws IllegalArgumentException if it holds something else or cannot be made
   */
  static RunFolder prepare(Path folder) {
    Path root = folder.toAbsolutePath().normalize();
    try {
      if (Files.exists(root) && !Files.isDirectory(root)) {
        throw new IllegalArgumentException("--out " + folder + " is a file, but must be a folder");
      }
      if (Files.isDirectory(root)) {
        empty(folder, root);
      }
      Files.createDirectories(root);
      Files.writeString(
          root.resolve(MARK),
          "A run of seamark keeps its results here; the next run into this folder replaces them.\n",
          StandardCharsets.UTF_8);
      for (String sub : List.of("models", "buffer", "answers", "edge", "logs")) {
        Files.createDirectories(root.resolve(sub));
      }
      return new RunFolder(root);
    } catch (IOException e) {
      throw new IllegalArgumentException(
          "--out " + folder + " cannot be prepared: " + Seamark.message(e), e);
    }
  }

  private static void empty(Path named, Path root) throws IOException {
    Set<String> names;
    try (Stream<Path> files = Files.list(root)) {
      names = files.map(file -> file.getFileName().toString()).collect(Collectors.toSet());
    }
    if (!names.isEmpty() && !names.contains(MARK)) {
      throw new IllegalArgumentException(
          "--out "
              + named
              + " is not empty and not a former run's folder: name another one, or empty it");
    }
    for (String name : CONTENT) {
      if (names.contains(name)) {
        delete(root.resolve(name));
      }
    }
  }

  private static void delete(Path path) throws IOException {
    Files.walkFileTree(
        path,
        new SimpleFileVisitor<>() {
          @Override
          public FileVisitResult visitFile(Path file, BasicFileAttributes facts)
              throws IOException {
            Files.delete(file);
            return FileVisitResult.CONTINUE;
          }

          @Override
          public FileVisitResult postVisitDirectory(Path folder, @Nullable IOException e)
              throws IOException {
            if (e != null) {
              throw e;
            }
            Files.delete(folder);
            return FileVisitResult.CONTINUE;
          }
        });
  }

  /** Where knowledge management keeps a copy of the version that serves. */
  static Path champion(Path folder) {
    return folder.toAbsolutePath().normalize().resolve("models").resolve("champion.safetensors");
  }

  Path root() {
    return root;
  }

  Path report() {
    return root.resolve("report.html");
  }

  Path summary() {
    return root.resolve("summary.json");
  }

  Path models() {
    return root.resolve("models");
  }

  Path buffer() {
    return root.resolve("buffer");
  }

  Path answers() {
    return root.resolve("answers");
  }

  Path edge() {
    return root.resolve("edge");
  }

  Path logs() {
    return root.resolve("logs");
  }
}
