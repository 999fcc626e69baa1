package io.seamark.cli;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.Map;
import picocli.CommandLine.Option;

/** One rule for the verbs whose {@code --out} is a file, and the option that it needs. */
public final class OutputFile {
  @Option(
      names = "--overwrite",
      description = "Replace the file of --out if there is one. Default: refuse to.")
  private boolean overwrite;

  /** Made by picocli. */
  public OutputFile() {}

  /**
   * Refuses a file that cannot be written or must not be, before any work is done.
   *
   * @param file of {@code --out}
   * @param inputs what is read, by what names it
   * @throws IllegalArgumentException if it is a folder or one of the inputs, if it exists and
   *     {@code --overwrite} was not given, or if its folder does not exist
   * @throws IOException if that cannot be found out
   */
  public void check(Path file, Map<String, Path> inputs) throws IOException {
    String out = "--out is '" + file + "', ";
    if (Files.isDirectory(file)) {
      throw new IllegalArgumentException(out + "which is a folder, but must be a file");
    }
    if (Files.exists(file, LinkOption.NOFOLLOW_LINKS)) {
      for (Map.Entry<String, Path> input : inputs.entrySet()) {
        if (Files.exists(file)
            && Files.exists(input.getValue())
            && Files.isSameFile(file, input.getValue())) {
          throw new IllegalArgumentException(
              out + "which is also " + input.getKey() + ": name another file");
        }
      }
      if (!overwrite) {
        throw new IllegalArgumentException(
            out + "which exists already: name another file, or give --overwrite to replace it");
      }
    }
    Path folder = file.toAbsolutePath().getParent();
    if (folder == null || !Files.isDirectory(folder)) {
      Path named = file.getParent();
      throw new IllegalArgumentException(
          out
              + "but "
              + (named == null ? folder : named)
              + (folder != null && Files.exists(folder)
                  ? " is not a folder"
                  : " does not exist: make that folder first"));
    }
  }
}
