package io.seamark.buffer.copy;

import io.seamark.buffer.ReplayBuffer;
import io.seamark.buffer.copy.CopyManifest.Item;
import io.seamark.buffer.format.DamagedRecordException;
import io.seamark.durable.DurableFiles;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.DirectoryStream;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Consumer;

/** Copies the sealed segments of a buffer to a store, and back. Not thread-safe. */
public final class BufferCopy {
  /** A segment that is written again while it is copied is looked for again so often. */
  private static final int ATTEMPTS = 5;

  private final SegmentStore store;
  private final Consumer<String> progress;

  /**
   * To or from one store.
   *
   * @param store stays open
   * @param progress gets a line for each object that was copied or deleted
   */
  public BufferCopy(SegmentStore store, Consumer<String> progress) {
    this.store = store;
    this.progress = progress;
  }

  /**
   * What came of copying.
   *
   * @param copied segments that were copied now
   * @param kept segments that were there
   * @param deleted objects of earlier copies that are gone, since the buffer no longer has them
   * @param bytes of all segments of the copy
   * @param damages one line for each segment of the buffer that is damaged; where there is an
   *     earlier copy of it, that one is kept
   */
  public record Copied(int copied, int kept, int deleted, long bytes, List<String> damages) {
    /** Copies the list. */
    public Copied {
      damages = List.copyOf(damages);
    }
  }

  /**
   * Makes the store hold what the buffer's sealed segments hold now, and nothing else that an
   * earlier copy put there. It can be cut at any time and done again.
   *
   * @param folder of the buffer; a process may write to it
   * @return what was done
   * @throws IllegalArgumentException if the store has the copy of another buffer
   * @throws IOException if reading or writing fails
   */
  public Copied to(Path folder) throws IOException {
    for (int attempt = 1; ; attempt++) {
      try {
        return copy(folder);
      } catch (NoSuchFileException e) {
        // Sealed segments go while a service drops samples.
        if (attempt == ATTEMPTS) {
          throw e;
        }
      }
    }
  }

  private Copied copy(Path folder) throws IOException {
    String buffer = folder.toRealPath().toString();
    Optional<CopyManifest> before = manifest(CopyManifest.NAME);
    Optional<CopyManifest> cut = manifest(CopyManifest.UPLOADING);
    Map<String, Item> known = new LinkedHashMap<>();
    for (Optional<CopyManifest> one : List.of(before, cut)) {
      one.ifPresent(
          manifest -> {
            requireSame(buffer, manifest);
            manifest.segments().forEach(item -> known.put(item.object(), item));
          });
    }
    List<String> damages = new ArrayList<>();
    CopyManifest manifest = look(folder, buffer, before, damages);
    Map<String, Long> there = store.list();
    List<Item> lacking =
        manifest.segments().stream()
            .filter(item -> !Long.valueOf(item.bytes()).equals(there.get(item.object())))
            .toList();
    Map<String, Item> obsolete = new LinkedHashMap<>(known);
    manifest.segments().forEach(item -> obsolete.remove(item.object()));
    // Whatever a kill leaves behind, the next copy knows it as its own.
    List<Item> moving = new ArrayList<>(obsolete.values());
    moving.addAll(lacking);
    if (!moving.isEmpty()) {
      put(CopyManifest.UPLOADING, new CopyManifest(buffer, manifest.next(), moving));
    }
    for (Item item : lacking) {
      upload(folder, item);
      progress.accept("copied " + item.name());
    }
    if (before.isEmpty() || !before.get().equals(manifest)) {
      put(CopyManifest.NAME, manifest);
    }
    int deleted = 0;
    for (String object : obsolete.keySet()) {
      if (there.containsKey(object)) {
        store.delete(object);
        progress.accept("deleted " + object);
        deleted++;
      }
    }
    store.delete(CopyManifest.UPLOADING);
    return new Copied(
        lacking.size(),
        manifest.segments().size() - lacking.size(),
        deleted,
        manifest.segments().stream().mapToLong(Item::bytes).sum(),
        damages);
  }

