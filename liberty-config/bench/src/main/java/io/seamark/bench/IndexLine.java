package io.seamark.bench;

import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * How a line of an index is cut into the paths of image, depth if there is any, and label.
 *
 * <p>Ianvs cuts at every blank, so that its files have none in their names. Here a line is cut into
 * two or three paths that are files, whatever blanks they hold. A line that can be cut into files
 * in several ways is refused, since nobody could tell which is meant.
 */
final class IndexLine {
  /** Words, and so blanks, that are tried; the ways to cut grow with their square. */
  static final int MOST_WORDS = 40;

  private static final Pattern WORD = Pattern.compile("\\S+");

  private final Path folder;
  private final String line;
  private final List<int[]> words = new ArrayList<>();
  private final Map<List<Integer>, Boolean> files = new HashMap<>();

  private IndexLine(Path folder, String line) {
    this.folder = folder;
    this.line = line;
    Matcher matcher = WORD.matcher(line);
    while (matcher.find()) {
      words.add(new int[] {matcher.start(), matcher.end()});
    }
  }

  /**
   * Cuts a line.
   *
   * @param folder what relative paths are relative to
   * @param line without blanks around it
   * @return two or three paths as the line has them, each of a file
   * @throws IllegalArgumentException if there is no way to cut it, or more than one; the message
   *     follows the line
   */
  static List<String> cut(Path folder, String line) {
    return new IndexLine(folder, line).cut();
  }

  private List<String> cut() {
    int n = words.size();
    if (n < 2) {
      throw new IllegalArgumentException("is one path, but must be IMAGE [DEPTH] LABEL");
    }
    if (n > MOST_WORDS) {
      throw new IllegalArgumentException(
          "has "
              + (n - 1)
              + " blanks, but must be IMAGE [DEPTH] LABEL with at most "
              + (MOST_WORDS - 1));
    }
    List<List<String>> ways = new ArrayList<>();
    for (int image = 1; image < n; image++) {
      if (!isFile(0, image)) {
        continue;
      }
      if (isFile(image, n)) {
        ways.add(List.of(text(0, image), text(image, n)));
      }
      for (int depth = image + 1; depth < n; depth++) {
        if (isFile(depth, n) && isFile(image, depth)) {
          ways.add(List.of(text(0, image), text(image, depth), text(depth, n)));
        }
      }
    }
    if (ways.isEmpty()) {
      throw new IllegalArgumentException(missing());
    }
    if (ways.size() > 1) {
      throw new IllegalArgumentException(
          "can be read as "
              + quoted(ways.get(0))
              + " and as "
              + quoted(ways.get(1))
              + ", which are files: rename one, so that only one reading is left");
    }
    return ways.get(0);
  }

  /** What is no file. */
  private String missing() {
    int n = words.size();
    String rule =
        "; must be IMAGE [DEPTH] LABEL, each a file, where relative paths are relative to the"
            + " index's folder";
    if (n <= 3) {
      for (int i = 0; i < n; i++) {
        if (!isFile(i, i + 1)) {
          return "names '" + text(i, i + 1) + "', which is not a file" + rule;
        }
      }
    }
    return "cannot be cut at its blanks into two or three files" + rule;
  }

  private String text(int from, int to) {
    return line.substring(words.get(from)[0], words.get(to - 1)[1]);
  }

  private boolean isFile(int from, int to) {
    return files.computeIfAbsent(
        List.of(from, to),
        key -> {
          try {
            return Files.isRegularFile(folder.resolve(text(from, to)));
          } catch (InvalidPathException e) {
            return false;
          }
        });
  }

  private static String quoted(List<String> paths) {
    return "'" + String.join("' '", paths) + "'";
  }
}
