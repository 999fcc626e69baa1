package io.seamark.buffer;

import io.seamark.buffer.format.Disk;
import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.CharBuffer;
import java.nio.charset.CharsetEncoder;
import java.nio.charset.StandardCharsets;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.zip.CRC32C;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * How far a log has been delivered, and which samples before that were set aside, in a file of its
 * own. It has two places that are written by turns and one after the other, so a torn write leaves
 * the state before; and nothing is created, so a full disk keeps nothing from being acknowledged.
 */
final class DeliveryCursor {
  private static final Logger LOG = LoggerFactory.getLogger(DeliveryCursor.class);

  /** The most samples that may be set aside. */
  static final int MAX_ASIDE = 256;

  /** "SEAMARKC", read as a little-endian number. */
  private static final long MAGIC = 0x434B52414D414553L;

  private static final int VERSION = 2;
  private static final int HEAD = 32;
  private static final int ENTRY = 12;
  private static final int MAX_REASON = 128;
  private static final int PLACE = 64 << 10;

  /** Of the earlier version, which had one place and nothing set aside. */
  private static final int EARLIER_VERSION = 1;

  private static final int EARLIER_LENGTH = 24;

  private final Path path;
  private final Disk disk;
  private long generation;
  private volatile State state;

  /**
   * A sample before the cursor that was not delivered.
   *
   * @param sequence its number
   * @param again whether it waits to be delivered once more
   * @param reason why it was set aside, at most 128 bytes in UTF-8
   */
  record Aside(long sequence, boolean again, String reason) {}

  /**
   * What the file holds.
   *
   * @param next the sequence to deliver next
   * @param asides ascending, all before next, at most {@link #MAX_ASIDE}
   */
  record State(long next, List<Aside> asides) {
    State {
      asides = List.copyOf(asides);
    }
  }

  /** A state and how new it is. */
  private record Written(long generation, State state) {}

  private DeliveryCursor(Path path, Disk disk, Written written) {
    this.path = path;
    this.disk = disk;
    this.generation = written.generation();
    this.state = written.state();
  }

  /** Opens a cursor; where there is none, or a damaged one, everything is still to be delivered. */
  static DeliveryCursor open(Path folder, Disk disk) throws IOException {
    Path path = folder.resolve("cursor");
    Written start = new Written(0, new State(0, List.of()));
    try (Disk.File file = disk.open(path, false)) {
      Written found = read(path, file);
      if (found != null && file.size() == 2L * PLACE) {
        return new DeliveryCursor(path, disk, found);
      }
      if (found == null) {
        LOG.warn("{} is damaged; all samples there are delivered again", path);
      } else {
        start = found;
      }
    } catch (NoSuchFileException e) {
      LOG.debug("{} is new", path);
    }
    DeliveryCursor cursor = new DeliveryCursor(path, disk, start);
    cursor.create(folder);
    return cursor;
  }

  /** The state that is on the disk; where none can be read, everything is to be delivered. */
  static State look(Path folder, Disk disk) throws IOException {
    Path path = folder.resolve("cursor");
    try (Disk.File file = disk.open(path, false)) {
      Written found = read(path, file);
      return found == null ? new State(0, List.of()) : found.state();
    }
  }

  private static @Nullable Written read(Path path, Disk.File file) throws IOException {
    if (file.size() == EARLIER_LENGTH) {
      return readEarlier(path, file);
    }
    Written newest = null;
    for (long at = 0; at < 2L * PLACE; at += PLACE) {
      Written written = readPlace(path, file, at);
      if (written != null && (newest == null || written.generation() > newest.generation())) {
        newest = written;
      }
    }
    return newest;
  }

  private static @Nullable Written readEarlier(Path path, Disk.File file) throws IOException {
    ByteBuffer bytes = little(file.read(0, EARLIER_LENGTH));
    if (bytes.getLong(0) != MAGIC || bytes.getInt(20) != crc(bytes, 20)) {
      return null;
    }
    requireVersion(path, bytes.getInt(8), EARLIER_VERSION);
    return new Written(0, new State(plausible(bytes.getLong(12)), List.of()));
  }

  /** Numbers that no log gets to are as good as none. */
  private static long plausible(long sequence) {
    return sequence >>> 62 == 0 ? sequence : 0;
  }

