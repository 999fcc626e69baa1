package io.seamark.text;

import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.CharsetDecoder;
import java.nio.charset.CoderResult;
import java.nio.charset.CodingErrorAction;
import java.nio.charset.StandardCharsets;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Locale;

/**
 * Text files that people write: UTF-8, with a byte-order mark or without. Other encodings are
 * refused by name, or by the line that shows them.
 */
public final class TextFile {
  private TextFile() {}

  /**
   * Reads a file.
   *
   * @param file to read
   * @param limit most bytes that it may have
   * @return its text, without a byte-order mark
   * @throws IOException if it cannot be read, is longer or is not UTF-8; the message says why and
   *     does not name the file
   */
  public static String read(Path file, int limit) throws IOException {
    byte[] bytes;
    try (InputStream in = Files.newInputStream(file)) {
      bytes = in.readNBytes(limit + 1);
    } catch (FileSystemException e) {
      throw new IOException(reason(e), e);
    } catch (IOException e) {
      throw Files.isDirectory(file) ? new IOException("it is a folder, not a file", e) : e;
    }
    if (bytes.length > limit) {
      throw new IOException("it has more than " + limit + " bytes");
    }
    return decode(bytes);
  }

  /** In words; the exception's own message may be the file's name alone. */
  private static String reason(FileSystemException e) {
    if (e instanceof AccessDeniedException) {
      return "it may not be read by this user";
    }
    if (e instanceof NoSuchFileException) {
      return "it does not exist";
    }
    String reason = e.getReason();
    return reason == null ? "it cannot be opened" : reason;
  }

  /**
   * Decodes a file's content.
   *
   * @param bytes the whole file
   * @return its text, without a byte-order mark
   * @throws IOException if it is not UTF-8
   */
  public static String decode(byte[] bytes) throws IOException {
    String other = otherUnicode(bytes);
    if (!other.isEmpty()) {
      throw new IOException("it is " + other + ", but must be UTF-8: save it as that");
    }
    int start = begins(bytes, 0xEF, 0xBB, 0xBF) ? 3 : 0;
    ByteBuffer in = ByteBuffer.wrap(bytes, start, bytes.length - start);
    CharBuffer out = CharBuffer.allocate(bytes.length - start);
    CharsetDecoder decoder =
        StandardCharsets.UTF_8
            .newDecoder()
            .onMalformedInput(CodingErrorAction.REPORT)
            .onUnmappableCharacter(CodingErrorAction.REPORT);
    CoderResult result = decoder.decode(in, out, true);
    if (result.isError()) {
      int line = 1;
      for (int i = 0; i < in.position(); i++) {
        line += bytes[i] == '\n' ? 1 : 0;
      }
      throw new IOException(
          String.format(
              Locale.ROOT,
              "line %d holds a byte 0x%02X that is not UTF-8: save it as UTF-8",
              line,
              bytes[in.position()] & 0xFF));
    }
    return out.flip().toString();
  }

  private static String otherUnicode(byte[] bytes) {
    if (begins(bytes, 0xFF, 0xFE, 0, 0) || begins(bytes, 0, 0, 0xFE, 0xFF)) {
      return "UTF-32";
    }
    if (begins(bytes, 0xFF, 0xFE) || begins(bytes, 0xFE, 0xFF)) {
      return "UTF-16";
    }
    // Without a mark, every other byte of plain letters is 0.
    boolean zero = bytes.length > 1 && (bytes[0] == 0) != (bytes[1] == 0);
    return zero ? "UTF-16" : "";
  }

  private static boolean begins(byte[] bytes, int... mark) {
    for (int i = 0; i < mark.length; i++) {
      if (i >= bytes.length || (bytes[i] & 0xFF) != mark[i]) {
        return false;
      }
    }
    return true;
  }
}