  private void requireSame(String buffer, CopyManifest manifest) {
    if (!manifest.buffer().equals(buffer)) {
      throw new IllegalArgumentException(
          store
              + " holds the copy of another buffer, "
              + manifest.buffer().replaceAll("\\p{C}", "?")
              + ": name another place");
    }
  }

  /** What the copy should hold. */
  private CopyManifest look(
      Path folder, String buffer, Optional<CopyManifest> before, List<String> damages)
      throws IOException {
    Map<String, Item> copied = new TreeMap<>();
    before.ifPresent(manifest -> manifest.segments().forEach(i -> copied.put(i.name(), i)));
    Map<String, Item> items = new TreeMap<>();
    try (ReplayBuffer read = ReplayBuffer.openReadOnly(folder)) {
      if (before.isPresent() && read.next() < before.get().next()) {
        throw new IllegalArgumentException(
            String.format(
                "%s has the copy of a buffer that had %d samples, but %s has had only %d: it was"
                    + " begun anew, so name another place",
                store, before.get().next(), folder, read.next()));
      }
      Map<String, List<Long>> sequences = new TreeMap<>();
      for (ReplayBuffer.Entry entry : (Iterable<ReplayBuffer.Entry>) read.entries()::iterator) {
        // Of the one file that it is in; of none in the journal.
        for (Map.Entry<String, String> digest :
            read.sealedDigests(List.of(entry.sequence())).entrySet()) {
          String name = digest.getKey();
          sequences.computeIfAbsent(name, n -> new ArrayList<>()).add(entry.sequence());
          if (!items.containsKey(name)) {
            Path file = folder.resolve(name);
            items.put(
                name,
                new Item(
                    name,
                    Files.size(file),
                    digest.getValue(),
                    Files.getLastModifiedTime(file).toMillis()));
          }
        }
      }
      for (String name : read.report().unreadable()) {
        damages.add(name + " cannot be read");
        if (copied.containsKey(name)) {
          items.put(name, copied.get(name));
        }
      }
      for (Map.Entry<String, List<Long>> segment : sequences.entrySet()) {
        Item item = items.get(segment.getKey());
        Item earlier = copied.get(segment.getKey());
        if (item == null || (earlier != null && earlier.sha256().equals(item.sha256()))) {
          continue;
        }
        Optional<String> damage = damage(read, segment.getKey(), segment.getValue());
        damage.ifPresent(damages::add);
        if (damage.isPresent() && earlier != null) {
          // What is whole there must not be lost for what is damaged here.
          items.put(segment.getKey(), earlier);
        }
      }
      return new CopyManifest(buffer, read.next(), List.copyOf(items.values()));
    }
  }

  private static Optional<String> damage(ReplayBuffer read, String name, List<Long> sequences)
      throws IOException {
    for (String line : read.report().damages()) {
      if (line.startsWith(name)) {
        return Optional.of(line);
      }
    }
    for (long sequence : sequences) {
      try {
        read.read(sequence);
      } catch (DamagedRecordException e) {
        return Optional.of(String.valueOf(e.getMessage()));
      } catch (IllegalArgumentException e) {
        throw new NoSuchFileException(name, null, "it was written again meanwhile");
      }
    }
    return Optional.empty();
  }

  /** The file may be replaced at any time: what is copied is what was held against the digest. */
  private void upload(Path folder, Item item) throws IOException {
    Path spool = Files.createTempDirectory("seamark-copy");
    Path file = spool.resolve(item.name());
    try {
      String digest;
      try (InputStream in = Files.newInputStream(folder.resolve(item.name()))) {
        digest = FolderStore.write(in, file, Long.MAX_VALUE, item.name());
      }
      if (!digest.equals(item.sha256())) {
        throw new NoSuchFileException(item.name(), null, "it was written again meanwhile");
      }
      store.put(item.object(), file);
    } finally {
      Files.deleteIfExists(file);
      Files.deleteIfExists(spool);
    }
  }

  private void put(String name, CopyManifest manifest) throws IOException {
    Path file = Files.createTempFile("seamark-copy", ".json");
    try {
      Files.write(file, manifest.json());
      store.put(name, file);
    } finally {
      Files.deleteIfExists(file);
    }
  }

