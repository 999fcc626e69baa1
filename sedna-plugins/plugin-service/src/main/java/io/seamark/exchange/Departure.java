package io.seamark.exchange;

import jakarta.servlet.AsyncContext;
import jakarta.servlet.ServletOutputStream;
import java.io.IOException;
import java.io.InputStream;

/**
 * An answer under way, on a thread of its own: the container's threads never wait for a receiver.
 * (Liberty's own non-blocking writes block where a receiver takes nothing.)
 */
final class Departure implements Runnable {
  private static final int CHUNK = 16 << 10;

  private final AsyncContext async;
  private final ServletOutputStream out;
  private final InputStream content;
  private final long deadline;
  private final Runnable after;

  /**
   * Nothing is sent yet.
   *
   * @param async of the answer
   * @param out where it goes
   * @param content all of it; closed at the end
   * @param deadline as {@link System#nanoTime}: what is not taken by then is not sent
   * @param after what is done at the end
   */
  Departure(
      AsyncContext async,
      ServletOutputStream out,
      InputStream content,
      long deadline,
      Runnable after) {
    this.async = async;
    this.out = out;
    this.content = content;
    this.deadline = deadline;
    this.after = after;
  }

  @Override
  public void run() {
    byte[] chunk = new byte[CHUNK];
    try (content) {
      for (int n = content.read(chunk); n >= 0; n = content.read(chunk)) {
        if (System.nanoTime() - deadline > 0) {
          break;
        }
        out.write(chunk, 0, n);
      }
      out.flush();
    } catch (IOException e) {
      // The receiver has gone, or took nothing for too long; nobody is left to be told.
      assert e != null;
    } finally {
      after.run();
      try {
        async.complete();
      } catch (IllegalStateException e) {
        // The container has ended it before.
        assert e != null;
      }
    }
  }
}
