package io.seamark.buffer;

import io.seamark.buffer.format.Disk;
import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.zip.CRC32C;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** How far a log has been delivered, in a file of its own that is replaced as a whole. */
final class DeliveryCursor {
  private static final Logger LOG = LoggerFactory.getLogger(DeliveryCursor.class);

  /** "SEAMARKC", read as a little-endian number. */
  private static final long MAGIC = 0x434B52414D414553L;

  private static final int VERSION = 1;
  private static final int LENGTH = 24;

  private final Path folder;
  private final Disk disk;
  private volatile long next;

  private DeliveryCursor(Path folder, Disk disk, long next) {
    this.folder = folder;
    this.disk = disk;
    this.next = next;
  }

  /** Opens a cursor; where there is none, or a damaged one, everything is still to be delivered. */
  static DeliveryCursor open(Path folder, Disk disk) throws IOException {
    Path path = folder.resolve("cursor");
    long next = 0;
    try (Disk.File file = disk.open(path, false)) {
      ByteBuffer bytes = ByteBuffer.wrap(file.read(0, LENGTH)).order(ByteOrder.LITTLE_ENDIAN);
      if (bytes.getLong(0) == MAGIC && bytes.getInt(20) == crc(bytes)) {
        if (bytes.getInt(8) != VERSION) {
          throw new IOException(
              path + " has format version " + bytes.getInt(8) + ", but this build reads only 1");
        }
        // Numbers that no log gets to are as good as none.
        next = bytes.getLong(12) >>> 62 == 0 ? bytes.getLong(12) : 0;
      } else {
        LOG.warn("{} is damaged; all samples there are delivered again", path);
      }
    } catch (NoSuchFileException e) {
      LOG.debug("{} is new", path);
    } catch (EOFException e) {
      LOG.warn("{} is cut short; all samples there are delivered again", path);
    }
    return new DeliveryCursor(folder, disk, next);
  }

  /** The sequence to deliver next. */
  long next() {
    return next;
  }

  /** Moves the cursor; it has moved once this returns, and not if it throws. */
  void moveTo(long sequence) throws IOException {
    ByteBuffer bytes = ByteBuffer.allocate(LENGTH).order(ByteOrder.LITTLE_ENDIAN);
    bytes.putLong(MAGIC).putInt(VERSION).putLong(sequence);
    bytes.putInt(crc(bytes)).flip();
    Path temporary = folder.resolve("cursor.tmp");
    try (Disk.File file = disk.create(temporary)) {
      file.write(bytes, 0);
      file.force();
    }
    disk.rename(temporary, folder.resolve("cursor"));
    disk.forceFolder(folder);
    next = sequence;
  }

  @SuppressWarnings("ByteBufferBackingArray") // All buffers here are whole arrays.
  private static int crc(ByteBuffer bytes) {
    CRC32C crc = new CRC32C();
    crc.update(bytes.array(), 0, 20);
    return (int) crc.getValue();
  }
}
