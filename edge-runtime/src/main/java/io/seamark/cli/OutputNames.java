package io.seamark.cli;

import java.util.Locale;
import java.util.Set;

/** Names of output files, after the frames they belong to. */
public final class OutputNames {
  private static final Set<String> IMAGES = Set.of("jpg", "jpeg", "png");

  private OutputNames() {}

  /**
   * A file name for a frame: its id without an image's ending and without anything that could leave
   * the output folder.
   *
   * @param id of the frame
   * @param ending of the new file, such as {@code .png}
   * @return a plain file name
   */
  public static String of(String id, String ending) {
    String name = id;
    int dot = name.lastIndexOf('.');
    if (dot > 0 && IMAGES.contains(name.substring(dot + 1).toLowerCase(Locale.ROOT))) {
      name = name.substring(0, dot);
    }
    name = name.replaceAll("[\\\\/:*?\"<>|\\p{Cntrl}]", "_");
    if (name.startsWith(".")) {
      name = "_" + name.substring(1);
    }
    return name + ending;
  }
}