  private static void requireVersion(Path path, int actual, int known) throws IOException {
    if (actual != known) {
      throw new IOException(
          path + " has format version " + actual + ", but this build reads only 1 and 2");
    }
  }

  private static @Nullable Written readPlace(Path path, Disk.File file, long at)
      throws IOException {
    ByteBuffer bytes;
    try {
      bytes = little(file.read(at, PLACE));
    } catch (EOFException e) {
      return null;
    }
    int length = bytes.getInt(12);
    if (bytes.getLong(0) != MAGIC
        || length < HEAD
        || length > PLACE - 4
        || bytes.getInt(length) != crc(bytes, length)) {
      return null;
    }
    requireVersion(path, bytes.getInt(8), VERSION);
    long generation = bytes.getLong(16);
    if (plausible(generation) != generation) {
      // It says which place is written next, so one that no cursor gets to is damage.
      return null;
    }
    long next = plausible(bytes.getLong(24));
    List<Aside> asides = new ArrayList<>();
    bytes.position(HEAD).limit(length);
    while (bytes.remaining() >= ENTRY && asides.size() < MAX_ASIDE) {
      long sequence = bytes.getLong();
      boolean again = bytes.getShort() != 0;
      byte[] reason = new byte[Math.min(bytes.getShort() & 0xFFFF, bytes.remaining())];
      bytes.get(reason);
      if (sequence >= 0 && sequence < next) {
        asides.add(new Aside(sequence, again, new String(reason, StandardCharsets.UTF_8)));
      }
    }
    return new Written(generation, new State(next, asides));
  }

  /** The present state. */
  State state() {
    return state;
  }

  /** The sequence to deliver next. */
  long next() {
    return state.next();
  }

  /** Moves on; it has once this returns, and has not if it throws. */
  void moveTo(long next) throws IOException {
    write(new State(next, state.asides()));
  }

  /** Makes a state the present one; it is once this returns, and is not if it throws. */
  void write(State to) throws IOException {
    long newer = generation + 1;
    try (Disk.File file = disk.open(path, true)) {
      file.write(bytes(newer, to), newer % 2 * PLACE);
      file.force();
    }
    generation = newer;
    state = to;
  }

  /** Makes the file, with the room that both places will ever take. */
  private void create(Path folder) throws IOException {
    Path temporary = path.resolveSibling(path.getFileName() + ".tmp");
    try (Disk.File file = disk.create(temporary)) {
      ByteBuffer whole = ByteBuffer.allocate(2 * PLACE);
      whole.position((int) (generation % 2 * PLACE)).put(bytes(generation, state)).rewind();
      file.write(whole, 0);
      file.force();
    }
    disk.rename(temporary, path);
    disk.forceFolder(folder);
  }

  private static ByteBuffer bytes(long generation, State state) {
    ByteBuffer bytes = little(new byte[PLACE]);
    bytes.putLong(MAGIC).putInt(VERSION).putInt(0).putLong(generation).putLong(state.next());
    for (Aside aside : state.asides()) {
      byte[] reason = shortened(aside.reason());
      bytes.putLong(aside.sequence()).putShort((short) (aside.again() ? 1 : 0));
      bytes.putShort((short) reason.length).put(reason);
    }
    int length = bytes.position();
    bytes.putInt(12, length);
    return bytes.putInt(crc(bytes, length)).flip();
  }

  /** As much of a text as fits, no character cut. */
  private static byte[] shortened(String text) {
    CharsetEncoder encoder = StandardCharsets.UTF_8.newEncoder();
    ByteBuffer bytes = ByteBuffer.allocate(MAX_REASON);
    encoder.encode(CharBuffer.wrap(text), bytes, true);
    byte[] out = new byte[bytes.position()];
    bytes.flip().get(out);
    return out;
  }

  private static ByteBuffer little(byte[] bytes) {
    return ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
  }

  @SuppressWarnings("ByteBufferBackingArray") // All buffers here are whole arrays.
  private static int crc(ByteBuffer bytes, int length) {
    CRC32C crc = new CRC32C();
    crc.update(bytes.array(), 0, length);
    return (int) crc.getValue();
  }
}
