package io.seamark.unknown.service;

import io.seamark.buffer.format.Disk;
import io.seamark.buffer.format.ForwardingDisk;
import java.io.IOException;

/** The machine's own files, whose fsync fails while somebody wants it to. */
final class FailingDisk extends ForwardingDisk {
  volatile boolean failing;

  FailingDisk() {
    super(Disk.local());
  }

  @Override
  protected File wrap(File file) {
    return new ForwardingFile(file) {
      @Override
      public void force() throws IOException {
        if (failing) {
          throw new IOException("Input/output error");
        }
        super.force();
      }
    };
  }
}
