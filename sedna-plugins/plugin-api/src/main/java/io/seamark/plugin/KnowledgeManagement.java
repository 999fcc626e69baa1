package io.seamark.plugin;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/**
 * The storage of knowledge management: where edge models and what is known of them are kept. It
 * knows nothing of models; what it keeps are named objects.
 */
public interface KnowledgeManagement {
  /**
   * Opens the storage. One process has it open at a time.
   *
   * @param folder on this machine, which the storage may use for its objects or for copies of them;
   *     made if it is not there. Its host uses names there that no object may have.
   * @return to be closed
   * @throws IOException if it cannot be reached, or is open already; the message says which
   */
  Store open(Path folder) throws IOException;

  /**
   * Named objects. A name has 1 to 100 of the characters {@code a-z}, {@code 0-9}, {@code .},
   * {@code _} and {@code -} and begins with a letter or digit; every method throws {@link
   * IllegalArgumentException} for another, so that no name leads out of the storage.
   *
   * <p>What writes is done as a whole or not at all, also when the process or the machine dies, and
   * when it has returned it is done for good: a file system's storage forces content and folder to
   * the device. Thread-safe.
   */
  interface Store extends AutoCloseable {
    /**
     * The objects that there are.
     *
     * @return their names, ascending
     * @throws IOException if the storage fails
     */
    List<String> names() throws IOException;

    /**
     * Reads a small object.
     *
     * @param name see above
     * @param limit most bytes it may have
     * @return its content; empty if there is none
     * @throws IOException if it has more bytes, or the storage fails
     */
    Optional<byte[]> read(String name, int limit) throws IOException;

    /**
     * An object as a file on this machine.
     *
     * @param name see above
     * @return a file with its content, which must not be written and stays until the object is
     *     written again or deleted, or this is closed; empty if there is none
     * @throws IOException if the storage fails
     */
    Optional<Path> file(String name) throws IOException;

    /**
     * Writes an object, in place of the one of that name if there is one.
     *
     * @param name see above
     * @param content all of it
     * @throws IOException if the storage fails; what was there is there still
     */
    void put(String name, byte[] content) throws IOException;

    /**
     * Writes an object from a file, which it takes over: the file is gone when it is done.
     *
     * @param name see above
     * @param file on this machine; no object's
     * @throws IOException if there is no such file or the storage fails; what was there is there
     *     still
     */
    void put(String name, Path file) throws IOException;

    /**
     * Writes an object with the content of another.
     *
     * @param from name of an object that there is
     * @param to as with {@link #put(String, byte[])}
     * @throws IOException if there is no such object or the storage fails
     */
    void copy(String from, String to) throws IOException;

    /**
     * Deletes an object. Does nothing if there is none.
     *
     * @param name see above
     * @throws IOException if the storage fails
     */
    void delete(String name) throws IOException;

    /** Lets go of the storage. Closing twice does nothing. */
    @Override
    void close() throws IOException;
  }
}
