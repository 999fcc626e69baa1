package io.seamark.knowledge.model;

import io.seamark.durable.DurableFiles;
import io.seamark.durable.FolderLock;
import io.seamark.plugin.KnowledgeManagement;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;

/** Objects as files of their names in the host's folder. */
final class LocalFolder implements KnowledgeManagement.Store {
  private static final Pattern NAME = Pattern.compile("[a-z0-9][a-z0-9._-]{0,99}");
  private static final String LOCK = ".lock";

  private final Path folder;
  private final FolderLock lock;

  private LocalFolder(Path folder, FolderLock lock) {
    this.folder = folder;
    this.lock = lock;
  }

  static LocalFolder open(Path folder) throws IOException {
    Files.createDirectories(folder);
    FolderLock lock =
        FolderLock.take(folder, LOCK)
            .orElseThrow(
                () ->
                    new IOException(folder + " is in use by another process; stop that one first"));
    try {
      DurableFiles.removeUnfinished(folder);
      return new LocalFolder(folder, lock);
    } catch (IOException | RuntimeException e) {
      lock.close();
      throw e;
    }
  }

  @Override
  public synchronized List<String> names() throws IOException {
    checkOpen();
    List<String> names = new ArrayList<>();
    try (DirectoryStream<Path> files = Files.newDirectoryStream(folder)) {
      for (Path file : files) {
        String name = file.getFileName().toString();
        if (NAME.matcher(name).matches() && isObject(file)) {
          names.add(name);
        }
      }
    }
    names.sort(null);
    return names;
  }

  @Override
  public synchronized Optional<byte[]> read(String name, int limit) throws IOException {
    Optional<Path> file = file(name);
    if (file.isEmpty()) {
      return Optional.empty();
    }
    try (InputStream in = Files.newInputStream(file.get())) {
      byte[] content = in.readNBytes(limit);
      if (in.read() >= 0) {
        throw new IOException(
            file.get() + " has more than the " + limit + " bytes that it may have");
      }
      return Optional.of(content);
    }
  }

  @Override
  public synchronized Optional<Path> file(String name) throws IOException {
    Path file = path(name);
    return isObject(file) ? Optional.of(file) : Optional.empty();
  }

  @Override
  public synchronized void put(String name, byte[] content) throws IOException {
    DurableFiles.replace(path(name), content);
  }

  @Override
  public synchronized void put(String name, Path file) throws IOException {
    DurableFiles.take(file, path(name));
  }

  @Override
  public synchronized void copy(String from, String to) throws IOException {
    Path target = path(to);
    Path source = file(from).orElseThrow(() -> new NoSuchFileException(from));
    DurableFiles.copy(source, target);
  }

  @Override
  public synchronized void delete(String name) throws IOException {
    DurableFiles.delete(path(name));
  }

  @Override
  public synchronized void close() throws IOException {
    lock.close();
  }

  private Path path(String name) throws IOException {
    if (!NAME.matcher(name).matches()) {
      throw new IllegalArgumentException(
          "object name is '"
              + name
              + "', but must have 1 to 100 of the characters a-z, 0-9, '.', '_' and '-' and begin"
              + " with a letter or digit");
    }
    checkOpen();
    return folder.resolve(name);
  }

  private void checkOpen() throws IOException {
    if (!lock.isHeld()) {
      throw new IOException(folder + " is closed");
    }
  }

  /** A link could lead out of the folder. */
  private static boolean isObject(Path file) {
    return Files.isRegularFile(file, LinkOption.NOFOLLOW_LINKS);
  }
}
