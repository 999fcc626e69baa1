package io.seamark.durable;

import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.AccessDeniedException;
import java.nio.file.AtomicMoveNotSupportedException;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.security.DigestInputStream;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.UUID;
import java.util.regex.Pattern;

/**
 * File operations that are either done, on the device, or not done at all. A file is written beside
 * its target under a name of its own, forced, renamed, and the folder is forced; a cut is never
 * seen under the final name. Whatever fails says which file it was about. An interrupt stops none
 * of it.
 */
public final class DurableFiles {
  /** What an unfinished file is called: {@code .seamark-<32 hexadecimal digits>.new}. */
  private static final Pattern UNFINISHED = Pattern.compile("\\.seamark-[0-9a-f]{32}\\.new");

  private static final int BLOCK = 1 << 16;

  private DurableFiles() {}

  /** What a file is to hold. */
  @FunctionalInterface
  public interface Content {
    /**
     * Writes all of it.
     *
     * @param out need not be closed
     * @throws IOException if it cannot be written, or not be read where it comes from
     */
    void writeTo(OutputStream out) throws IOException;
  }

  /**
   * Replaces a file's content.
   *
   * @param target may be missing; its folder must exist
   * @param content the whole file
   * @throws IOException if it fails, naming the target; the target is as it was then
   */
  public static void replace(Path target, byte[] content) throws IOException {
    write(target, out -> out.write(content));
  }

  /**
   * Replaces a file's content by what is written piece by piece. The file has the permissions of
   * every new one, as the user's umask says.
   *
   * @param target may be missing; its folder must exist
   * @param content writes the whole file
   * @throws IOException if it fails, naming the target; the target is as it was then
   */
  public static void write(Path target, Content content) throws IOException {
    finish(prepare(target, content), target);
    forceFolder(folder(target));
  }

  /** Writes a file beside its target and forces it. */
  static Path prepare(Path target, Content content) throws IOException {
    Path beside = unfinished(target);
    try (SteadyFile file =
        SteadyFile.open(beside, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE)) {
      OutputStream out = new BufferedOutputStream(file.out(), BLOCK);
      content.writeTo(out);
      out.flush();
      file.force(true);
      return beside;
    } catch (IOException e) {
      discard(beside, e);
      throw named(target, e);
    } catch (RuntimeException | Error e) {
      discard(beside, e);
      throw e;
    }
  }

  /** Gives what was prepared its name. */
  static void finish(Path beside, Path target) throws IOException {
    try {
      Files.move(beside, target, StandardCopyOption.ATOMIC_MOVE);
    } catch (IOException e) {
      discard(beside, e);
      throw named(target, e);
    }
  }

  /** Throws away what was prepared. */
  static void discard(Path beside, Throwable why) {
    try {
      Files.deleteIfExists(beside);
    } catch (IOException again) {
      why.addSuppressed(again);
    }
  }

  /**
   * Copies a file's content over another's in the same way.
   *
   * @param source is left alone
   * @param target may be missing; its folder must exist
   * @throws IOException if it fails, naming the target; the target is as it was then
   */
  public static void copy(Path source, Path target) throws IOException {
    write(
        target,
        out -> {
          try (SteadyFile read = SteadyFile.open(source, StandardOpenOption.READ)) {
            read.in().transferTo(out);
          }
        });
  }

  /**
   * A name for a file that is written beside its target and will be {@link #take taken} for it.
   *
   * @param target where it will be
   * @return in the target's folder; {@link #removeUnfinished} knows it by its name
   */
  public static Path unfinished(Path target) {
    return target.resolveSibling(".seamark-" + hex(UUID.randomUUID()) + ".new");
  }

  /**
   * Makes a finished file, of this file system or another, the target; the file is gone then.
   *
   * @param file whole
   * @param target may be missing; its folder must exist
   * @throws IOException if it fails, naming the target; the target is as it was then
   */
  public static void take(Path file, Path target) throws IOException {
    try {
      force(file);
      Files.move(file, target, StandardCopyOption.ATOMIC_MOVE);
      forceFolder(folder(target));
    } catch (AtomicMoveNotSupportedException e) {
      copy(file, target);
      Files.delete(file);
    } catch (IOException e) {
      throw named(target, e);
    }
  }

