package io.seamark.pull;

import io.seamark.durable.DurableFiles;
import io.seamark.durable.OutputFolder;
import io.seamark.host.HttpClients;
import io.seamark.host.WholeExchange;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.ConnectException;
import java.net.URI;
import java.net.URISyntaxException;
import java.net.UnknownHostException;
import java.net.http.HttpClient;
import java.net.http.HttpConnectTimeoutException;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpTimeoutException;
import java.nio.channels.UnresolvedAddressException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Brings one file over HTTP. What has come stays in {@code .seamark-NAME.part}, with the server's
 * entity tag in {@code .seamark-NAME.etag}, until it is whole and its digest is right; only then is
 * it moved into place. A later call goes on where the last one stopped, if the server still has the
 * same file.
 */
final class Download {
  /** Told of every piece that came. */
  interface Watcher {
    /**
     * More has come.
     *
     * @param had bytes of the file that are here
     * @param size of the file; 0 if the server does not say
     */
    void came(long had, long size);
  }

  /**
   * What was fetched.
   *
   * @param bytes size of the file
   * @param sha256 its digest
   * @param stated the digest that the server stated, or empty
   * @param resumedAt bytes that an earlier call had brought
   */
  record Fetched(long bytes, String sha256, String stated, long resumedAt) {}

  private static final String PART = ".part";
  private static final String TAG = ".etag";
  private static final int MAX_REDIRECTS = 5;
  private static final int NOT_MODIFIED_BELOW = 300;
  private static final int PARTIAL = 206;
  private static final int BAD_RANGE = 416;
  private static final long MAX_BYTES = 16L << 30;
  private static final Duration CONNECTING = Duration.ofSeconds(20);
  private static final Duration ANSWERING = Duration.ofSeconds(60);
  private static final Pattern RANGE = Pattern.compile("bytes (\\d{1,18})-\\d{1,18}/(\\d{1,18})");
  private static final Pattern DIGEST = Pattern.compile("\"?([0-9a-f]{64})\"?");

  private final HttpClient client;
  private final Duration stalled;

  /**
   * A client.
   *
   * @param stalled how long nothing may come
   */
  Download(Duration stalled) {
    this.stalled = stalled;
    client =
        HttpClients.builder()
            .connectTimeout(CONNECTING)
            .followRedirects(HttpClient.Redirect.NEVER)
            .build();
  }

  /**
   * Fetches a file.
   *
   * @param address http or https
   * @param folder where it belongs
   * @param name of the file there
   * @param bytes its size; 0 if unknown
   * @param sha256 its digest; empty if unknown, when what the server states must hold
   * @param watcher told how far it is
   * @throws IOException naming the address and what went wrong
   */
  Fetched fetch(
      URI address, OutputFolder folder, String name, long bytes, String sha256, Watcher watcher)
      throws IOException {
    Path part = beside(folder, name, PART);
    Path tagFile = beside(folder, name, TAG);
    long had = Files.isRegularFile(part) ? Files.size(part) : 0;
    String tag = had > 0 && Files.isRegularFile(tagFile) ? Files.readString(tagFile).strip() : "";
    if (tag.isEmpty() || tag.length() > 1000 || tag.startsWith("W/") || had >= MAX_BYTES) {
      had = 0;
    }
    Answer answer = send(address, had, tag);
    if (answer.response.statusCode() == BAD_RANGE) {
      answer.response.body().close();
      had = 0;
      answer = send(address, 0, "");
    }
    String stated = answer.stated;
    HttpResponse<InputStream> response = answer.response;
    try (InputStream body = response.body()) {
      if (response.statusCode() >= NOT_MODIFIED_BELOW || response.statusCode() < 200) {
        throw new IOException(
            String.format("%s answered %d", response.uri(), response.statusCode()));
      }
      long length = response.headers().firstValueAsLong("Content-Length").orElse(0);
      long size = length;
      if (response.statusCode() == PARTIAL) {
        Matcher range = RANGE.matcher(response.headers().firstValue("Content-Range").orElse(""));
        if (!range.matches() || Long.parseLong(range.group(1)) != had) {
          throw new IOException(
              String.format(
                  "%s was asked for bytes from %d on, but sent '%s'",
                  response.uri(), had, response.headers().firstValue("Content-Range").orElse("")));
        }
        size = Long.parseLong(range.group(2));
      } else {
        had = 0;
      }
      if (bytes > 0 && size > 0 && size != bytes) {
        throw new IOException(
            String.format("%s has %d bytes, but must have %d", response.uri(), size, bytes));
      }
      long limit = bytes > 0 ? bytes : size > 0 ? size : MAX_BYTES;
      if (limit > MAX_BYTES) {
        throw new IOException(
            String.format(
                "%s has %d bytes, but at most %d are fetched", response.uri(), limit, MAX_BYTES));
      }
      if (had == 0) {
        Files.deleteIfExists(part);
        Files.writeString(tagFile, response.headers().firstValue("ETag").orElse(""));
      }
      long whole = bytes > 0 ? bytes : size;
      store(body, part, had, limit, whole, response.uri(), watcher);
      if (whole > 0 && Files.size(part) != whole) {
        throw broken(response.uri(), Files.size(part), null);
      }
    }
    return check(address, folder, name, sha256, stated, had);
  }

