package io.seamark.image;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Enumeration;
import java.util.zip.ZipEntry;
import java.util.zip.ZipFile;
import java.util.zip.ZipOutputStream;

/** Leaves the native libraries of other platforms out of a jar. */
final class PlatformJars {
  /** How jars end that hold the natives of one platform, by TensorFlow's name for it. */
  private static final String BUILT_FOR = "-linux-x86_64.jar";

  private PlatformJars() {}

  /**
   * The jar in the place of one that holds x86-64's natives alone.
   *
   * @param file of the distribution
   * @param architecture of the image
   * @param natives folder of other platforms' jars
   * @return the same file where it serves the architecture too
   * @throws IllegalArgumentException if the other one is not there
   */
  static Path counterpart(Path file, Architecture architecture, Path natives) {
    String name = String.valueOf(file.getFileName());
    if (architecture == Architecture.AMD64 || !name.endsWith(BUILT_FOR)) {
      return file;
    }
    Path other =
        natives.resolve(
            name.substring(0, name.length() - BUILT_FOR.length())
                + "-linux-"
                + architecture.id()
                + ".jar");
    if (!Files.isRegularFile(other)) {
      throw new IllegalArgumentException(
          "the image for "
              + architecture.id()
              + " needs "
              + other
              + ": build with -Pnatives-"
              + architecture.id()
              + ", or for amd64 alone");
    }
    return other;
  }

  /**
   * Writes a jar again, in the same order and with the same times.
   *
   * @param jar an existing one
   * @param architecture whose natives stay
   * @param folder where the new one goes, under the same name
   * @return the new file, or the old one if there was nothing to leave out
   * @throws IOException if a file cannot be read or written
   */
  static Path of(Path jar, Architecture architecture, Path folder) throws IOException {
    String name = String.valueOf(jar.getFileName());
    if (!Architecture.selects(name)) {
      return jar;
    }
    Path target = Files.createDirectories(folder).resolve(name);
    try (ZipFile in = new ZipFile(jar.toFile());
        OutputStream file = Files.newOutputStream(target);
        ZipOutputStream out = new ZipOutputStream(file)) {
      Enumeration<? extends ZipEntry> entries = in.entries();
      while (entries.hasMoreElements()) {
        ZipEntry entry = entries.nextElement();
        if (architecture.needs(name, entry.getName())) {
          ZipEntry copy = new ZipEntry(entry.getName());
          copy.setTime(entry.getTime());
          out.putNextEntry(copy);
          try (var bytes = in.getInputStream(entry)) {
            bytes.transferTo(out);
          }
          out.closeEntry();
        }
      }
    }
    return target;
  }
}
