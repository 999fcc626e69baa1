package io.seamark.durable;

import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.AtomicMoveNotSupportedException;
import java.nio.file.DirectoryStream;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.security.DigestInputStream;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.UUID;

/**
 * File operations that are either done, on the device, or not done at all. A file is written beside
 * its target under a name of its own, forced, renamed, and the folder is forced; a cut is never
 * seen under the final name. Whatever fails says which file it was about.
 */
public final class DurableFiles {
  /** What an unfinished file is called: {@code .seamark-<32 hexadecimal digits>.new}. */
  private static final String UNFINISHED = ".seamark-*.new";

  private DurableFiles() {}

  /**
   * Replaces a file's content.
   *
   * @param target may be missing; its folder must exist
   * @param content the whole file
   * @throws IOException if it fails, naming the target; the target is as it was then
   */
  public static void replace(Path target, byte[] content) throws IOException {
    Path beside = beside(target);
    try {
      try (FileChannel out =
          FileChannel.open(beside, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE)) {
        ByteBuffer buffer = ByteBuffer.wrap(content);
        while (buffer.hasRemaining()) {
          out.write(buffer);
        }
        out.force(true);
      }
      rename(beside, target);
    } catch (IOException e) {
      throw failed(beside, target, e);
    }
  }

  /**
   * Copies a file over another in the same way.
   *
   * @param source is left alone
   * @param target may be missing; its folder must exist
   * @throws IOException if it fails, naming the target; the target is as it was then
   */
  public static void copy(Path source, Path target) throws IOException {
    Path beside = beside(target);
    try {
      Files.copy(source, beside);
      force(beside);
      rename(beside, target);
    } catch (IOException e) {
      throw failed(beside, target, e);
    }
  }

  /**
   * Makes a finished file, of this file system or another, the target; the file is gone then.
   *
   * @param file whole
   * @param target may be missing; its folder must exist
   * @throws IOException if it fails; the target is as it was then
   */
  public static void take(Path file, Path target) throws IOException {
    force(file);
    try {
      Files.move(file, target, StandardCopyOption.ATOMIC_MOVE);
    } catch (AtomicMoveNotSupportedException e) {
      copy(file, target);
      Files.delete(file);
      return;
    }
    forceFolder(target);
  }

  /**
   * Deletes a file for good, if it is there.
   *
   * @param file to delete
   * @throws IOException if it fails
   */
  public static void delete(Path file) throws IOException {
    if (Files.deleteIfExists(file)) {
      forceFolder(file);
    }
  }

  /**
   * Removes what {@link #replace} and {@link #copy} left behind when they were cut short. Only the
   * folder's one owner may call this.
   *
   * @param folder its files, not those of folders in it
   * @throws IOException if it fails
   */
  public static void removeUnfinished(Path folder) throws IOException {
    try (DirectoryStream<Path> files = Files.newDirectoryStream(folder, UNFINISHED)) {
      for (Path file : files) {
        Files.delete(file);
      }
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
    try (InputStream in = new DigestInputStream(Files.newInputStream(file), digest)) {
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

  private static MessageDigest sha256() {
    try {
      return MessageDigest.getInstance("SHA-256");
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java platform has SHA-256", e);
    }
  }

  private static void force(Path file) throws IOException {
    try (FileChannel channel = FileChannel.open(file, StandardOpenOption.WRITE)) {
      channel.force(true);
    }
  }

  private static void rename(Path from, Path to) throws IOException {
    try {
      Files.move(from, to, StandardCopyOption.ATOMIC_MOVE);
    } catch (AtomicMoveNotSupportedException e) {
      throw new IOException("the file system of " + to + " cannot rename a file atomically", e);
    }
    forceFolder(to);
  }

  /** A full disk's own message names no file, and a file system's names the one beside. */
  private static IOException failed(Path beside, Path target, IOException e) {
    try {
      Files.deleteIfExists(beside);
    } catch (IOException again) {
      e.addSuppressed(again);
    }
    String message =
        e instanceof FileSystemException named ? named.getReason() : String.valueOf(e.getMessage());
    String reason = message == null ? e.getClass().getSimpleName() : message;
    return new IOException(target + " cannot be written: " + reason, e);
  }

  private static Path beside(Path target) {
    return target.resolveSibling(UNFINISHED.replace("*", hex(UUID.randomUUID())));
  }

  private static String hex(UUID id) {
    return id.toString().replace("-", "");
  }

  private static void forceFolder(Path child) throws IOException {
    Path folder = child.toAbsolutePath().getParent();
    if (folder == null) {
      return;
    }
    try (FileChannel channel = FileChannel.open(folder, StandardOpenOption.READ)) {
      channel.force(true);
    } catch (java.nio.file.AccessDeniedException e) {
      // Windows opens no folders; its rename is journalled.
      if (!System.getProperty("os.name", "").startsWith("Windows")) {
        throw e;
      }
    }
  }
}
