package io.seamark.host;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.Test;

class HttpClientsTest {
  /** A proxy that answers every request itself and keeps what it was asked. */
  private static final class Proxy implements AutoCloseable {
    private final ServerSocket socket = new ServerSocket(0, 10, InetAddress.getLoopbackAddress());
    private final List<String> asked = new CopyOnWriteArrayList<>();
    private final boolean locked;

    Proxy(boolean locked) throws IOException {
      this.locked = locked;
      Thread thread = new Thread(this::serve, "proxy");
      thread.setDaemon(true);
      thread.start();
    }

    String at() {
      return "127.0.0.1:" + socket.getLocalPort();
    }

    private void serve() {
      while (!socket.isClosed()) {
        try (Socket client = socket.accept()) {
          String request = head(client.getInputStream());
          asked.add(request);
          String state =
              locked && !request.toLowerCase(java.util.Locale.ROOT).contains("proxy-authorization")
                  ? "407 Who\r\nProxy-Authenticate: Basic realm=\"p\""
                  : request.startsWith("CONNECT") ? "502 No" : "200 OK";
          client
              .getOutputStream()
              .write(
                  ("HTTP/1.1 " + state + "\r\nContent-Length: 5\r\nConnection: close\r\n\r\nproxy")
                      .getBytes(StandardCharsets.US_ASCII));
        } catch (IOException e) {
          // Closed, or the client has gone.
        }
      }
    }

    private static String head(InputStream in) throws IOException {
      StringBuilder head = new StringBuilder();
      for (int c = in.read(); c >= 0 && head.indexOf("\r\n\r\n") < 0; c = in.read()) {
        head.append((char) c);
        if (head.indexOf("\r\n\r\n") >= 0) {
          break;
        }
      }
      return head.toString();
    }

    @Override
    public void close() throws IOException {
      socket.close();
    }
  }

  private static String get(Map<String, String> environment, String address) throws Exception {
    HttpClient client =
        HttpClients.builder(environment).version(HttpClient.Version.HTTP_1_1).build();
    return client
        .send(
            HttpRequest.newBuilder(URI.create(address)).build(),
            HttpResponse.BodyHandlers.ofString())
        .body();
  }

  @Test
  void goesThroughTheProxyOfTheEnvironmentInEitherCase() throws Exception {
    for (String variable : List.of("http_proxy", "HTTP_PROXY", "all_proxy", "ALL_PROXY")) {
      try (Proxy proxy = new Proxy(false)) {
        assertEquals(
            "proxy", get(Map.of(variable, "http://" + proxy.at()), "http://models.test/a"));
        assertTrue(proxy.asked.get(0).startsWith("GET http://models.test/a "), proxy.asked.get(0));
      }
    }
    try (Proxy small = new Proxy(false);
        Proxy capital = new Proxy(false)) {
      get(Map.of("http_proxy", small.at(), "HTTP_PROXY", capital.at()), "http://models.test/");
      assertEquals(1, small.asked.size());
      assertEquals(0, capital.asked.size());
    }
  }

  @Test
  void asksTheProxyOfHttpsForATunnel() throws Exception {
    try (Proxy proxy = new Proxy(false)) {
      Map<String, String> environment = Map.of("https_proxy", "http://" + proxy.at());
      assertThrows(IOException.class, () -> get(environment, "https://models.test/a"));
      assertTrue(
          proxy.asked.get(0).startsWith("CONNECT models.test:443 "), String.valueOf(proxy.asked));
    }
  }

  @Test
  void givesThePasswordToTheProxyAlone() throws Exception {
    try (Proxy proxy = new Proxy(true)) {
      assertEquals(
          "proxy",
          get(Map.of("http_proxy", "http://me:p%40ss@" + proxy.at()), "http://models.test/"));
      String credentials =
          Base64.getEncoder().encodeToString("me:p@ss".getBytes(StandardCharsets.UTF_8));
      String last = proxy.asked.get(proxy.asked.size() - 1);
      assertTrue(last.contains("Basic " + credentials), last);
    }
  }

  @Test
  void neverReachesThisMachineThroughAProxy() throws Exception {
    try (Proxy proxy = new Proxy(false);
        Proxy service = new Proxy(false)) {
      String port = service.at().substring(service.at().indexOf(':'));
      for (String host : List.of("localhost", "127.0.0.1")) {
        get(Map.of("http_proxy", proxy.at()), "http://" + host + port + "/");
      }
      assertEquals(0, proxy.asked.size());
      assertEquals(2, service.asked.size());
      assertTrue(service.asked.get(0).startsWith("GET / "), service.asked.get(0));
    }
  }

  @Test
  void readsNoProxyAsOthersDo() {
    String all =
        "models.test, .corp.test *.lab.test,10.0.0.0/8,[2001:db8::1]:443,2001:db9::/32,only.test:8080";
    Map<String, String> environment =
        Map.of("http_proxy", "http://p:1", "https_proxy", "http://p:1", "no_proxy", all);
    for (String straight :
        List.of(
            "http://models.test/",
            "https://a.models.test/",
            "http://MODELS.test/",
            "http://corp.test/",
            "http://a.corp.test/",
            "http://x.lab.test/",
            "http://10.1.2.3/",
            "https://[2001:db8::1]/",
            "http://[2001:db9:1::5]/",
            "http://only.test:8080/",
            "http://[::1]:80/",
            "http://127.9.9.9/")) {
      assertEquals("DIRECT", chosen(environment, straight), straight);
    }
    for (String through :
        List.of(
            "http://other.test/",
            "http://notmodels.test/",
            "http://11.1.2.3/",
            "http://[2001:db8::1]/",
            "http://only.test/",
            "http://localhost.test/")) {
      assertEquals("HTTP", chosen(environment, through), through);
    }
    assertEquals("DIRECT", chosen(Map.of("http_proxy", "p:1", "NO_PROXY", "*"), "http://a.test/"));
    assertEquals("DIRECT", chosen(Map.of(), "http://a.test/"));
  }

  private static String chosen(Map<String, String> environment, String address) {
    return HttpClients.builder(environment)
        .build()
        .proxy()
        .orElseThrow()
        .select(URI.create(address))
        .get(0)
        .type()
        .name();
  }

  @Test
  void namesTheVariableThatIsNoProxyOnceItIsNeeded() {
    for (String wrong : List.of("socks5://p:1", "https://p:1", "http://", "::", "http://a b")) {
      Map<String, String> environment = Map.of("http_proxy", wrong);
      assertEquals("DIRECT", chosen(environment, "http://localhost/"));
      assertEquals(
          "the environment variable http_proxy must name an HTTP proxy such as http://proxy:3128,"
              + " but does not",
          assertThrows(IllegalArgumentException.class, () -> chosen(environment, "http://a.test/"))
              .getMessage(),
          wrong);
    }
  }
}
