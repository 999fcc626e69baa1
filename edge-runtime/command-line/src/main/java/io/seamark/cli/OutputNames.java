package io.seamark.cli;

import io.seamark.durable.DurableFiles;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.Locale;

/**
 * Names of output files, after the samples they belong to. Two ids never give one name, and the id
 * can be told from the name. An id that is a plain file name is used as it is. In others every
 * character that could lead out of the folder, hide the file or harm a terminal is written as
 * {@code %} and two hexadecimal digits for each byte of its UTF-8, as in addresses (RFC 3986), and
 * so is {@code %} itself; half of a surrogate pair is {@code %u} and four digits.
 *
 * <p>File systems hold names of {@value #LONGEST} bytes. A longer one is cut short and ends in
 * {@code %~} and the SHA-256 of the whole one; then the id cannot be told from it, and must be kept
 * beside it.
 */
public final class OutputNames {
  /** Longest name of a file, in bytes of UTF-8. */
  static final int LONGEST = 255;

  /** What no other name holds, since a digit or {@code u} follows every {@code %} there. */
  private static final String SHORTENED = "%~";

  private static final String FORBIDDEN = "%\\/:*?\"<>|";
  private static final int DIGEST = 64;
  private static final int HEX = 16;
  private static final int UNIT = 4;

  private OutputNames() {}

  /**
   * A file name for a sample.
   *
   * @param id of the sample
   * @param ending of the new file, such as {@code .png}: a dot and ASCII letters
   * @return a plain file name of at most 255 bytes
   */
  public static String of(String id, String ending) {
    String encoded = encode(id);
    if (bytes(encoded) + ending.length() <= LONGEST) {
      return encoded + ending;
    }
    // Of the encoded id, in which halves of surrogate pairs are not all question marks.
    String digest = DurableFiles.sha256(encoded.getBytes(StandardCharsets.UTF_8));
    int room = LONGEST - ending.length() - SHORTENED.length() - DIGEST;
    int end = Math.min(room, encoded.length());
    while (bytes(encoded.substring(0, end)) > room || splits(encoded, end)) {
      end--;
    }
    return encoded.substring(0, end) + SHORTENED + digest + ending;
  }

  /**
   * Whether a name was cut short, so that it does not tell the id.
   *
   * @param name from {@link #of}
   * @return true if it ends in a digest
   */
  public static boolean shortened(String name) {
    return name.contains(SHORTENED);
  }

  /**
   * The id that a name was made of.
   *
   * @param name from {@link #of}, with its ending
   * @return the id
   * @throws IllegalArgumentException if the name was cut short, or is none of {@link #of}
   */
  public static String id(String name) {
    int dot = name.lastIndexOf('.');
    if (dot < 1 || shortened(name)) {
      throw new IllegalArgumentException(
          "'" + name + "' does not tell its id" + (dot < 1 ? "" : ": it was cut short"));
    }
    String encoded = name.substring(0, dot);
    StringBuilder id = new StringBuilder();
    try {
      for (int i = 0; i < encoded.length(); ) {
        if (encoded.charAt(i) != '%') {
          id.append(encoded.charAt(i++));
        } else if (encoded.startsWith("%u", i)) {
          id.append((char) Integer.parseInt(encoded, i + 2, i + 2 + UNIT, HEX));
          i += 2 + UNIT;
        } else {
          ByteBuffer bytes = ByteBuffer.allocate(encoded.length());
          while (i < encoded.length() && encoded.charAt(i) == '%' && !encoded.startsWith("%u", i)) {
            bytes.put((byte) Integer.parseInt(encoded, i + 1, i + 3, HEX));
            i += 3;
          }
          id.append(StandardCharsets.UTF_8.newDecoder().decode(bytes.flip()));
        }
      }
    } catch (CharacterCodingException | NumberFormatException | IndexOutOfBoundsException e) {
      throw new IllegalArgumentException("'" + name + "' is no name of an output file", e);
    }
    if (!encode(id.toString()).equals(encoded)) {
      throw new IllegalArgumentException("'" + name + "' is no name of an output file");
    }
    return id.toString();
  }

  private static String encode(String id) {
    StringBuilder name = new StringBuilder();
    for (int i = 0; i < id.length(); ) {
      int c = id.codePointAt(i);
      if (c >= Character.MIN_SURROGATE && c <= Character.MAX_SURROGATE) {
        name.append(String.format(Locale.ROOT, "%%u%04X", c));
      } else if ((c == '.' && i == 0) || Character.isISOControl(c) || FORBIDDEN.indexOf(c) >= 0) {
        for (byte b : Character.toString(c).getBytes(StandardCharsets.UTF_8)) {
          name.append(String.format(Locale.ROOT, "%%%02X", b));
        }
      } else {
        name.appendCodePoint(c);
      }
      i += Character.charCount(c);
    }
    return name.toString();
  }

  private static int bytes(String text) {
    return text.getBytes(StandardCharsets.UTF_8).length;
  }

  /** Whether a cut would go through a surrogate pair or an escape. */
  private static boolean splits(String encoded, int end) {
    if (end == 0 || end == encoded.length()) {
      return false;
    }
    if (Character.isHighSurrogate(encoded.charAt(end - 1))) {
      return true;
    }
    int percent = encoded.lastIndexOf('%', end - 1);
    int length = percent >= 0 && encoded.startsWith("%u", percent) ? 2 + UNIT : 3;
    return percent >= 0 && end < percent + length;
  }
}