  private static Fetched check(
      URI address, OutputFolder folder, String name, String sha256, String stated, long had)
      throws IOException {
    Path part = beside(folder, name, PART);
    String digest = DurableFiles.sha256(part);
    String wanted = sha256.isEmpty() ? stated : sha256;
    if (!wanted.isEmpty() && !digest.equals(wanted)) {
      discard(folder, name);
      throw new IOException(
          String.format(
              "%s has SHA-256 %s, but must have %s; it was thrown away", address, digest, wanted));
    }
    Fetched fetched = new Fetched(Files.size(part), digest, stated, had);
    folder.take(part, name);
    discard(folder, name);
    return fetched;
  }

  private static void discard(OutputFolder folder, String name) throws IOException {
    Files.deleteIfExists(beside(folder, name, PART));
    Files.deleteIfExists(beside(folder, name, TAG));
  }

  private static Path beside(OutputFolder folder, String name, String ending) {
    return folder.path().resolve(".seamark-" + name + ending);
  }

  /** An answer that is no redirect, and the digest that one on the way stated. */
  private record Answer(HttpResponse<InputStream> response, String stated) {}

  private Answer send(URI address, long from, String tag) throws IOException {
    URI next = address;
    String stated = "";
    for (int hop = 0; hop <= MAX_REDIRECTS; hop++) {
      HttpRequest.Builder request =
          HttpRequest.newBuilder(next)
              .timeout(ANSWERING)
              .header("User-Agent", "seamark")
              .header("Accept-Encoding", "identity");
      if (from > 0) {
        request.header("Range", "bytes=" + from + "-").header("If-Range", tag);
      }
      HttpResponse<InputStream> response = send(request.build());
      // Hugging Face states a large file's SHA-256 so, before it sends one on to its storage.
      Matcher digest = DIGEST.matcher(response.headers().firstValue("X-Linked-ETag").orElse(""));
      if (digest.matches()) {
        stated = digest.group(1);
      }
      if (!List.of(301, 302, 303, 307, 308).contains(response.statusCode())) {
        return new Answer(response, stated);
      }
      response.body().close();
      next = redirected(next, response.headers().firstValue("Location").orElse(""));
    }
    throw new IOException(address + " redirects more than " + MAX_REDIRECTS + " times");
  }

  private HttpResponse<InputStream> send(HttpRequest request) throws IOException {
    String host = String.valueOf(request.uri().getHost());
    try {
      return client.send(request, WholeExchange.stream(stalled));
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IOException("fetching " + request.uri() + " was interrupted", e);
    } catch (ConnectException | HttpConnectTimeoutException | UnknownHostException e) {
      throw unreachable(host, e);
    } catch (HttpTimeoutException e) {
      throw new IOException(
          host + " does not answer: nothing for " + ANSWERING.toSeconds() + " s", e);
    } catch (IOException e) {
      Throwable cause = e;
      while (cause != null && !(cause instanceof UnresolvedAddressException)) {
        cause = cause.getCause();
      }
      if (cause != null) {
        throw unreachable(host, e);
      }
      throw new IOException(host + " cannot be talked to: " + e.getMessage(), e);
    }
  }

  private static IOException unreachable(String host, IOException cause) {
    return new IOException(
        host
            + " cannot be reached: there is no network, or no way to it; --mirror URL or"
            + " seamark.model.mirror names another source",
        cause);
  }

  /**
   * Where a redirect leads.
   *
   * @param from the address that redirects
   * @param location what it says
   * @throws IOException if that is no address, or gives up https
   */
  static URI redirected(URI from, String location) throws IOException {
    URI to;
    try {
      to = from.resolve(new URI(location));
    } catch (URISyntaxException e) {
      throw new IOException(from + " redirects to '" + location + "', which is no address", e);
    }
    String scheme = String.valueOf(to.getScheme()).toLowerCase(Locale.ROOT);
    boolean web = (scheme.equals("http") || scheme.equals("https")) && to.getHost() != null;
    if (!web || location.isEmpty()) {
      throw new IOException(from + " redirects to '" + location + "', which is no web address");
    }
    if (scheme.equals("http") && "https".equalsIgnoreCase(from.getScheme())) {
      throw new IOException(from + " redirects from https to http, at " + to);
    }
    return to;
  }

  private void store(
      InputStream body, Path part, long had, long limit, long size, URI from, Watcher watcher)
      throws IOException {
    long here = had;
    try (OutputStream out =
        Files.newOutputStream(part, StandardOpenOption.CREATE, StandardOpenOption.APPEND)) {
      byte[] piece = new byte[1 << 16];
      while (true) {
        int count;
        try {
          count = body.read(piece);
        } catch (IOException e) {
          throw broken(from, here, e);
        }
        if (count < 0) {
          return;
        }
        if (here + count > limit) {
          throw new IOException(
              String.format("%s sends more than the %d bytes that it must have", from, limit));
        }
        write(out, piece, count, part);
        here += count;
        watcher.came(here, size);
      }
    }
  }

  /** A full disk's own message names no file. */
  private static void write(OutputStream out, byte[] piece, int count, Path part)
      throws IOException {
    try {
      out.write(piece, 0, count);
    } catch (IOException e) {
      throw new IOException(part + " cannot be written: " + e.getMessage(), e);
    }
  }

  private static IOException broken(URI from, long had, @Nullable IOException cause) {
    return new IOException(
        String.format(
            "%s broke off after %d bytes; the same command goes on from there", from, had),
        cause);
  }
}
