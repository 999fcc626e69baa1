package io.seamark.sedna;

import io.seamark.durable.DurableFiles;
import io.seamark.durable.Sha256Output;
import io.seamark.host.HttpClients;
import io.seamark.host.WholeExchange;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.ConnectException;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * Files wherever Sedna's addresses say they are. Nothing is left of one that did not come whole.
 */
public final class RemoteFiles implements AutoCloseable {
  private static final Duration CONNECTING = Duration.ofSeconds(5);
  private static final Duration ANSWERING = Duration.ofSeconds(60);
  private static final int BLOCK = 1 << 16;

  private final Worker worker;
  private final Retries retries;
  private final HttpClient client =
      HttpClients.builder()
          .version(HttpClient.Version.HTTP_1_1)
          .connectTimeout(CONNECTING)
          .followRedirects(HttpClient.Redirect.NEVER)
          .build();
  private @Nullable ObjectStore store;

  /**
   * For one worker.
   *
   * @param worker says where the object store is, and how often is asked
   */
  public RemoteFiles(Worker worker) {
    this.worker = worker;
    this.retries = new Retries(worker.own().attempts(), worker.own().pause());
  }

  /**
   * The policy that all requests of a worker share.
   *
   * @return as the worker was told
   */
  public Retries retries() {
    return retries;
  }

  /**
   * A file of this machine that holds what is at an address.
   *
   * @param address as with {@link Location#of}
   * @param cache where a remote one is kept; one that was fetched before is taken as it is
   * @param limit most bytes of a remote one
   * @return the file
   * @throws IOException if it cannot be fetched
   */
  public Path local(String address, Path cache, long limit) throws IOException {
    Location location = Location.of(address);
    if (location instanceof Location.Local local) {
      return local.path();
    }
    String digest = DurableFiles.sha256(address.getBytes(StandardCharsets.UTF_8));
    Path file = cache.resolve(digest.substring(0, 24) + "-" + Location.fileName(address, "file"));
    if (!Files.isRegularFile(file)) {
      Files.createDirectories(cache);
      retries.run(() -> fetch(location, file, limit));
    }
    return file;
  }

  /**
   * What is at an address now.
   *
   * @param address as with {@link Location#of}
   * @param limit most bytes
   * @return all of it
   * @throws IOException if it cannot be read or is longer
   */
  public byte[] read(String address, int limit) throws IOException {
    Location location = Location.of(address);
    return location instanceof Location.Local
        ? readOnce(location, limit)
        : retries.run(() -> readOnce(location, limit));
  }

  /** The same, asked once: for one who asks again anyway. */
  byte[] readOnce(String address, int limit) throws IOException, InterruptedException {
    return readOnce(Location.of(address), limit);
  }

  private byte[] readOnce(Location location, int limit) throws IOException {
    try (InputStream in = open(location)) {
      byte[] bytes = in.readNBytes(limit + 1);
      if (bytes.length > limit) {
        throw new IOException(
            text(location) + " has more than the " + limit + " bytes that are read");
      }
      return bytes;
    }
  }

  /**
   * Copies what is at an address, asked once.
   *
   * @param address as with {@link Location#of}
   * @param part is made; may hold a piece if this fails
   * @param limit most bytes
   * @return its digest
   */
  String copy(String address, Path part, long limit) throws IOException {
    return copy(Location.of(address), part, limit);
  }

  private String copy(Location location, Path part, long limit) throws IOException {
    try (InputStream in = open(location);
        Sha256Output out =
            new Sha256Output(
                Files.newOutputStream(
                    part, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE))) {
      pipe(in, out, limit, location);
      return out.sha256();
    }
  }

  private static void pipe(InputStream in, OutputStream out, long limit, Location location)
      throws IOException {
    byte[] block = new byte[BLOCK];
    long length = 0;
    for (int n; (n = in.read(block)) >= 0; ) {
      length += n;
      if (length > limit) {
        throw new IOException(
            text(location) + " has more than the " + limit + " bytes that are fetched");
      }
      out.write(block, 0, n);
    }
  }

  private Path fetch(Location location, Path target, long limit) throws IOException {
    Path part = DurableFiles.unfinished(target);
    try {
      copy(location, part, limit);
      DurableFiles.take(part, target);
      return target;
    } finally {
      Files.deleteIfExists(part);
    }
  }

  /**
   * Puts a file where an address says.
   *
   * @param file of this machine
   * @param address in the object store, or the file's own path, where nothing is to be done
   * @throws IOException if it cannot be put there
   */
  public void put(Path file, String address) throws IOException {
    if (Location.of(address) instanceof Location.S3 s3) {
      retries.run(
          () -> {
            store().put(file, s3);
            return file;
          });
    } else if (Location.of(address) instanceof Location.Http) {
      throw new IllegalArgumentException(
          "OUTPUT_URL is " + worker.told().output() + ", but must be a path or an s3:// address");
    }
  }

  private InputStream open(Location location) throws IOException {
    if (location instanceof Location.Local local) {
      return Files.newInputStream(io.seamark.host.PlainFile.require(local.path()));
    }
    if (location instanceof Location.S3 s3) {
      return store().open(s3);
    }
    return open((Location.Http) location);
  }

  private InputStream open(Location.Http http) throws IOException {
    HttpRequest request = HttpRequest.newBuilder(http.address()).timeout(ANSWERING).GET().build();
    try {
      HttpResponse<InputStream> response = client.send(request, WholeExchange.stream(ANSWERING));
      if (response.statusCode() != 200) {
        response.body().close();
        throw new IOException(http.address() + " answers " + response.statusCode());
      }
      return response.body();
    } catch (ConnectException e) {
      throw new IOException(http.address() + " does not answer: connection refused", e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IOException("interrupted while " + http.address() + " was read", e);
    }
  }

  private ObjectStore store() {
    ObjectStore opened = store;
    if (opened == null) {
      opened = ObjectStore.open(worker.told());
      store = opened;
    }
    return opened;
  }

  private static String text(Location location) {
    if (location instanceof Location.Local local) {
      return local.path().toString();
    }
    return location instanceof Location.S3 s3
        ? "s3://" + s3.bucket() + "/" + s3.key()
        : ((Location.Http) location).address().toString();
  }

  @Override
  public void close() {
    if (store != null) {
      store.close();
    }
  }
}
