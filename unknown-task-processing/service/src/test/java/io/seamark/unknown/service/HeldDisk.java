package io.seamark.unknown.service;

import io.seamark.buffer.format.Disk;
import io.seamark.buffer.format.ForwardingDisk;
import java.io.IOException;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/** The machine's own files, whose fsync waits until somebody lets it go on. */
final class HeldDisk extends ForwardingDisk implements AutoCloseable {
  private final AtomicInteger forces = new AtomicInteger();
  private volatile @Nullable CountDownLatch held;

  HeldDisk() {
    super(Disk.local());
  }

  /** Lets forces wait from now on. */
  void hold() {
    held = new CountDownLatch(1);
  }

  /** Lets them go on, and those that follow. */
  void letGo() {
    CountDownLatch latch = held;
    if (latch != null) {
      latch.countDown();
    }
  }

  @Override
  public void close() {
    letGo();
  }

  /** Forces that began since they were first held. */
  int forces() {
    return forces.get();
  }

  @Override
  protected File wrap(File file) {
    return new ForwardingFile(file) {
      @Override
      public void force() throws IOException {
        CountDownLatch latch = held;
        if (latch != null) {
          forces.incrementAndGet();
          try {
            latch.await();
          } catch (InterruptedException e) {
            throw new IOException(e);
          }
        }
        super.force();
      }
    };
  }
}
