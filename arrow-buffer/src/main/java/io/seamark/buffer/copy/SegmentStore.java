package io.seamark.buffer.copy;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;

/**
 * Where a copy is: objects, each with a name that has no slash. What is put there is there whole or
 * not at all. Not thread-safe.
 */
public interface SegmentStore extends AutoCloseable {
  /**
   * What is there.
   *
   * @return bytes by name
   * @throws IOException if it cannot be listed
   */
  Map<String, Long> list() throws IOException;

  /**
   * Reads a small object.
   *
   * @param name of the object
   * @param limit the most bytes
   * @return its bytes; empty if there is none of that name
   * @throws IOException if it cannot be read or is longer
   */
  Optional<byte[]> read(String name, int limit) throws IOException;

  /**
   * Fetches an object.
   *
   * @param name of the object
   * @param to is made; may hold a piece if this fails
   * @param limit the most bytes
   * @return SHA-256 of what came, in lower-case hexadecimal digits
   * @throws IOException if it is not there, is longer or cannot be read
   */
  String fetch(String name, Path to, long limit) throws IOException;

  /**
   * Puts an object there, in place of one that has its name. It is held against its digest there.
   *
   * @param name of the object
   * @param from its bytes
   * @throws IOException if it cannot be put there; one that was there is as it was then
   */
  void put(String name, Path from) throws IOException;

  /**
   * Deletes an object, if it is there.
   *
   * @param name of the object
   * @throws IOException if that fails
   */
  void delete(String name) throws IOException;

  /**
   * The store as a person names it.
   *
   * @return such as {@code s3://bucket/prefix}
   */
  @Override
  String toString();

  @Override
  void close();
}
