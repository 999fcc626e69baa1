package io.seamark.sedna.job;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;

/**
 * The network between a worker and a service. It passes everything on, but of one request it passes
 * on so many bytes and no more, until it is closed: what is killed meanwhile is killed in the
 * middle of a file.
 */
final class StallingConnection implements AutoCloseable {
  private static final int BLOCK = 1 << 14;

  /** What does not get through. */
  enum Stalled {
    REQUEST,
    ANSWER
  }

  private final ServerSocket server;
  private final int target;
  private final String request;
  private final Stalled stalled;
  private final int passed;
  private final List<Socket> open = new ArrayList<>();
  private final CountDownLatch reached = new CountDownLatch(1);
  private final CountDownLatch closed = new CountDownLatch(1);

  /**
   * Listens on this machine.
   *
   * @param target port of the service on this machine
   * @param request how it begins, such as {@code PUT /bucket/name}
   * @param stalled which way it does not get through
   * @param passed bytes of it that do
   */
  StallingConnection(int target, String request, Stalled stalled, int passed) throws IOException {
    this.server = new ServerSocket(0, 16, InetAddress.getLoopbackAddress());
    this.target = target;
    this.request = request;
    this.stalled = stalled;
    this.passed = passed;
    start(this::accept);
  }

  private static void start(Runnable task) {
    Thread thread = new Thread(task, "stalling-connection");
    thread.setDaemon(true);
    thread.start();
  }

  String address() {
    return "http://127.0.0.1:" + server.getLocalPort();
  }

  /** Waits until a worker's request is under way and gets no further. */
  void awaitStall(SednaJob.Worked worker) throws IOException, InterruptedException {
    SednaJob.await(
        "'" + request + "' to pass " + passed + " bytes", () -> reached.getCount() == 0, worker);
  }

  private void accept() {
    try {
      while (true) {
        Socket worker = server.accept();
        Socket service = new Socket(InetAddress.getLoopbackAddress(), target);
        synchronized (open) {
          open.add(worker);
          open.add(service);
        }
        AtomicInteger answers = new AtomicInteger(Integer.MAX_VALUE);
        start(() -> requests(worker, service, answers));
        start(() -> copy(service, worker, answers, block -> {}));
      }
    } catch (IOException e) {
      // It is closed.
    }
  }

  private void requests(Socket worker, Socket service, AtomicInteger answers) {
    AtomicInteger requests = new AtomicInteger(Integer.MAX_VALUE);
    AtomicInteger limited = stalled == Stalled.REQUEST ? requests : answers;
    copy(
        worker,
        service,
        requests,
        block -> {
          if (block.startsWith(request)) {
            limited.set(passed);
          }
        });
  }

  private void copy(Socket from, Socket to, AtomicInteger left, Consumer<String> look) {
    try (from;
        to) {
      InputStream in = from.getInputStream();
      OutputStream out = to.getOutputStream();
      byte[] block = new byte[BLOCK];
      for (int n; (n = in.read(block)) >= 0; ) {
        look.accept(new String(block, 0, n, StandardCharsets.ISO_8859_1));
        int passing = Math.min(n, left.get());
        out.write(block, 0, passing);
        out.flush();
        if (left.get() < Integer.MAX_VALUE && left.addAndGet(-passing) == 0) {
          reached.countDown();
          closed.await();
          return;
        }
      }
    } catch (IOException e) {
      // One of the two is gone, and so is the other.
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  @Override
  public void close() throws IOException {
    server.close();
    closed.countDown();
    synchronized (open) {
      for (Socket socket : open) {
        socket.close();
      }
    }
  }
}
