package io.seamark.verb;

import io.seamark.imaging.Images;
import io.seamark.perception.Frame;
import io.seamark.perception.SegmentMask.Box;
import io.seamark.unknown.segment.MaskPrompt;
import io.seamark.unknown.segment.Prompt;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Prompts as they are written on the command line. */
final class PromptText {
  private static final String NUMBER = "(\\d{1,5}(?:\\.\\d{1,6})?)";
  private static final Pattern POINT = Pattern.compile(NUMBER + "," + NUMBER + "(?:,([01]))?");
  private static final Pattern BOX = Pattern.compile("(\\d{1,5}),(\\d{1,5}),(\\d{1,5}),(\\d{1,5})");

  private PromptText() {}

  static Prompt points(String text) {
    List<Prompt.Point> points = new ArrayList<>();
    for (String part : text.split(":", -1)) {
      Matcher match = POINT.matcher(part);
      if (!match.matches()) {
        throw new IllegalArgumentException(
            String.format(
                "--points %s: '%s' is no point, write X,Y or X,Y,0 in pixels, joined by ':'",
                text, part));
      }
      points.add(
          new Prompt.Point(
              Float.parseFloat(match.group(1)),
              Float.parseFloat(match.group(2)),
              !"0".equals(match.group(3))));
    }
    try {
      return new Prompt(points, null);
    } catch (IllegalArgumentException e) {
      throw new IllegalArgumentException("--points " + text + ": " + e.getMessage(), e);
    }
  }

  /**
   * A picture in which the thing is white.
   *
   * @param file PNG or JPEG; a pixel counts as white from the half of full brightness on, by the
   *     mean of its three channels
   */
  static Prompt mask(Path file) {
    try {
      Frame picture = Images.decodeFrame(Files.readAllBytes(file));
      byte[] rgb = picture.rgb();
      BitSet white = new BitSet();
      for (int i = 0; i < rgb.length / 3; i++) {
        int sum = (rgb[3 * i] & 0xFF) + (rgb[3 * i + 1] & 0xFF) + (rgb[3 * i + 2] & 0xFF);
        white.set(i, sum >= 3 * 128);
      }
      return Prompt.like(new MaskPrompt.Pixels(picture.width(), picture.height(), white));
    } catch (IOException e) {
      throw new IllegalArgumentException(
          "--mask-prompts " + file + " cannot be read: " + e.getMessage(), e);
    } catch (IllegalArgumentException e) {
      throw new IllegalArgumentException("--mask-prompts " + file + ": " + e.getMessage(), e);
    }
  }

  static Prompt box(String text) {
    Matcher match = BOX.matcher(text);
    if (!match.matches()) {
      throw new IllegalArgumentException(
          "--boxes " + text + " is no box, write X,Y,WIDTH,HEIGHT in whole pixels");
    }
    int[] side = new int[4];
    for (int i = 0; i < 4; i++) {
      side[i] = Integer.parseInt(match.group(i + 1));
    }
    try {
      return Prompt.around(new Box(side[0], side[1], side[2], side[3]));
    } catch (IllegalArgumentException e) {
      throw new IllegalArgumentException("--boxes " + text + ": " + e.getMessage(), e);
    }
  }
}
