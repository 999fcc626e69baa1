package io.seamark.durable;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.OverlappingFileLockException;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * A folder that a person named for results. Three rules hold: it has one owner at a time, over
 * processes and within one; it is no folder that is read from; and a file in it is replaced only if
 * it is, to the byte, one that this product wrote there.
 *
 * <p>What was written is kept in the file {@value #RECORD}, in the format of {@code sha256sum}: a
 * line {@code <SHA-256> <name>} is forced to it before the file goes to its place, so neither a
 * kill nor a power cut leaves anything that a later owner takes for a person's. The same file
 * carries the lock, which ends with the process. The names of new files are forced once, by {@link
 * #force} or at the end: a file that a power cut takes away is no file that was cut. Where files
 * are written again and again, the lines that still count are moved to {@value #EARLIER}, so that
 * the record stays as short as the folder. Thread-safe.
 */
public final class OutputFolder implements AutoCloseable {
  /** The record's name. */
  public static final String RECORD = ".seamark-output";

  /** What the record held when it was last shortened; both count. */
  static final String EARLIER = ".seamark-output.earlier";

  /** Lines that a record may have however few files there are. */
  static final int LINES = 256;

  private static final Pattern LINE = Pattern.compile("[0-9a-f]{64}  .+", Pattern.DOTALL);
  private static final Pattern BREAK = Pattern.compile("[\\r\\n]");
  private static final int DIGEST = 64;

  /** Some two million files. A longer record is not one that was written here. */
  private static final long MAX_RECORD_BYTES = 256L << 20;

  // A second FileLock of one process is refused by the JDK, but closing its channel frees the
  // first.
  private static final Set<Path> OWNED = ConcurrentHashMap.newKeySet();

  private final Path folder;
  private final Path real;
  private final Map<String, Path> inputs;
  private final SteadyFile record;
  private final Map<String, Set<String>> written = new LinkedHashMap<>();
  private final Set<String> now = new HashSet<>();
  private final Set<Path> notRead = new HashSet<>();
  private final Set<Path> folders = new HashSet<>();
  private int lines;
  private boolean closed;

  private OutputFolder(Path folder, Path real, Map<String, Path> inputs, SteadyFile record) {
    this.folder = folder;
    this.real = real;
    this.inputs = Map.copyOf(inputs);
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
      refuseInputs(folder, inputs);
      Files.createDirectories(folder);
      return own(folder, folder.toRealPath(), inputs);
    } catch (IOException e) {
      String reason =
          e instanceof FileAlreadyExistsException
              ? e.getMessage() + " is a file"
              : e.getClass().getSimpleName() + ": " + e.getMessage();
      throw new IllegalArgumentException(folder + " cannot be written to: " + reason, e);
    }
  }

  /**
   * Refuses a folder for results that is also read from.
   *
   * @param folder need not exist
   * @param inputs as with {@link #open}
   * @throws IllegalArgumentException if it is one of them, under whatever name
   * @throws IOException if that cannot be found out
   */
  public static void refuseInputs(Path folder, Map<String, Path> inputs) throws IOException {
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
  }

  /**
   * Whether a folder is one of these, in use or not.
   *
   * @param folder any
   * @return true if it has a record
   */
  public static boolean holdsResults(Path folder) {
    return Files.exists(folder.resolve(RECORD), LinkOption.NOFOLLOW_LINKS);
  }

  private static OutputFolder own(Path folder, Path real, Map<String, Path> inputs)
      throws IOException {
    if (!OWNED.add(real)) {
      throw inUse(folder);
    }
    SteadyFile record = null;
    try {
      record =
          SteadyFile.open(
              real.resolve(RECORD),
              StandardOpenOption.CREATE,
              StandardOpenOption.READ,
              StandardOpenOption.WRITE,
              LinkOption.NOFOLLOW_LINKS);
      if (!record.lock()) {
        throw inUse(folder);
      }
      OutputFolder owned = new OutputFolder(folder, real, inputs, record);
      owned.readRecord();
      return owned;
    } catch (OverlappingFileLockException e) {
      release(record, real);
      throw inUse(folder);
    } catch (IOException | RuntimeException e) {
      release(record, real);
      throw e;
    }
  }

  private static void release(@Nullable SteadyFile record, Path real) throws IOException {
    try {
      if (record != null) {
        record.close();
      }
    } finally {
      OWNED.remove(real);
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
    Path earlier = real.resolve(EARLIER);
    if (Files.isRegularFile(earlier, LinkOption.NOFOLLOW_LINKS)) {
      try (SteadyFile former = SteadyFile.open(earlier, StandardOpenOption.READ)) {
        readRecord(earlier, former);
      }
    }
    // Through the file that has the lock: closing another one of the same name would end it.
    lines = readRecord(real.resolve(RECORD), record);
    removeUnfinished();
    // What was deleted since is forgotten.
    written.keySet().removeIf(this::gone);
    if (record.size() > 0) {
      ByteBuffer last = ByteBuffer.allocate(1);
      record.read(last, record.size() - 1);
      if (last.get(0) != '\n') {
        append("\n");
      }
    }
  }

  /** Here and in the folders below to which files went; in those with a record of their own not. */
  private void removeUnfinished() throws IOException {
    DurableFiles.removeUnfinished(real);
    Set<Path> known = new HashSet<>(Set.of(real));
    for (String name : written.keySet()) {
      try {
        Path parent = real.resolve(name).getParent();
        if (parent != null && known.add(parent) && Files.isDirectory(parent)) {
          Path below = parent.toRealPath();
          if (below.startsWith(real) && !below.equals(real) && !holdsResults(below)) {
            DurableFiles.removeUnfinished(below);
          }
        }
      } catch (InvalidPathException e) {
        // As with those that are gone.
      }
    }
  }

  private int readRecord(Path file, SteadyFile from) throws IOException {
    if (from.size() > MAX_RECORD_BYTES) {
      throw new IOException(
          file + " has more than " + MAX_RECORD_BYTES + " bytes, so it is no record of files");
    }
    int count = 0;
    // A line that was cut short by a kill, within a character perhaps, names no file that was put
    // in place.
    BufferedReader reader =
        new BufferedReader(new InputStreamReader(from.in(), StandardCharsets.UTF_8));
    for (String line = reader.readLine(); line != null; line = reader.readLine()) {
      count++;
      if (LINE.matcher(line).matches()) {
        note(line.substring(DIGEST + 2), line.substring(0, DIGEST));
      }
    }
    return count;
  }

  private boolean gone(String name) {
    try {
      return !Files.exists(real.resolve(name), LinkOption.NOFOLLOW_LINKS);
    } catch (InvalidPathException e) {
      // No name here, such as one with umlauts in a locale without them.
      return true;
    }
  }

  /** Adds a digest; the name is the last one written then. */
  private void note(String name, String digest) {
    Set<String> digests = new HashSet<>(written.getOrDefault(name, Set.of()));
    digests.add(digest);
    written.remove(name);
    written.put(name, digests);
  }

  private void append(String line) throws IOException {
    long before = -1;
    try {
      before = record.size();
      record.write(StandardCharsets.UTF_8.encode(line), before);
      record.force(false);
    } catch (IOException e) {
      if (before >= 0) {
        truncate(before, e);
      }
      throw unwritable(e);
    }
  }

  private void truncate(long size, IOException why) {
    try {
      record.truncate(size);
    } catch (IOException e) {
      why.addSuppressed(e);
    }
  }

  private IOException unwritable(IOException e) {
    String reason = e instanceof ClosedChannelException ? "it is closed" : e.getMessage();
    return new IOException(folder.resolve(RECORD) + " cannot be written: " + reason, e);
  }

  private void record(String name, String digest) throws IOException {
    if (lines >= Math.max(LINES, 2 * written.size())) {
      StringBuilder text = new StringBuilder();
      written.forEach(
          (known, digests) ->
              digests.forEach(d -> text.append(d).append("  ").append(known).append('\n')));
      // Between these two both files hold the same lines, which does no harm.
      DurableFiles.replace(real.resolve(EARLIER), text.toString().getBytes(StandardCharsets.UTF_8));
      try {
        record.truncate(0);
      } catch (IOException e) {
        throw unwritable(e);
      }
      lines = 0;
    }
    append(digest + "  " + name + "\n");
    lines++;
    note(name, digest);
  }

  private void written(String name, String digest) {
    written.put(name, Set.of(digest));
    now.add(name);
  }

  /**
   * Refuses, before any work is done, names under which a person keeps something.
   *
   * @param names of files that will be written, relative to the folder
   * @throws IllegalArgumentException if a file that this product did not write has one of them, or
   *     one would go to a folder that is read from
   * @throws IOException if such a file cannot be read
   */
  public synchronized void check(List<String> names) throws IOException {
    List<String> foreign = new ArrayList<>();
    for (String name : names) {
      if (!mayWrite(name, place(name))) {
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

  /** Where a name leads: to a file below this folder, and to no folder that is read from. */
  private Path place(String name) throws IOException {
    Path target = real.resolve(name).normalize();
    if (!target.startsWith(real) || target.equals(real) || BREAK.matcher(name).find()) {
      throw new IllegalArgumentException("'" + name + "' is no name of a file in " + folder);
    }
    Path parent = target.getParent();
    if (parent != null && !parent.equals(real) && !notRead.contains(parent)) {
      refuseInputs(parent, inputs);
      notRead.add(parent);
    }
    return target;
  }

  private boolean mayWrite(String name, Path target) throws IOException {
    if (!Files.exists(target, LinkOption.NOFOLLOW_LINKS)) {
      return true;
    }
    return Files.isRegularFile(target, LinkOption.NOFOLLOW_LINKS)
        && written.getOrDefault(name, Set.of()).contains(DurableFiles.sha256(target));
  }

  /** The place of a file that may be written, its folder made. */
  private Path prepared(String name) throws IOException {
    Path target = place(name);
    if (!mayWrite(name, target)) {
      throw new ForeignFileException(refusal(List.of(name)));
    }
    Path parent = target.getParent();
    if (parent != null) {
      folders.add(parent);
      Files.createDirectories(parent);
    }
    return target;
  }

  /**
   * Writes a file, whole or not at all.
   *
   * @param name relative to the folder, with {@code /} between folders; those are made
   * @param content the whole file
   * @throws ForeignFileException if a person's file has that name
   * @throws IOException if it cannot be written; the message names the file
   */
  public synchronized void write(String name, byte[] content) throws IOException {
    write(name, out -> out.write(content));
  }

  /**
   * Writes a file piece by piece, whole or not at all.
   *
   * @param name as with {@link #write(String, byte[])}
   * @param content writes the whole file
   * @throws ForeignFileException if a person's file has that name
   * @throws IOException if it cannot be written; the message names the file
   */
  public synchronized void write(String name, DurableFiles.Content content) throws IOException {
    Path target = prepared(name);
    StringBuilder sha256 = new StringBuilder();
    Path beside =
        DurableFiles.prepare(
            target,
            out -> {
              Sha256Output digested = new Sha256Output(out);
              content.writeTo(digested);
              digested.flush();
              sha256.append(digested.sha256());
            });
    String digest = sha256.toString();
    try {
      record(name, digest);
    } catch (IOException | RuntimeException e) {
      DurableFiles.discard(beside, e);
      throw e;
    }
    DurableFiles.finish(beside, target);
    written(name, digest);
  }

  /**
   * Puts a finished file in place; it is gone where it was.
   *
   * @param file whole, best of the same file system
   * @param name as with {@link #write(String, byte[])}
   * @throws ForeignFileException if a person's file has that name
   * @throws IOException if it cannot be written; the message names the file
   */
  public synchronized void take(Path file, String name) throws IOException {
    Path target = prepared(name);
    String digest = DurableFiles.sha256(file);
    record(name, digest);
    DurableFiles.take(file, target);
    written(name, digest);
  }

  /**
   * Deletes a file that this product wrote. A person's stays.
   *
   * @param name as with {@link #write(String, byte[])}
   * @return whether no file has that name now
   * @throws IOException if it cannot be deleted
   */
  public synchronized boolean delete(String name) throws IOException {
    Path target = place(name);
    boolean ours = mayWrite(name, target);
    Path parent = target.getParent();
    if (ours && Files.deleteIfExists(target) && parent != null) {
      folders.add(parent);
    }
    written.remove(name);
    now.remove(name);
    return ours;
  }

  /**
   * The files that were written here, by this owner and former ones, as far as they are there; they
   * may have been changed since.
   *
   * @return their names, that which was written last at the end
   */
  public synchronized List<String> names() {
    return List.copyOf(written.keySet());
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

  /**
   * Makes the names of what was written, taken and deleted durable: a file that another may rely on
   * by now.
   *
   * @throws IOException if they cannot be forced to the device
   */
  public synchronized void force() throws IOException {
    for (Path one : folders) {
      if (Files.isDirectory(one)) {
        DurableFiles.forceFolder(one);
      }
    }
    folders.clear();
  }

  /**
   * Gives the folder free.
   *
   * @throws IOException if the names of what was written cannot be forced to the device
   */
  @Override
  public synchronized void close() throws IOException {
    if (!closed) {
      closed = true;
      try {
        force();
      } finally {
        release(record, real);
      }
    }
  }
}
