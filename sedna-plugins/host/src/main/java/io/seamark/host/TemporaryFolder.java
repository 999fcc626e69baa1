package io.seamark.host;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Locale;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * The folder that libraries unpack their native part into, {@code java.io.tmpdir}. Where that is
 * full, missing or mounted so that nothing in it can be run, they fail with what only their makers
 * understand; this says it in a line.
 */
public final class TemporaryFolder {
  /** The largest library, ONNX Runtime's, has 25 MB. */
  private static final long NEEDED = 64L << 20;

  private static final String REMEDY = "; name another folder with TMPDIR or -Djava.io.tmpdir";

  private TemporaryFolder() {}

  /**
   * The folder.
   *
   * @return of {@code java.io.tmpdir}
   */
  public static Path path() {
    return Path.of(System.getProperty("java.io.tmpdir", "/tmp"));
  }

  /**
   * What keeps native libraries from being unpacked there and loaded.
   *
   * @return one line with the folder and the remedy; empty if nothing does
   */
  public static Optional<String> trouble() {
    return trouble(path());
  }

  /** The same of any folder. */
  static Optional<String> trouble(Path folder) {
    String named = "the temporary folder " + folder + " ";
    if (!Files.isDirectory(folder)) {
      return Optional.of(named + "is " + PlainFile.kind(folder) + REMEDY);
    }
    Path probe = null;
    try {
      long free = Files.getFileStore(folder).getUsableSpace();
      if (free < NEEDED) {
        return Optional.of(
            String.format(
                Locale.ROOT,
                "%shas %d MB free, but native libraries need %d%s",
                named,
                free >> 20,
                NEEDED >> 20,
                REMEDY));
      }
      probe =
          Files.createTempFile(
              folder,
              "seamark",
              null,
              PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
      if (!Files.isExecutable(probe)) {
        return Optional.of(
            named + "is mounted noexec, so native libraries cannot be loaded from it" + REMEDY);
      }
      return Optional.empty();
    } catch (IOException e) {
      return Optional.of(named + "cannot be written: " + reason(e) + REMEDY);
    } finally {
      delete(probe);
    }
  }

  private static void delete(@Nullable Path probe) {
    if (probe != null) {
      try {
        Files.deleteIfExists(probe);
      } catch (IOException e) {
        // It is empty.
      }
    }
  }

  private static String reason(IOException e) {
    return e instanceof java.nio.file.AccessDeniedException
        ? "access is denied"
        : String.valueOf(e.getMessage());
  }

  /**
   * Says why a native library could not be loaded.
   *
   * @param library its name, for the message
   * @param thrown what loading it threw
   * @return one line: what is wrong with the temporary folder, else what was thrown
   */
  public static String whyNotLoaded(String library, Throwable thrown) {
    Throwable root = thrown;
    while (root.getCause() != null && root.getCause() != root) {
      root = root.getCause();
    }
    String first = String.valueOf(root.getMessage()).strip();
    String line = first.isEmpty() ? root.getClass().getSimpleName() : first;
    return library
        + " cannot be loaded: "
        + trouble().orElseGet(() -> line.replaceAll("\\s*[\\r\\n]+\\s*", "; "));
  }
}
