package io.seamark.buffer.copy;

import io.seamark.durable.DurableFiles;
import io.seamark.durable.Sha256Output;
import io.seamark.host.PlainFile;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/** A folder of this machine, such as one of a mounted disk. */
public final class FolderStore implements SegmentStore {
  private static final int BLOCK = 1 << 16;

  private final Path folder;

  /**
   * A folder.
   *
   * @param folder is made by the first that is put there
   */
  public FolderStore(Path folder) {
    this.folder = folder;
  }

  @Override
  public Map<String, Long> list() throws IOException {
    Map<String, Long> found = new TreeMap<>();
    if (Files.isDirectory(folder)) {
      try (DirectoryStream<Path> files = Files.newDirectoryStream(folder)) {
        for (Path file : files) {
          if (Files.isRegularFile(file, LinkOption.NOFOLLOW_LINKS)) {
            found.put(String.valueOf(file.getFileName()), Files.size(file));
          }
        }
      }
    }
    return found;
  }

  @Override
  public Optional<byte[]> read(String name, int limit) throws IOException {
    Path file = folder.resolve(name);
    if (!Files.exists(file)) {
      return Optional.empty();
    }
    try (InputStream in = Files.newInputStream(PlainFile.require(file))) {
      byte[] bytes = in.readNBytes(limit + 1);
      if (bytes.length > limit) {
        throw new IOException(file + " has more than the " + limit + " bytes that are read");
      }
      return Optional.of(bytes);
    }
  }

  @Override
  public String fetch(String name, Path to, long limit) throws IOException {
    try (InputStream in = Files.newInputStream(PlainFile.require(folder.resolve(name)))) {
      return write(in, to, limit, folder.resolve(name).toString());
    }
  }

  /**
   * Writes what comes to a file.
   *
   * @param in read to its end
   * @param to is made; may hold a piece if this fails
   * @param limit the most bytes
   * @param name what it is, for messages
   * @return SHA-256 in lower-case hexadecimal digits
   * @throws IOException if it is longer, or reading or writing fails
   */
  public static String write(InputStream in, Path to, long limit, String name) throws IOException {
    try (Sha256Output out =
        new Sha256Output(
            Files.newOutputStream(to, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE))) {
      byte[] block = new byte[BLOCK];
      long length = 0;
      for (int n; (n = in.read(block)) >= 0; ) {
        length += n;
        if (length > limit) {
          throw new IOException(name + " has more than the " + limit + " bytes that it should");
        }
        out.write(block, 0, n);
      }
      return out.sha256();
    }
  }

  @Override
  public void put(String name, Path from) throws IOException {
    Files.createDirectories(folder);
    DurableFiles.copy(from, folder.resolve(name));
  }

  @Override
  public void delete(String name) throws IOException {
    DurableFiles.delete(folder.resolve(name));
  }

  @Override
  public String toString() {
    return folder.toString();
  }

  @Override
  public void close() {
    // Holds nothing.
  }
}
