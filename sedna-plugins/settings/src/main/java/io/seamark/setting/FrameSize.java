package io.seamark.setting;

import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The size that frames are brought to.
 *
 * @param width in pixels, at least 1
 * @param height in pixels, at least 1
 */
public record FrameSize(int width, int height) {
  private static final Pattern TEXT = Pattern.compile("([0-9]{1,5})x([0-9]{1,5})");
  private static final int LEAST = 32;
  private static final int MOST = 4096;

  /** Checks the range. */
  public FrameSize {
    if (width < 1 || height < 1) {
      throw new IllegalArgumentException(
          "a frame of " + width + "x" + height + " pixels cannot be");
    }
  }

  /**
   * Reads a setting.
   *
   * @param key its name, for the message
   * @param text such as {@code 480x360}
   * @return the size
   * @throws IllegalArgumentException if it is none, or out of range
   */
  public static FrameSize parse(String key, String text) {
    Matcher matcher = TEXT.matcher(text);
    if (matcher.matches()) {
      int width = Integer.parseInt(matcher.group(1));
      int height = Integer.parseInt(matcher.group(2));
      if (Math.min(width, height) >= LEAST && Math.max(width, height) <= MOST) {
        return new FrameSize(width, height);
      }
    }
    throw new IllegalArgumentException(
        String.format(
            "%s is '%s', but must be WIDTHxHEIGHT with %d to %d pixels each, such as 480x360",
            key, text, LEAST, MOST));
  }

  /**
   * Half of it.
   *
   * @return each side halved, at least 1
   */
  public FrameSize half() {
    return new FrameSize(Math.max(1, width / 2), Math.max(1, height / 2));
  }

  @Override
  public String toString() {
    return width + "x" + height;
  }
}
