package io.seamark.buffer.format;

import java.io.IOException;
import java.nio.ByteBuffer;

/** A disk that counts what is read of it. */
final class CountingDisk extends ForwardingDisk {
  private long bytes;

  CountingDisk(Disk disk) {
    super(disk);
  }

  /** Bytes that were read since this was last asked. */
  long read() {
    long read = bytes;
    bytes = 0;
    return read;
  }

  @Override
  protected File wrap(File file) {
    return new ForwardingFile(file) {
      @Override
      public void read(ByteBuffer into, long at) throws IOException {
        bytes += into.remaining();
        super.read(into, at);
      }
    };
  }
}
