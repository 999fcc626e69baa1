package io.seamark.buffer.format;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/** Keeps other writers out of a log's folder, in this process and others. */
record WriterLock(FileChannel channel, FileLock lock) {
  static WriterLock take(Path folder) throws IOException {
    FileChannel channel =
        FileChannel.open(
            folder.resolve("lock"), StandardOpenOption.CREATE, StandardOpenOption.WRITE);
    FileLock fileLock;
    try {
      fileLock = channel.tryLock();
    } catch (OverlappingFileLockException e) {
      fileLock = null;
    } catch (IOException e) {
      channel.close();
      throw e;
    }
    if (fileLock == null) {
      channel.close();
      throw new IOException(
          "buffer folder " + folder + " is open for writing already; one process may write to it");
    }
    return new WriterLock(channel, fileLock);
  }

  /** Lets others write; does nothing the second time. */
  void release() throws IOException {
    if (channel.isOpen()) {
      lock.release();
      channel.close();
    }
  }
}
