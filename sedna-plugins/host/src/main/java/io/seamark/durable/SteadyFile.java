package io.seamark.durable;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.channels.AsynchronousFileChannel;
import java.nio.file.OpenOption;
import java.nio.file.Path;
import java.util.Set;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Future;

/**
 * An open file that an interrupt does no harm to. A {@link java.nio.channels.FileChannel} is closed
 * when a thread that uses it is interrupted, and its lock is lost with it; here the thread does
 * what it is about, and stays interrupted. For one thread at a time, but for {@link #force}, which
 * another may do meanwhile.
 */
public final class SteadyFile implements AutoCloseable {
  /** Handing each operation to another thread takes longer than writing what a frame has. */
  private static final ExecutorService IN_CALLER = new CallerExecutor();

  private final AsynchronousFileChannel channel;
  private long position;

  private SteadyFile(AsynchronousFileChannel channel) {
    this.channel = channel;
  }

  /**
   * Opens a file.
   *
   * @param file to open
   * @param options as {@link java.nio.channels.FileChannel#open} takes them, but for appending
   * @return to be closed
   * @throws IOException if it cannot be opened
   */
  public static SteadyFile open(Path file, OpenOption... options) throws IOException {
    return new SteadyFile(AsynchronousFileChannel.open(file, Set.of(options), IN_CALLER));
  }

  /** Whether no other process has the lock, which this one has from now to {@link #close}. */
  boolean lock() throws IOException {
    return channel.tryLock() != null;
  }

  /**
   * The file's size.
   *
   * @return bytes
   * @throws IOException if it cannot be told
   */
  public long size() throws IOException {
    return channel.size();
  }

  /**
   * Cuts the file.
   *
   * @param size in bytes; a shorter file stays as it is
   * @throws IOException if it cannot be cut
   */
  public void truncate(long size) throws IOException {
    channel.truncate(size);
  }

  /**
   * Returns only once what was written is on the device.
   *
   * @param metadata whether the file's times are, too
   * @throws IOException if that fails; what the device holds is then unknown
   */
  public void force(boolean metadata) throws IOException {
    channel.force(metadata);
  }

  /**
   * Reads some bytes from a place.
   *
   * @param into filled from its position on
   * @param from where in the file
   * @return how many; -1 if the file ends there
   * @throws IOException if that fails
   */
  public int read(ByteBuffer into, long from) throws IOException {
    return done(channel.read(into, from));
  }

  /**
   * Writes all bytes to a place.
   *
   * @param bytes from position to limit
   * @param to where in the file
   * @throws IOException if that fails; some may have been written
   */
  public void write(ByteBuffer bytes, long to) throws IOException {
    long at = to;
    while (bytes.hasRemaining()) {
      at += done(channel.write(bytes, at));
    }
  }

  /** The file from its start; need not be closed. */
  InputStream in() {
    return new InputStream() {
      private long at;

      @Override
      public int read() throws IOException {
        byte[] one = new byte[1];
        return read(one, 0, 1) < 0 ? -1 : one[0] & 0xFF;
      }

      @Override
      public int read(byte[] into, int offset, int length) throws IOException {
        int n = SteadyFile.this.read(ByteBuffer.wrap(into, offset, length), at);
        at += Math.max(0, n);
        return n;
      }
    };
  }

  /** What is written goes behind what was written this way before; need not be closed. */
  OutputStream out() {
    return new OutputStream() {
      @Override
      public void write(int one) throws IOException {
        write(new byte[] {(byte) one}, 0, 1);
      }

      @Override
      public void write(byte[] bytes, int offset, int length) throws IOException {
        SteadyFile.this.write(ByteBuffer.wrap(bytes, offset, length), position);
        position += length;
      }
    };
  }

  private static int done(Future<Integer> operation) throws IOException {
    boolean interrupted = false;
    try {
      while (true) {
        try {
          return operation.get();
        } catch (InterruptedException e) {
          interrupted = true;
        } catch (ExecutionException e) {
          throw e.getCause() instanceof IOException cause ? cause : new IOException(e.getCause());
        }
      }
    } finally {
      if (interrupted) {
        Thread.currentThread().interrupt();
      }
    }
  }

  @Override
  public void close() throws IOException {
    channel.close();
  }
}
