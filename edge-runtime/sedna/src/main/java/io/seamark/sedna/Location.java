package io.seamark.sedna;

import io.seamark.host.NamedPath;
import java.net.URI;
import java.net.URISyntaxException;
import java.nio.file.Path;
import java.util.Locale;

/** Where something is, as Sedna's variables and indices write it. */
public sealed interface Location {
  /**
   * A file or folder of this machine.
   *
   * @param path where it is
   */
  record Local(Path path) implements Location {}

  /**
   * On a server.
   *
   * @param address of http or https, with a host
   */
  record Http(URI address) implements Location {}

  /**
   * In the object store.
   *
   * @param bucket its name
   * @param key below it, not empty
   */
  record S3(String bucket, String key) implements Location {}

  /**
   * Reads an address.
   *
   * @param text a path, or a {@code file:}, {@code http:}, {@code https:} or {@code s3:} address
   * @return where it is
   * @throws IllegalArgumentException if it is none of these; the message names it and the rule
   */
  static Location of(String text) {
    String scheme =
        text.contains("://")
            ? text.substring(0, text.indexOf("://")).toLowerCase(Locale.ROOT)
            : "file";
    try {
      switch (scheme) {
        case "http", "https" -> {
          URI address = new URI(text);
          if (address.getHost() != null) {
            return new Http(address);
          }
        }
        case "s3" -> {
          String rest = text.substring("s3://".length());
          int slash = rest.indexOf('/');
          if (slash > 0 && slash < rest.length() - 1) {
            return new S3(rest.substring(0, slash), rest.substring(slash + 1));
          }
        }
        case "file" -> {
          return new Local(NamedPath.of(text));
        }
        default -> {
          // Refused below, with the rule.
        }
      }
    } catch (URISyntaxException e) {
      // Refused below, with the rule.
    }
    throw new IllegalArgumentException(
        "'"
            + text
            + "' must be a path, or an address such as file:///data/a.txt, http://host/a.txt or"
            + " s3://bucket/a.txt");
  }

  /**
   * Whether it is on another machine.
   *
   * @param text as with {@link #of}
   * @return false for a file or folder of this one
   */
  static boolean isRemote(String text) {
    return !(of(text) instanceof Local);
  }

  /**
   * An address relative to a folder, unless it is one by itself.
   *
   * @param folder an address; empty for none
   * @param text a relative path, or an address
   * @return an address
   */
  static String resolve(String folder, String text) {
    if (text.contains("://") || text.startsWith("/") || text.startsWith("file:")) {
      return text;
    }
    return folder.isEmpty() ? text : folder.endsWith("/") ? folder + text : folder + "/" + text;
  }

  /**
   * What stands before the last slash.
   *
   * @param text an address
   * @return empty for none
   */
  static String folder(String text) {
    int slash = text.lastIndexOf('/');
    return slash < 0 ? "" : slash == 0 ? "/" : text.substring(0, slash);
  }

  /**
   * What stands behind the last slash, in characters that any file system takes.
   *
   * @param text an address
   * @param otherwise what it is called if nothing is left
   * @return a file's name
   */
  static String fileName(String text, String otherwise) {
    String plain = text.replaceAll("[?#].*", "").replaceAll("/+$", "");
    String name = plain.substring(plain.lastIndexOf('/') + 1).replaceAll("[^A-Za-z0-9._-]", "_");
    return name.isEmpty() || name.startsWith(".") ? otherwise : name;
  }
}
