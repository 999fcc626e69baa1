package io.seamark.buffer.format;

import io.seamark.durable.Sha256Output;
import java.io.IOException;
import java.io.OutputStream;
import java.math.BigInteger;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.NavigableMap;
import java.util.Set;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The files of a log by their names: which there are, and how new ones come to be, durably. */
final class SegmentFolder {
  private static final Logger LOG = LoggerFactory.getLogger(SegmentFolder.class);
  private static final Pattern NAME = Pattern.compile("(\\d{10,19})\\.(arrow|journal)");
  private static final Pattern SET_ASIDE =
      Pattern.compile(NAME.pattern() + "(\\.\\d+)?\\.unreadable");
  private static final String SEALED = "arrow";
  private static final String JOURNAL = "journal";
  private static final String TEMPORARY = ".tmp";

  /** Added to the name of a file that cannot be read and is in the way. */
  private static final String UNREADABLE = ".unreadable";

  /** What a log has beside its segments. */
  private static final Set<String> OTHERS = Set.of("lock", "cursor");

  private static final int BLOCK = 1 << 20;

  private static final SecureRandom RANDOM = new SecureRandom();

  final Path path;
  final RowSchema schema;
  final Disk disk;

  /** Names of the files of one segment id. */
  record Found(@Nullable Path sealed, @Nullable Path journal) {}

  SegmentFolder(Path path, RowSchema schema, Disk disk) {
    this.path = path;
    this.schema = schema;
    this.disk = disk;
  }

  @Override
  public String toString() {
    return path.toString();
  }

  private Path file(long id, String extension) {
    return path.resolve(String.format(Locale.ROOT, "%010d.%s", id, extension));
  }

  /** Where a segment is or will be sealed. */
  Path sealedFile(long id) {
    return file(id, SEALED);
  }

  /** The files of each segment, ascending by id. */
  NavigableMap<Long, Found> find() throws IOException {
    TreeMap<Long, Found> found = new TreeMap<>();
    for (Path file : disk.list(path)) {
      Matcher matcher = NAME.matcher(String.valueOf(file.getFileName()));
      if (isSegment(matcher, file)) {
        boolean isSealed = matcher.group(2).equals(SEALED);
        Found one = isSealed ? new Found(file, null) : new Found(null, file);
        found.merge(
            Long.parseLong(matcher.group(1)),
            one,
            (a, b) ->
                new Found(
                    a.sealed() != null ? a.sealed() : b.sealed(),
                    a.journal() != null ? a.journal() : b.journal()));
      }
    }
    return found;
  }

  /** Nineteen digits can be more than a number has; a second name of a number is none of ours. */
  private boolean isSegment(Matcher name, Path file) {
    return name.matches()
        && new BigInteger(name.group(1)).bitLength() < Long.SIZE - 1
        && file.equals(file(Long.parseLong(name.group(1)), name.group(2)));
  }

  /** Names of the files that no log has, ascending. */
  List<String> foreignNames() throws IOException {
    List<String> foreign = new ArrayList<>();
    for (Path file : disk.list(path)) {
      String name = String.valueOf(file.getFileName());
      boolean ours =
          isSegment(NAME.matcher(name), file)
              || SET_ASIDE.matcher(name).matches()
              || OTHERS.contains(name)
              || name.endsWith(TEMPORARY);
      if (!ours) {
        foreign.add(name);
      }
    }
    foreign.sort(null);
    return foreign;
  }

  /** SHA-256 of a file, read piece by piece. */
  String sha256(Path path) throws IOException {
    Sha256Output digest = new Sha256Output(OutputStream.nullOutputStream());
    try (Disk.File file = disk.open(path, false)) {
      long size = file.size();
      for (long at = 0; at < size; at += BLOCK) {
        digest.write(file.read(at, (int) Math.min(BLOCK, size - at)));
      }
    }
    return digest.sha256();
  }

  /** Gives a file that cannot be read and is in the way another name. */
  void setAside(Path file) throws IOException {
    disk.rename(file, aside(file));
    disk.forceFolder(path);
  }

  /** Copies a file, durably, to a name of those that are set aside; gives that name. */
  String keepCopy(Path file, Disk.File from) throws IOException {
    Path aside = aside(file);
    Path temporary = temporary(aside);
    try (Disk.File copy = disk.create(temporary)) {
      long size = from.size();
      for (long at = 0; at < size; at += BLOCK) {
        copy.write(ByteBuffer.wrap(from.read(at, (int) Math.min(BLOCK, size - at))), at);
      }
      copy.force();
    } catch (IOException e) {
      deleteQuietly(temporary);
      throw e;
    }
    disk.rename(temporary, aside);
    disk.forceFolder(path);
    return String.valueOf(aside.getFileName());
  }

