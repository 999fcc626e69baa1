package io.seamark.image;

import io.seamark.durable.DurableFiles;
import java.io.File;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;

/** What lies below Seamark in an image that is built on nothing: glibc, a shell and Java. */
final class DebianRuntime {
  /** The script's word for packages that cannot be had, as in BSD's sysexits. */
  static final int UNAVAILABLE = 75;

  private DebianRuntime() {}

  /** That this machine gets no packages of Debian. */
  static final class UnavailableException extends IOException {
    private static final long serialVersionUID = 1;

    UnavailableException(String message) {
      super(message);
    }
  }

  /**
   * Makes the tree, or takes the one that an earlier build left.
   *
   * @param project the project's folder
   * @param kind whose Java modules it has
   * @param architecture of its programs
   * @return a folder that is the image's root
   * @throws UnavailableException if the packages cannot be had
   * @throws IOException if it cannot be made for another reason
   */
  static Path of(Path project, ImageKind kind, Architecture architecture)
      throws IOException, InterruptedException {
    Path images = project.resolve("liberty-config/images");
    Path script = images.resolve("src/main/scripts/debian-runtime.sh");
    // Another script or other modules make another tree.
    String made = Files.readString(script) + kind.modules();
    String digest = DurableFiles.sha256(made.getBytes(StandardCharsets.UTF_8)).substring(0, 8);
    Path root = images.resolve("target/runtime-" + architecture.id() + "-" + digest);
    if (Files.isDirectory(root)) {
      return root;
    }
    Files.createDirectories(images.resolve("target"));
    ProcessBuilder builder =
        new ProcessBuilder(script.toString(), architecture.id(), kind.modules(), root.toString())
            .redirectErrorStream(true);
    // jlink is beside the Java that runs this.
    builder
        .environment()
        .merge(
            "PATH",
            Path.of(System.getProperty("java.home"), "bin").toString(),
            (path, bin) -> bin + File.pathSeparator + path);
    Process process = builder.start();
    String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    int status = process.waitFor();
    if (status == UNAVAILABLE) {
      throw new UnavailableException(said.strip());
    }
    if (status != 0) {
      throw new IOException("debian-runtime.sh ended with status " + status + ": " + said.strip());
    }
    return root;
  }
}
