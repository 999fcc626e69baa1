package io.seamark.durable;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/**
 * A folder that a person named for results. Three rules hold: it has one owner at a time, over
 * processes and within one; it is no folder that is read from; and a file in it is replaced only if
 * it is, to the byte, one that this product wrote there.
 *
 * <p>What was written is kept in the file {@value #RECORD}, in the format of {@code sha256sum}: a
 * line {@code <SHA-256> <name>} goes to it before the file goes to its place, so a kill leaves
 * nothing that a later owner takes for a person's. The same file carries the lock, which ends with
 * the process. Thread-safe.
 */
public final class OutputFolder implements AutoCloseable {
  /** The record's name. */
  public static final String RECORD = ".seamark-output";

  // A second FileLock of one process is refused by the JDK, but closing its channel frees the
  // first.
  private static final Set<Path> OWNED = ConcurrentHashMap.newKeySet();

  private final Path folder;
  private final Path real;
  private final FileChannel record;
  private final Map<String, Set<String>> written = new HashMap<>();
  private final Set<String> now = new HashSet<>();

  private OutputFolder(Path folder, Path real, FileChannel record) {
    this.folder = folder;
    this.real = real;
    this.record = record;
  }

  /**
   * Takes a folder over, and makes it if it is missing.
   *
   * @param folder as the person named it
   * @param inputs what is read, by the name of its option; files or folders, that need not exist
   * @return to be closed by its owner
   * @throws IllegalArgumentException if it is no folder, cannot be made or written, is being
   *     written by another owner, or is one of the inputs; nothing was changed then
   */
  public static OutputFolder open(Path folder, Map<String, Path> inputs) {
    try {
      if (Files.exists(folder) && !Files.isDirectory(folder)) {
        throw new IllegalArgumentException(folder + " is a file, but must be a folder to write to");
      }
      for (Map.Entry<String, Path> input : inputs.entrySet()) {
        if (same(folder, input.getValue())) {
          throw new IllegalArgumentException(
              "the output folder "
                  + folder
                  + " is also "
                  + input.getKey()
                  + ": name another, so that nothing is overwritten");
        }
      }
      Files.createDirectories(folder);
      return own(folder, folder.toRealPath());
    } catch (IOException e) {
      String reason =
          e instanceof FileAlreadyExistsException
              ? e.getMessage() + " is a file"
              : e.getClass().getSimpleName() + ": " + e.getMessage();
      throw new IllegalArgumentException(folder + " cannot be written to: " + reason, e);
    }
  }

  private static OutputFolder own(Path folder, Path real) throws IOException {
    if (!OWNED.add(real)) {
      throw inUse(folder);
    }
    FileChannel channel = null;
    try {
      channel =
          FileChannel.open(
              real.resolve(RECORD),
              StandardOpenOption.CREATE,
              StandardOpenOption.READ,
              StandardOpenOption.WRITE,
              LinkOption.NOFOLLOW_LINKS);
      FileLock lock = channel.tryLock();
      if (lock == null) {
        throw inUse(folder);
      }
      OutputFolder owned = new OutputFolder(folder, real, channel);
      owned.readRecord();
      DurableFiles.removeUnfinished(real);
      return owned;
    } catch (OverlappingFileLockException e) {
      release(channel, real);
      throw inUse(folder);
    } catch (IOException | RuntimeException e) {
      release(channel, real);
      throw e;
    }
  }

  private static void release(@Nullable FileChannel channel, Path real) throws IOException {
    OWNED.remove(real);
    if (channel != null) {
      channel.close();
    }
  }

  private static IllegalArgumentException inUse(Path folder) {
    return new IllegalArgumentException(
        folder + " is being written by another seamark: wait for it, or name another folder");
  }

