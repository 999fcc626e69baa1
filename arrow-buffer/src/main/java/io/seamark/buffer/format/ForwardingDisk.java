package io.seamark.buffer.format;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.List;

/** A disk whose work another one does, for one that counts, fails or leaves something out. */
public class ForwardingDisk implements Disk {
  private final Disk disk;

  /**
   * A disk.
   *
   * @param disk that does the work
   */
  public ForwardingDisk(Disk disk) {
    this.disk = disk;
  }

  /**
   * What a file is opened or created as.
   *
   * @param file of the other disk
   * @return the same, unless overridden
   */
  protected File wrap(File file) {
    return file;
  }

  @Override
  public List<Path> list(Path folder) throws IOException {
    return disk.list(folder);
  }

  @Override
  public File create(Path file) throws IOException {
    return wrap(disk.create(file));
  }

  @Override
  public File open(Path file, boolean write) throws IOException {
    return wrap(disk.open(file, write));
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

  /** A file whose work another one does. */
  public static class ForwardingFile implements File {
    private final File file;

    /**
     * A file.
     *
     * @param file that does the work
     */
    public ForwardingFile(File file) {
      this.file = file;
    }

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
      file.force();
    }

    @Override
    public void close() throws IOException {
      file.close();
    }
  }
}
