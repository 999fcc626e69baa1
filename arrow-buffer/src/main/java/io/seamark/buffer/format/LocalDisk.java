package io.seamark.buffer.format;

import io.seamark.durable.DurableFiles;
import io.seamark.durable.SteadyFile;
import io.seamark.host.PlainFile;
import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileTime;
import java.util.ArrayList;
import java.util.List;

/** The machine's own files. An interrupt stops none of what is done with them. */
final class LocalDisk implements Disk {
  static final LocalDisk INSTANCE = new LocalDisk();

  /** Larger transfers would make the JDK keep a direct buffer of their size for each thread. */
  private static final int CHUNK = 256 << 10;

  private LocalDisk() {}

  @Override
  public List<Path> list(Path folder) throws IOException {
    List<Path> files = new ArrayList<>();
    try (DirectoryStream<Path> stream = Files.newDirectoryStream(folder)) {
      for (Path file : stream) {
        // Opening a pipe would wait for whoever writes to it.
        if (Files.isRegularFile(file)) {
          files.add(file);
        }
      }
    } catch (NoSuchFileException e) {
      return List.of();
    } catch (DirectoryIteratorException e) {
      throw e.getCause();
    }
    return files;
  }

  @Override
  public File create(Path file) throws IOException {
    return new LocalFile(
        SteadyFile.open(
            file,
            StandardOpenOption.CREATE,
            StandardOpenOption.TRUNCATE_EXISTING,
            StandardOpenOption.READ,
            StandardOpenOption.WRITE));
  }

  @Override
  public File open(Path file, boolean write) throws IOException {
    PlainFile.require(file);
    return new LocalFile(
        write
            ? SteadyFile.open(file, StandardOpenOption.READ, StandardOpenOption.WRITE)
            : SteadyFile.open(file, StandardOpenOption.READ));
  }

  @Override
  public long size(Path file) throws IOException {
    return Files.size(file);
  }

  @Override
  public long modifiedMillis(Path file) throws IOException {
    return Files.getLastModifiedTime(file).toMillis();
  }

  @Override
  public void setModified(Path file, long millis) throws IOException {
    Files.setLastModifiedTime(file, FileTime.fromMillis(millis));
  }

  @Override
  public void rename(Path from, Path to) throws IOException {
    Files.move(from, to, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
  }

  @Override
  public void delete(Path file) throws IOException {
    Files.deleteIfExists(file);
  }

  @Override
  public void forceFolder(Path folder) throws IOException {
    DurableFiles.forceFolder(folder);
  }

  private record LocalFile(SteadyFile open) implements File {
    @Override
    public long size() throws IOException {
      return open.size();
    }

    @Override
    public void read(ByteBuffer into, long at) throws IOException {
      long from = at;
      while (into.hasRemaining()) {
        ByteBuffer chunk = into.slice(into.position(), Math.min(CHUNK, into.remaining()));
        int read = open.read(chunk, from);
        if (read < 0) {
          throw new EOFException("file ends at byte " + from);
        }
        into.position(into.position() + read);
        from += read;
      }
    }

    @Override
    public void write(ByteBuffer from, long at) throws IOException {
      long to = at;
      while (from.hasRemaining()) {
        ByteBuffer chunk = from.slice(from.position(), Math.min(CHUNK, from.remaining()));
        int length = chunk.remaining();
        open.write(chunk, to);
        from.position(from.position() + length);
        to += length;
      }
    }

    @Override
    public void truncate(long size) throws IOException {
      open.truncate(size);
    }

    @Override
    public void force() throws IOException {
      // Without the times in the inode: fdatasync makes bytes and size durable.
      open.force(false);
    }

    @Override
    public void close() throws IOException {
      open.close();
    }
  }
}