  private Optional<CopyManifest> manifest(String name) throws IOException {
    Optional<byte[]> json = store.read(name, CopyManifest.MOST_BYTES);
    return json.isEmpty()
        ? Optional.empty()
        : Optional.of(
            CopyManifest.read(json.get(), store + "/" + name, name.equals(CopyManifest.NAME)));
  }

  private CopyManifest whole() throws IOException {
    return manifest(CopyManifest.NAME)
        .orElseThrow(
            () ->
                new IOException(
                    store + " has no " + CopyManifest.NAME + ": no copy was finished there"));
  }

  /**
   * What came of reading a copy.
   *
   * @param whole segments that are as they were copied
   * @param bytes of these
   * @param damages one line for each that is not
   */
  public record Restored(int whole, long bytes, List<String> damages) {
    /** Copies the list. */
    public Restored {
      damages = List.copyOf(damages);
    }
  }

  /**
   * Brings a copy back. It can be cut and done again.
   *
   * @param folder is made; may have segments of this copy, and nothing else
   * @return what was done; a segment that is damaged is left out and costs no other
   * @throws FileAlreadyExistsException if there is anything else in the folder
   * @throws IOException if there is no copy, or reading or writing fails
   */
  public Restored restore(Path folder) throws IOException {
    CopyManifest manifest = whole();
    Set<String> names = new TreeSet<>();
    manifest.segments().forEach(item -> names.add(item.name()));
    Files.createDirectories(folder);
    DurableFiles.removeUnfinished(folder);
    try (DirectoryStream<Path> files = Files.newDirectoryStream(folder)) {
      for (Path file : files) {
        if (!names.contains(String.valueOf(file.getFileName()))) {
          throw new FileAlreadyExistsException(
              file + " is there already; a copy is brought back into an empty folder only");
        }
      }
    }
    for (Item item : manifest.segments()) {
      Path file = folder.resolve(item.name());
      if (Files.exists(file) && !DurableFiles.sha256(file).equals(item.sha256())) {
        throw new FileAlreadyExistsException(
            file + " is there already and is another one; nothing was written over it");
      }
    }
    return each(
        manifest,
        item -> {
          Path restored = folder.resolve(item.name());
          if (!Files.exists(restored)) {
            Path part = DurableFiles.unfinished(restored);
            try {
              fetch(item, part);
              // Its samples are as old as they were.
              Files.setLastModifiedTime(part, FileTime.fromMillis(item.written()));
              DurableFiles.take(/* file= */ part, /* target= */ restored);
            } finally {
              Files.deleteIfExists(part);
            }
            progress.accept("restored " + item.name());
          }
        });
  }

  /**
   * Reads all of a copy and holds it against its digests.
   *
   * @return what is there
   * @throws IOException if there is no copy
   */
  public Restored check() throws IOException {
    Path spool = Files.createTempDirectory("seamark-copy");
    try {
      return each(
          whole(),
          item -> {
            Path part = spool.resolve(item.name());
            try {
              fetch(item, part);
            } finally {
              Files.deleteIfExists(part);
            }
          });
    } finally {
      Files.deleteIfExists(spool);
    }
  }

  private interface Work {
    void run(Item item) throws IOException;
  }

  private static Restored each(CopyManifest manifest, Work work) {
    int whole = 0;
    long bytes = 0;
    List<String> damages = new ArrayList<>();
    for (Item item : manifest.segments()) {
      try {
        work.run(item);
        whole++;
        bytes += item.bytes();
      } catch (IOException e) {
        damages.add(item.name() + ": " + (e.getMessage() == null ? e : e.getMessage()));
      }
    }
    return new Restored(whole, bytes, damages);
  }

  private void fetch(Item item, Path part) throws IOException {
    String digest = store.fetch(item.object(), part, item.bytes());
    if (!digest.equals(item.sha256())) {
      throw new IOException("its digest in " + store + " is " + digest + ", not " + item.sha256());
    }
  }
}
