package io.seamark.buffer.format;

import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.List;

/**
 * The file operations that the log's promises rest on, so that a test can fail them, or lose what
 * was never forced.
 */
public interface Disk {
  /**
   * The machine's own files.
   *
   * @return stateless
   */
  static Disk local() {
    return LocalDisk.INSTANCE;
  }

  /**
   * Names the regular files of a folder.
   *
   * @param folder the folder
   * @return in no order; empty if there is no such folder
   * @throws IOException if that fails
   */
  List<Path> list(Path folder) throws IOException;

  /**
   * Creates a file for reading and writing, emptying one that is there.
   *
   * @param file the file
   * @return to be closed
   * @throws IOException if that fails
   */
  File create(Path file) throws IOException;

  /**
   * Opens a file that is there.
   *
   * @param file the file
   * @param write whether it will be written to
   * @return to be closed
   * @throws IOException if that fails, or it is no regular file; {@link
   *     java.nio.file.NoSuchFileException} if it is not there
   */
  File open(Path file, boolean write) throws IOException;

  /**
   * The size of a file.
   *
   * @param file the file
   * @return bytes
   * @throws IOException if that fails; {@link java.nio.file.NoSuchFileException} if it is not there
   */
  long size(Path file) throws IOException;

  /**
   * When a file was last written, by its file system.
   *
   * @param file the file
   * @return milliseconds since 1970
   * @throws IOException if that fails; {@link java.nio.file.NoSuchFileException} if it is not there
   */
  long modifiedMillis(Path file) throws IOException;

  /**
   * Says when a file was last written.
   *
   * @param file the file
   * @param millis milliseconds since 1970
   * @throws IOException if that fails
   */
  void setModified(Path file, long millis) throws IOException;

  /**
   * Renames a file atomically, replacing one that has the new name.
   *
   * @param from the old name
   * @param to the new name, in the same folder
   * @throws IOException if that fails
   */
  void rename(Path from, Path to) throws IOException;

  /**
   * Deletes a file if it is there.
   *
   * @param file the file
   * @throws IOException if that fails
   */
  void delete(Path file) throws IOException;

  /**
   * Makes creations, renames and deletions in a folder durable.
   *
   * @param folder the folder
   * @throws IOException if that fails
   */
  void forceFolder(Path folder) throws IOException;

  /** An open file. */
  interface File extends AutoCloseable {
    /**
     * The file's size.
     *
     * @return bytes
     * @throws IOException if that fails
     */
    long size() throws IOException;

    /**
     * Reads until the buffer is full.
     *
     * @param into filled from its position to its limit
     * @param at where in the file
     * @throws EOFException if the file ends before
     * @throws IOException if that fails
     */
    void read(ByteBuffer into, long at) throws IOException;

    /**
     * Writes all of a buffer.
     *
     * @param from written from its position to its limit
     * @param at where in the file
     * @throws IOException if that fails; some of it may have been written
     */
    void write(ByteBuffer from, long at) throws IOException;

    /**
     * Cuts the file.
     *
     * @param size in bytes
     * @throws IOException if that fails
     */
    void truncate(long size) throws IOException;

    /**
     * Returns only once the file's bytes and size are on the disk (fsync).
     *
     * @throws IOException if that fails; the file's state on the disk is then unknown
     */
    void force() throws IOException;

    @Override
    void close() throws IOException;

    /**
     * Reads some bytes.
     *
     * @param at where in the file
     * @param length how many
     * @return them
     * @throws EOFException if the file ends before
     * @throws IOException if that fails
     */
    default byte[] read(long at, int length) throws IOException {
      // Compared so that nothing overflows: both may come from a damaged file.
      long size = size();
      if (at < 0 || length < 0 || length > size - at) {
        throw new EOFException(
            "the file has " + size + " bytes, not " + length + " of them from byte " + at + " on");
      }
      byte[] bytes = new byte[length];
      read(ByteBuffer.wrap(bytes), at);
      return bytes;
    }
  }
}
