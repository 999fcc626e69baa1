package io.seamark.knowledge.model;

import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.AtomicMoveNotSupportedException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.security.DigestInputStream;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;

/** File operations that are either done, on the device, or not done at all. */
final class DurableFiles {
  private static final String UNFINISHED = ".new";

  private DurableFiles() {}

  /** Replaces a file's content: written beside it, forced, renamed, folder forced. */
  static void replace(Path target, byte[] content) throws IOException {
    Path beside = beside(target);
    try (FileChannel out =
        FileChannel.open(
            beside,
            StandardOpenOption.CREATE,
            StandardOpenOption.TRUNCATE_EXISTING,
            StandardOpenOption.WRITE)) {
      ByteBuffer buffer = ByteBuffer.wrap(content);
      while (buffer.hasRemaining()) {
        out.write(buffer);
      }
      out.force(true);
    }
    rename(beside, target);
  }

  /** Copies a file over another in the same way. */
  static void copy(Path source, Path target) throws IOException {
    Path beside = beside(target);
    Files.copy(source, beside, StandardCopyOption.REPLACE_EXISTING);
    force(beside);
    rename(beside, target);
  }

  /** Makes a finished file, of this file system or another, the target; the file is gone then. */
  static void take(Path file, Path target) throws IOException {
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

  /** Deletes a file for good, if it is there. */
  static void delete(Path file) throws IOException {
    if (Files.deleteIfExists(file)) {
      forceFolder(file);
    }
  }

  /** Removes what {@link #replace} and {@link #copy} left behind when they were cut short. */
  static void removeUnfinished(Path folder) throws IOException {
    try (DirectoryStream<Path> files = Files.newDirectoryStream(folder, ".*" + UNFINISHED)) {
      for (Path file : files) {
        Files.delete(file);
      }
    }
  }

  /** Forces a finished file to the device. */
  private static void force(Path file) throws IOException {
    try (FileChannel channel = FileChannel.open(file, StandardOpenOption.WRITE)) {
      channel.force(true);
    }
  }

  /** Renames within a folder and forces the folder. */
  private static void rename(Path from, Path to) throws IOException {
    try {
      Files.move(from, to, StandardCopyOption.ATOMIC_MOVE);
    } catch (AtomicMoveNotSupportedException e) {
      throw new IOException("the file system of " + to + " cannot rename a file atomically", e);
    }
    forceFolder(to);
  }

  /** SHA-256 of a file in lower-case hexadecimal digits. */
  static String sha256(Path file) throws IOException {
    MessageDigest digest;
    try {
      digest = MessageDigest.getInstance("SHA-256");
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java platform has SHA-256", e);
    }
    byte[] block = new byte[1 << 16];
    try (InputStream in = new DigestInputStream(Files.newInputStream(file), digest)) {
      while (in.read(block) >= 0) {
        // The stream feeds the digest.
      }
    }
    return HexFormat.of().formatHex(digest.digest());
  }

  private static Path beside(Path target) {
    return target.resolveSibling("." + target.getFileName() + UNFINISHED);
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
