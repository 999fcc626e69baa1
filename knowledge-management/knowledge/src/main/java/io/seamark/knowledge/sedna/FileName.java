package io.seamark.knowledge.sedna;

import io.seamark.failure.BadInputException;
import java.nio.charset.StandardCharsets;
import java.util.regex.Pattern;

/**
 * The name of a file in the knowledge base. It is never a path here, but clients may make one of
 * it, so what would lead out of a folder anywhere is no name.
 *
 * @param text 1 to {@value #LONGEST} bytes of UTF-8 without slashes, backslashes and control
 *     characters; neither {@code .} nor {@code ..}
 */
public record FileName(String text) {
  /** The most bytes, which file systems set. */
  public static final int LONGEST = 255;

  private static final Pattern FORBIDDEN = Pattern.compile("[/\\\\\\p{Cntrl}\\u0080-\\u009F]");
  private static final Pattern SURROGATE = Pattern.compile("\\p{Cs}");

  /**
   * Checks the name.
   *
   * @throws BadInputException if it is none
   */
  public FileName {
    if (text.isEmpty()) {
      throw new BadInputException("the file has no name");
    }
    if (text.getBytes(StandardCharsets.UTF_8).length > LONGEST) {
      throw new BadInputException(
          "a file's name has " + text.length() + " characters, but at most 255 bytes are taken");
    }
    if (text.equals(".")
        || text.equals("..")
        || FORBIDDEN.matcher(text).find()
        || SURROGATE.matcher(text).find()) {
      throw new BadInputException(
          "'"
              + SURROGATE.matcher(FORBIDDEN.matcher(text).replaceAll("?")).replaceAll("?")
              + "' (with ? for what is not taken) is no file's name: slashes, backslashes and"
              + " control characters are not taken, nor . and ..");
    }
  }
}
