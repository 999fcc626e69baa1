package io.seamark.unknown.service;

import io.seamark.buffer.format.Disk;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.List;

/** The machine's own files, whose fsync fails while somebody wants it to. */
final class FailingDisk implements Disk {
  private final Disk disk = Disk.local();
  volatile boolean failing;

  private File failing(File file) {
    return new File() {
      @Override
      public long size() throws IOException {
        return file.size();
      }

      @Override
      public void read(ByteBuffer into, long at) throws IOException {
        file.read(into, at);
      }

      @Override
      public void write(ByteBuffer from, long at) throws IOException {
        file.write(from, at);
      }

      @Override
      public void truncate(long size) throws IOException {
        file.truncate(size);
      }

      @Override
      public void force() throws IOException {
        if (failing) {
          throw new IOException("Input/output error");
        }
        file.force();
      }

      @Override
      public void close() throws IOException {
        file.close();
      }
    };
  }

  @Override
  public List<Path> list(Path folder) throws IOException {
    return disk.list(folder);
  }

  @Override
  public File create(Path file) throws IOException {
    return failing(disk.create(file));
  }

  @Override
  public File open(Path file, boolean write) throws IOException {
    return failing(disk.open(file, write));
  }

  @Override
  public long size(Path file) throws IOException {
    return disk.size(file);
  }

  @Override
  public long modifiedMillis(Path file) throws IOException {
    return disk.modifiedMillis(file);
  }

  @Override
  public void setModified(Path file, long millis) throws IOException {
    disk.setModified(file, millis);
  }

  @Override
  public void rename(Path from, Path to) throws IOException {
    disk.rename(from, to);
  }

  @Override
  public void delete(Path file) throws IOException {
    disk.delete(file);
  }

  @Override
  public void forceFolder(Path folder) throws IOException {
    disk.forceFolder(folder);
  }
}