  /** Whether two paths name one file, over links and different spellings. */
  private static boolean same(Path one, Path other) throws IOException {
    try {
      return one.toAbsolutePath().normalize().equals(other.toAbsolutePath().normalize())
          || Files.isSameFile(one, other);
    } catch (NoSuchFileException e) {
      return false;
    }
  }

  private void readRecord() throws IOException {
    String text = Files.readString(real.resolve(RECORD), StandardCharsets.UTF_8);
    // A line that was cut short by a kill names no file that was put in place.
    text.lines()
        .filter(line -> line.matches("[0-9a-f]{64}  .+"))
        .forEach(line -> note(line.substring(66), line.substring(0, 64)));
    record.position(record.size());
    if (!text.isEmpty() && !text.endsWith("\n")) {
      append("\n");
    }
  }

  private void note(String name, String digest) {
    written.computeIfAbsent(name, n -> new HashSet<>()).add(digest);
  }

  private void append(String line) throws IOException {
    ByteBuffer bytes = StandardCharsets.UTF_8.encode(line);
    try {
      while (bytes.hasRemaining()) {
        record.write(bytes);
      }
    } catch (IOException e) {
      throw new IOException(folder.resolve(RECORD) + " cannot be written: " + e.getMessage(), e);
    }
  }

  /**
   * Refuses, before any work is done, names under which a person keeps something.
   *
   * @param names of files that will be written, relative to the folder
   * @throws IllegalArgumentException if a file that this product did not write has one of them
   * @throws IOException if such a file cannot be read
   */
  public synchronized void check(List<String> names) throws IOException {
    List<String> foreign = new ArrayList<>();
    for (String name : names) {
      if (!mayWrite(name)) {
        foreign.add(name);
      }
    }
    if (!foreign.isEmpty()) {
      throw new IllegalArgumentException(refusal(foreign));
    }
  }

  private String refusal(List<String> foreign) {
    return folder.resolve(foreign.get(0))
        + (foreign.size() > 1 ? " and " + (foreign.size() - 1) + " more exist" : " exists")
        + " already and "
        + (foreign.size() > 1 ? "were" : "was")
        + " not written by seamark: name another output folder, or move "
        + (foreign.size() > 1 ? "them" : "it")
        + " away";
  }

  private boolean mayWrite(String name) throws IOException {
    Path target = real.resolve(name);
    if (!Files.exists(target, LinkOption.NOFOLLOW_LINKS)) {
      return true;
    }
    return Files.isRegularFile(target, LinkOption.NOFOLLOW_LINKS)
        && written.getOrDefault(name, Set.of()).contains(DurableFiles.sha256(target));
  }

  /**
   * Writes a file, whole or not at all.
   *
   * @param name relative to the folder, with {@code /} between folders; those are made
   * @param content the whole file
   * @throws IOException if it cannot be written, or a person's file has that name; the message
   *     names the file
   */
  public synchronized void write(String name, byte[] content) throws IOException {
    Path target = real.resolve(name).normalize();
    if (!target.startsWith(real) || target.equals(real) || name.matches("(?s).*[\\r\\n].*")) {
      throw new IllegalArgumentException("'" + name + "' is no name of a file in " + folder);
    }
    if (!mayWrite(name)) {
      throw new IOException(refusal(List.of(name)));
    }
    Path parent = target.getParent();
    if (parent != null && !parent.equals(real)) {
      Files.createDirectories(parent);
    }
    String digest = DurableFiles.sha256(content);
    if (!written.getOrDefault(name, Set.of()).contains(digest)) {
      append(digest + "  " + name + "\n");
      note(name, digest);
    }
    DurableFiles.replace(target, content);
    now.add(name);
  }

  /**
   * How many files this owner wrote.
   *
   * @return each name once
   */
  public synchronized int files() {
    return now.size();
  }

  /**
   * The folder.
   *
   * @return as the person named it
   */
  public Path path() {
    return folder;
  }

  /** Gives the folder free. */
  @Override
  public void close() throws IOException {
    release(record, real);
  }
}
