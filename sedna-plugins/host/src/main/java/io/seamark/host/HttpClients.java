package io.seamark.host;

import java.io.IOException;
import java.net.Authenticator;
import java.net.InetSocketAddress;
import java.net.PasswordAuthentication;
import java.net.Proxy;
import java.net.ProxySelector;
import java.net.SocketAddress;
import java.net.URI;
import java.net.URISyntaxException;
import java.net.URLDecoder;
import java.net.http.HttpClient;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Where HTTP clients come from. They go through the proxies that the environment names as curl and
 * most others read it: {@code http_proxy} and {@code https_proxy}, {@code all_proxy} for both, and
 * {@code no_proxy} for what goes straight; each in capitals too, where small letters win. Java's
 * own properties ({@code http.proxyHost} and so on) go before them. This machine is never reached
 * through a proxy.
 *
 * <p>{@code no_proxy} is a list with commas or blanks: a host, or a domain with or without a dot
 * before it, each with its sub-domains and perhaps a port; an address, or a network such as {@code
 * 10.0.0.0/8}; {@code *} for all.
 */
public final class HttpClients {
  private static final String BASIC = "jdk.http.auth.tunneling.disabledSchemes";

  private HttpClients() {}

  /**
   * A client to be built, for any address. A variable that names no HTTP proxy is an {@link
   * IllegalArgumentException} of the first request that would need it.
   *
   * @return with the environment's proxies
   */
  public static HttpClient.Builder builder() {
    return builder(System.getenv());
  }

  /**
   * A client to be built, for one service.
   *
   * @param service its address
   * @return with the environment's proxies
   * @throws IllegalArgumentException if the variable that holds for the service names no HTTP
   *     proxy; the message names the variable
   */
  public static HttpClient.Builder builder(URI service) {
    Environment.of(System.getenv()).via(service);
    return builder();
  }

  /** The same with an environment of the caller's. */
  static HttpClient.Builder builder(Map<String, String> environment) {
    Environment proxies = Environment.of(environment);
    HttpClient.Builder builder = HttpClient.newBuilder().proxy(new Selector(proxies));
    if (proxies.needsPassword()) {
      if (System.getProperty(BASIC) == null) {
        // By default Java gives no password to a proxy that it asks for a tunnel.
        System.setProperty(BASIC, "");
      }
      builder.authenticator(new Passwords(proxies));
    }
    return builder;
  }

  /** A proxy, and who we are there. */
  private record Via(
      String variable, String host, int port, @Nullable String user, String password) {
    /** Of a variable; its host is empty if that names no proxy, and it is null if there is none. */
    static @Nullable Via of(Map<String, String> environment, String variable) {
      String text = value(environment, variable);
      if (text.isEmpty()) {
        return null;
      }
      try {
        URI uri = new URI(text.contains("://") ? text : "http://" + text);
        String host = uri.getHost();
        String scheme = uri.getScheme().toLowerCase(Locale.ROOT);
        // Every HTTP proxy in use is spoken to in the clear; the tunnel is what is encrypted.
        if (host != null && scheme.equals("http")) {
          String[] who = String.valueOf(uri.getRawUserInfo()).split(":", 2);
          boolean named = uri.getRawUserInfo() != null;
          return new Via(
              variable,
              bare(host),
              uri.getPort() < 0 ? 80 : uri.getPort(),
              named ? decoded(who[0]) : null,
              named && who.length > 1 ? decoded(who[1]) : "");
        }
      } catch (URISyntaxException e) {
        // Reported when it is needed, with the rule.
      }
      return new Via(variable, "", 0, null, "");
    }

    /** Refuses what is no proxy. The message lacks the value, which may hold a password. */
    Via sound() {
      if (host.isEmpty()) {
        throw new IllegalArgumentException(
            "the environment variable "
                + variable
                + " must name an HTTP proxy such as http://proxy:3128, but does not");
      }
      return this;
    }

    private static String decoded(String text) {
      return URLDecoder.decode(text.replace("+", "%2B"), StandardCharsets.UTF_8);
    }
  }

  private static String value(Map<String, String> environment, String variable) {
    String small = environment.getOrDefault(variable, "").strip();
    return small.isEmpty()
        ? environment.getOrDefault(variable.toUpperCase(Locale.ROOT), "").strip()
        : small;
  }

  private static String bare(String host) {
    return host.startsWith("[") ? host.substring(1, host.length() - 1) : host;
  }