  /**
   * Gives a file another name in its file system for good, in place of one that has it. Its content
   * is as durable as it was.
   *
   * @param file with its content whatever it is, such as a person's
   * @param target may be missing; its folder must exist
   * @throws IOException if it fails, naming the target; the file has its old name then
   */
  public static void rename(Path file, Path target) throws IOException {
    try {
      Files.move(file, target, StandardCopyOption.ATOMIC_MOVE);
    } catch (IOException e) {
      throw named(target, e);
    }
    forceFolder(folder(target));
    if (!folder(file).equals(folder(target))) {
      forceFolder(folder(file));
    }
  }

  /**
   * Deletes a file for good, if it is there.
   *
   * @param file to delete
   * @throws IOException if it fails
   */
  public static void delete(Path file) throws IOException {
    if (Files.deleteIfExists(file)) {
      forceFolder(folder(file));
    }
  }

  /**
   * Removes what {@link #write} and its like left behind when they were cut short. Only the
   * folder's one owner may call this.
   *
   * @param folder its files, not those of folders in it
   * @throws IOException if it fails
   */
  public static void removeUnfinished(Path folder) throws IOException {
    try (DirectoryStream<Path> files = Files.newDirectoryStream(folder)) {
      for (Path file : files) {
        if (UNFINISHED.matcher(String.valueOf(file.getFileName())).matches()
            && Files.isRegularFile(file, LinkOption.NOFOLLOW_LINKS)) {
          Files.delete(file);
        }
      }
    } catch (DirectoryIteratorException e) {
      throw e.getCause();
    }
  }

  /**
   * A file's digest.
   *
   * @param file any size
   * @return SHA-256 in lower-case hexadecimal digits
   * @throws IOException if it cannot be read
   */
  public static String sha256(Path file) throws IOException {
    MessageDigest digest = sha256();
    byte[] block = new byte[1 << 16];
    try (SteadyFile read = SteadyFile.open(file, StandardOpenOption.READ)) {
      InputStream in = new DigestInputStream(read.in(), digest);
      while (in.read(block) >= 0) {
        // The stream feeds the digest.
      }
    }
    return HexFormat.of().formatHex(digest.digest());
  }

  /**
   * A content's digest.
   *
   * @param content any
   * @return SHA-256 in lower-case hexadecimal digits
   */
  public static String sha256(byte[] content) {
    return HexFormat.of().formatHex(sha256().digest(content));
  }

  static MessageDigest sha256() {
    try {
      return MessageDigest.getInstance("SHA-256");
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java platform has SHA-256", e);
    }
  }

  private static void force(Path file) throws IOException {
    try (SteadyFile written = SteadyFile.open(file, StandardOpenOption.WRITE)) {
      written.force(true);
    }
  }

  /** A full disk's own message names no file, and a file system's names the one beside. */
  private static IOException named(Path target, IOException e) {
    if (e instanceof NoSuchFileException && !Files.isDirectory(folder(target))) {
      return new IOException(target + " cannot be written: its folder does not exist", e);
    }
    String message =
        e instanceof FileSystemException named && named.getReason() != null
            ? named.getReason()
            : String.valueOf(e.getMessage());
    String reason =
        e instanceof AccessDeniedException
            ? "its folder may not be written to"
            : e.getMessage() == null ? e.getClass().getSimpleName() : message;
    return new IOException(target + " cannot be written: " + reason, e);
  }

  private static Path folder(Path file) {
    Path folder = file.toAbsolutePath().getParent();
    return folder == null ? file : folder;
  }

  private static String hex(UUID id) {
    return id.toString().replace("-", "");
  }

  /**
   * Makes the names in a folder durable: what was created, renamed or deleted there.
   *
   * @param folder not those in it
   * @throws IOException if they cannot be forced to the device
   */
  public static void forceFolder(Path folder) throws IOException {
    try (SteadyFile names = SteadyFile.open(folder, StandardOpenOption.READ)) {
      names.force(true);
    } catch (AccessDeniedException e) {
      // Windows opens no folders; its rename is journalled.
      if (!System.getProperty("os.name", "").startsWith("Windows")) {
        throw e;
      }
    }
  }
}
