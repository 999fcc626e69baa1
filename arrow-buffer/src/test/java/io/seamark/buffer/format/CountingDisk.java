package io.seamark.buffer.format;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.List;

/** A disk that counts what is read of it. */
final class CountingDisk implements Disk {
  private final Disk disk;
  private long bytes;

  CountingDisk(Disk disk) {
    this.disk = disk;
  }

  /** Bytes that were read since this was last asked. */
  long read() {
    long read = bytes;
    bytes = 0;
    return read;
  }

  @Override
  public List<Path> list(Path folder) throws IOException {
    return disk.list(folder);
  }

  @Override
  public File create(Path file) throws IOException {
    return counted(disk.create(file));
  }

  @Override
  public File open(Path file, boolean write) throws IOException {
    return counted(disk.open(file, write));
  }

  private File counted(File file) {
    return new File() {
      @Override
      public long size() throws IOException {
        return file.size();
      }

      @Override
      public void read(ByteBuffer into, long at) throws IOException {
        bytes += into.remaining();
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
        file.force();
      }

      @Override
      public void close() throws IOException {
        file.close();
      }
    };
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
