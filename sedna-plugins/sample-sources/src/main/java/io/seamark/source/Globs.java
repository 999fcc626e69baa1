package io.seamark.source;

import java.nio.file.FileSystems;
import java.nio.file.Path;
import java.nio.file.PathMatcher;
import java.text.Normalizer;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.regex.PatternSyntaxException;

/**
 * Globs over the images of a folder. One without a slash holds for file names; one with a slash or
 * two stars for paths below the folder, and {@code **}{@code /} also for no folder at all. Each
 * holds with the image's ending or without it, and however accented letters are composed.
 */
final class Globs {
  /** Double stars that may also stand for nothing; more are taken as they are. */
  private static final int MOST_VARIANTS = 16;

  private record Glob(List<PathMatcher> variants, boolean ofPaths) {}

  private final List<Glob> globs;

  private Globs(List<Glob> globs) {
    this.globs = globs;
  }

  /**
   * Reads globs.
   *
   * @throws IllegalArgumentException if one is malformed
   */
  static Globs of(List<String> texts) {
    return new Globs(texts.stream().map(Globs::glob).toList());
  }

  /** Whether sub-folders are to be looked into. */
  boolean deep() {
    return globs.stream().anyMatch(Glob::ofPaths);
  }

  /**
   * Whether an image is chosen; all are if there are no globs.
   *
   * @param name the image's path below the folder, with slashes
   */
  boolean match(String name) {
    String path = normal(name);
    String file = path.substring(path.lastIndexOf('/') + 1);
    return globs.isEmpty()
        || globs.stream().anyMatch(glob -> matches(glob, glob.ofPaths() ? path : file));
  }

  private static boolean matches(Glob glob, String name) {
    Path whole = Path.of(name);
    Path base = Path.of(name.substring(0, name.lastIndexOf('.')));
    return glob.variants().stream().anyMatch(m -> m.matches(whole) || m.matches(base));
  }

  private static Glob glob(String text) {
    Set<String> variants = new LinkedHashSet<>(Set.of(normal(text)));
    int known;
    do {
      known = variants.size();
      for (String variant : List.copyOf(variants)) {
        int at = variant.indexOf("**/");
        while (at >= 0 && variants.size() < MOST_VARIANTS) {
          variants.add(variant.substring(0, at) + variant.substring(at + 3));
          at = variant.indexOf("**/", at + 1);
        }
      }
    } while (variants.size() > known);
    boolean ofPaths = text.contains("/") || text.contains("**");
    return new Glob(
        variants.stream().filter(v -> !v.isEmpty()).map(Globs::matcher).toList(), ofPaths);
  }

  private static PathMatcher matcher(String glob) {
    try {
      return FileSystems.getDefault().getPathMatcher("glob:" + glob);
    } catch (PatternSyntaxException e) {
      throw new IllegalArgumentException(
          "'" + glob + "' is not a glob such as 0001TP_*: " + e.getDescription(), e);
    }
  }

  static String normal(String text) {
    return Normalizer.normalize(text, Normalizer.Form.NFC);
  }
}