  private Path aside(Path file) throws IOException {
    List<Path> taken = disk.list(path);
    Path aside = path.resolve(file.getFileName() + UNREADABLE);
    for (int i = 2; taken.contains(aside); i++) {
      aside = path.resolve(file.getFileName() + "." + i + UNREADABLE);
    }
    return aside;
  }

  /** Names of the files that were set aside, now or earlier. */
  List<String> asideNames() throws IOException {
    return disk.list(path).stream()
        .map(file -> String.valueOf(file.getFileName()))
        .filter(name -> SET_ASIDE.matcher(name).matches())
        .toList();
  }

  /** Deletes what a crash left unfinished. */
  void deleteTemporary() throws IOException {
    for (Path file : disk.list(path)) {
      if (String.valueOf(file.getFileName()).endsWith(TEMPORARY)) {
        disk.delete(file);
      }
    }
  }

  /** Makes an empty journal, durably. */
  <E> ActiveJournal<E> createJournal(long id, long next) throws IOException {
    Path target = file(id, JOURNAL);
    Path temporary = temporary(target);
    long salt = salt();
    byte[] header = Journal.header(schema, id, next, salt);
    try (Disk.File file = disk.create(temporary)) {
      file.write(ByteBuffer.wrap(header), 0);
      file.force();
    } catch (IOException e) {
      deleteQuietly(temporary);
      throw e;
    }
    disk.rename(temporary, target);
    disk.forceFolder(path);
    Segment<E> segment = new Segment<>(id, false, target, new HeldRecords<>(schema));
    segment.bytes = header.length;
    segment.salt = salt;
    return new ActiveJournal<>(segment, disk.open(target, true), header.length, next);
  }

  private static long salt() {
    long salt = 0;
    while (salt == 0) {
      salt = RANDOM.nextLong();
    }
    return salt;
  }

  /** Writes the sealed form of a journal beside it, durably. */
  <E> Segment<E> seal(
      Segment<E> journal, List<RecordAt<E>> records, Disk.File from, Indexing<E> index)
      throws IOException {
    Segment<E> sealed = writeTemporary(journal, records, from, index);
    renameTemporary(sealed);
    disk.forceFolder(path);
    return sealed;
  }

  /**
   * Writes records of a segment sealed, durably, under the name of a temporary file yet.
   *
   * @param records where they are in the segment's file
   */
  <E> Segment<E> writeTemporary(
      Segment<E> segment, List<RecordAt<E>> records, Disk.File from, Indexing<E> index)
      throws IOException {
    Path target = sealedFile(segment.id);
    Path temporary = temporary(target);
    Segment<E> sealed;
    try (Disk.File file = disk.create(temporary)) {
      SealedSegment.Contents<E> written =
          SealedSegmentWriter.write(
              file,
              index,
              segment.id,
              records,
              i -> SealedSegment.message(segment.name(), from, records.get(i).place()));
      file.force();
      sealed = new Segment<>(segment.id, true, target, written.kept(schema));
      sealed.bytes = file.size();
    } catch (IOException e) {
      deleteQuietly(temporary);
      throw e;
    }
    writtenAs(segment.file, temporary);
    return sealed;
  }

  /** Its records are as old as they were before. */
  private void writtenAs(Path before, Path file) {
    try {
      disk.setModified(file, disk.modifiedMillis(before));
    } catch (IOException e) {
      LOG.warn("{}: its records count as written now: {}", file, e.toString());
    }
  }

  /** Gives what {@link #writeTemporary} wrote its name; durable once the folder is forced. */
  <E> void renameTemporary(Segment<E> sealed) throws IOException {
    disk.rename(temporary(sealed.file), sealed.file);
  }

  /** Deletes a file for good. */
  void delete(Path file) throws IOException {
    disk.delete(file);
    disk.forceFolder(path);
  }

  void force() throws IOException {
    disk.forceFolder(path);
  }

  private Path temporary(Path file) {
    return path.resolve(file.getFileName() + TEMPORARY);
  }

  private void deleteQuietly(Path file) {
    try {
      disk.delete(file);
    } catch (IOException e) {
      LOG.warn("cannot delete {}: {}", file, e.getMessage());
    }
  }
}
