package io.seamark.host;

import java.net.URI;
import java.net.URISyntaxException;
import java.nio.file.FileSystemNotFoundException;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Paths as people write them: as such, or as a {@code file:} URI. */
public final class NamedPath {
  private static final Pattern ADDRESS = Pattern.compile("([a-zA-Z][a-zA-Z0-9+.-]+)://.*");

  private NamedPath() {}

  /**
   * The path that a text names.
   *
   * @param text a path, or a URI such as {@code file:///data/model.safetensors} with what is
   *     special in it escaped; {@code file:} and a relative path is taken too
   * @return the path
   * @throws IllegalArgumentException if it is neither; the message names text and rule
   */
  public static Path of(String text) {
    try {
      if (!text.regionMatches(true, 0, "file:", 0, 5)) {
        Matcher address = ADDRESS.matcher(text);
        if (address.matches()) {
          throw wrong(text, "a scheme of " + address.group(1) + " cannot be read here");
        }
        return Path.of(text);
      }
      URI uri = new URI("file" + text.substring(4));
      String host = uri.getHost();
      if (uri.getRawQuery() != null || uri.getRawFragment() != null) {
        throw wrong(text, "? and # must be written %3F and %23 in a URI");
      }
      if (uri.getRawAuthority() != null && !"localhost".equalsIgnoreCase(host)) {
        throw wrong(text, "a file: URI cannot name another machine");
      }
      if (uri.isOpaque()) {
        String relative = uri.getSchemeSpecificPart();
        if (relative.isEmpty()) {
          throw wrong(text, "nothing follows file:");
        }
        return Path.of(relative);
      }
      return Path.of(new URI("file", null, uri.getPath(), null));
    } catch (URISyntaxException | InvalidPathException | FileSystemNotFoundException e) {
      throw new IllegalArgumentException(
          "'" + printable(text) + "' is no path: " + printable(String.valueOf(e.getMessage())), e);
    }
  }

  private static IllegalArgumentException wrong(String text, String why) {
    return new IllegalArgumentException(
        "'" + printable(text) + "' must be a path or a file: URI: " + why);
  }

  private static String printable(String text) {
    return text.replaceAll("\\p{Cntrl}", "?");
  }
}