  /** What the variables say. */
  private record Environment(@Nullable Via http, @Nullable Via https, List<String> straight) {
    static Environment of(Map<String, String> environment) {
      Via all = Via.of(environment, "all_proxy");
      Via http = Via.of(environment, "http_proxy");
      Via https = Via.of(environment, "https_proxy");
      List<String> straight = new ArrayList<>();
      for (String entry : value(environment, "no_proxy").split("[,\\s]+", -1)) {
        if (!entry.isEmpty()) {
          straight.add(entry.toLowerCase(Locale.ROOT));
        }
      }
      return new Environment(http == null ? all : http, https == null ? all : https, straight);
    }

    boolean needsPassword() {
      return (http != null && http.user != null) || (https != null && https.user != null);
    }

    @Nullable Via via(URI to) {
      String host = to.getHost();
      boolean tls = "https".equalsIgnoreCase(to.getScheme());
      if (host == null) {
        return null;
      }
      int port = to.getPort() >= 0 ? to.getPort() : tls ? 443 : 80;
      String name = bare(host.toLowerCase(Locale.ROOT));
      if (isThisMachine(name) || straight.stream().anyMatch(entry -> matches(entry, name, port))) {
        return null;
      }
      Via via = tls ? https : http;
      return via == null ? null : via.sound();
    }
  }

  private static boolean isThisMachine(String host) {
    return host.equals("localhost")
        || host.endsWith(".localhost")
        || host.matches("127(\\.\\d{1,3}){3}")
        || host.equals("::1")
        || host.equals("0:0:0:0:0:0:0:1");
  }

  private static boolean matches(String written, String host, int port) {
    if (written.equals("*")) {
      return true;
    }
    int slash = written.indexOf('/');
    if (slash > 0) {
      return inNetwork(host, written.substring(0, slash), written.substring(slash + 1));
    }
    String entry = written;
    int colon = entry.lastIndexOf(':');
    boolean bracketed = entry.startsWith("[");
    // A second colon is part of an address of version 6, which takes a port after brackets only.
    if (colon > 0 && (bracketed ? entry.charAt(colon - 1) == ']' : entry.indexOf(':') == colon)) {
      if (!entry.substring(colon + 1).equals(Integer.toString(port))) {
        return false;
      }
      entry = entry.substring(0, colon);
    }
    if (bracketed) {
      entry = entry.replaceAll("[\\[\\]]", "");
    }
    entry = entry.replaceFirst("^\\*?\\.", "");
    return !entry.isEmpty() && (host.equals(entry) || host.endsWith("." + entry));
  }

  private static boolean inNetwork(String host, String network, String bits) {
    byte[] a = address(host);
    byte[] b = address(network);
    if (a == null || b == null || a.length != b.length || !bits.matches("\\d{1,3}")) {
      return false;
    }
    int most = Math.min(8 * a.length, Integer.parseInt(bits));
    for (int i = 0; i < most; i++) {
      int mask = 0x80 >> (i % 8);
      if ((a[i / 8] & mask) != (b[i / 8] & mask)) {
        return false;
      }
    }
    return true;
  }

  /** The bytes of a literal address; a name is not looked up. */
  private static byte @Nullable [] address(String text) {
    boolean literal = text.matches("\\d{1,3}(\\.\\d{1,3}){3}") || text.matches("[0-9a-f:.]*:.*");
    try {
      return literal ? java.net.InetAddress.getByName(text).getAddress() : null;
    } catch (java.net.UnknownHostException e) {
      return null;
    }
  }

  /** Chooses for each address. */
  private static final class Selector extends ProxySelector {
    private final Environment proxies;

    Selector(Environment proxies) {
      this.proxies = proxies;
    }

    @Override
    public List<Proxy> select(URI uri) {
      ProxySelector java = ProxySelector.getDefault();
      if (java != null) {
        List<Proxy> chosen = java.select(uri);
        if (chosen != null && chosen.stream().anyMatch(p -> p.type() == Proxy.Type.HTTP)) {
          return chosen;
        }
      }
      Via via = proxies.via(uri);
      return List.of(
          via == null
              ? Proxy.NO_PROXY
              : new Proxy(Proxy.Type.HTTP, new InetSocketAddress(via.host, via.port)));
    }

    @Override
    public void connectFailed(URI uri, SocketAddress address, IOException failure) {
      // The request fails and says so.
    }
  }

  /** Says who we are, to the proxies alone. */
  private static final class Passwords extends Authenticator {
    private final Environment proxies;

    Passwords(Environment proxies) {
      this.proxies = proxies;
    }

    @Override
    protected @Nullable PasswordAuthentication getPasswordAuthentication() {
      if (getRequestorType() == RequestorType.PROXY) {
        for (Via via : new Via[] {proxies.http, proxies.https}) {
          if (via != null
              && via.user != null
              && via.port == getRequestingPort()
              && via.host.equalsIgnoreCase(getRequestingHost())) {
            return new PasswordAuthentication(via.user, via.password.toCharArray());
          }
        }
      }
      return null;
    }
  }
}
