package io.seamark.knowledge.sedna;

import io.seamark.durable.DurableFiles;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A file that is being written in the knowledge base's folder and stands for nothing yet. What it
 * takes is counted before it is written. Thread-safe; gone once it is closed, and after a crash at
 * the next start.
 */
public final class Upload implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(Upload.class);

  private final Room room;
  private final Path file;
  private final OutputStream out;
  private long bytes;
  private boolean closed;

  private Upload(Room room, Path file, OutputStream out) {
    this.room = room;
    this.file = file;
    this.out = out;
  }

  static Upload begin(Path folder, Room room) throws IOException {
    Path file = DurableFiles.unfinished(folder.resolve("upload"));
    OutputStream out =
        Files.newOutputStream(file, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE);
    return new Upload(room, file, out);
  }

  /**
   * Appends.
   *
   * @param from has the bytes
   * @param at of the first
   * @param length how many
   * @throws io.seamark.failure.FailedException if there is no room for them
   * @throws IOException if they cannot be written, or it is closed
   */
  public synchronized void write(byte[] from, int at, int length) throws IOException {
    if (closed) {
      throw new IOException("the upload was given up");
    }
    room.take(length);
    bytes += length;
    try {
      out.write(from, at, length);
    } catch (IOException e) {
      throw room.explain(e);
    }
  }

  /**
   * Opens what was written.
   *
   * @return all of it, to be closed
   * @throws IOException if it cannot be read, or this is closed
   */
  public synchronized InputStream open() throws IOException {
    if (closed) {
      throw new IOException("the upload was given up");
    }
    return Files.newInputStream(file);
  }

  synchronized long bytes() {
    return bytes;
  }

  /** The file, complete. */
  synchronized Path finish() throws IOException {
    out.close();
    return file;
  }

  @Override
  public synchronized void close() {
    if (closed) {
      return;
    }
    closed = true;
    try {
      out.close();
    } catch (IOException e) {
      LOG.warn("closing {}: {}", file, e.toString());
    }
    try {
      // It is not there any more where it has become a file of the knowledge base.
      Files.deleteIfExists(file);
    } catch (IOException e) {
      LOG.warn("an upload that was given up stays until the next start: {}", e.toString());
    }
    room.give(bytes);
  }
}
