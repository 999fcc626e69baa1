package io.seamark.unknown.service;

import io.seamark.imaging.Images;
import io.seamark.perception.ClassScores;
import io.seamark.perception.Frame;
import jakarta.ws.rs.core.HttpHeaders;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.Response.Status;
import java.io.IOException;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** Makes frames and scores of what the two JSON contracts carry. */
final class Questions {
  private Questions() {}

  /**
   * A question with an image file.
   *
   * @throws BadSampleException if its header is not that of an image that can be answered
   */
  static TaskProcessor.Question ofFile(TaskProcessor processor, byte[] file, ClassScores scores) {
    try {
      Images.Size size = Images.size(file);
      processor.checkSize(size.width(), size.height(), scores);
    } catch (IOException e) {
      throw new BadSampleException("the image cannot be read: " + e.getMessage());
    }
    return new TaskProcessor.Question(
        () -> {
          try {
            return Images.decodeFrame(file);
          } catch (IOException e) {
            throw new BadSampleException("the image cannot be read: " + e.getMessage());
          }
        },
        scores);
  }

  /**
   * A question with pixels.
   *
   * @throws BadSampleException if it is too large
   */
  static TaskProcessor.Question ofPixels(
      TaskProcessor processor, int width, int height, byte[] rgb, ClassScores scores) {
    Frame frame = checked(() -> new Frame(width, height, rgb, null));
    processor.checkSize(width, height, scores);
    return new TaskProcessor.Question(() -> frame, scores);
  }

  /**
   * Pixels from numbers.
   *
   * @throws BadSampleException if one is no whole number from 0 to 255
   */
  static byte[] bytes(String what, float[] values) {
    byte[] out = new byte[values.length];
    for (int i = 0; i < out.length; i++) {
      int value = (int) values[i];
      if (value != values[i] || value < 0 || value > 255) {
        throw new BadSampleException(
            what + " holds " + values[i] + ", but must hold whole numbers from 0 to 255");
      }
      out[i] = (byte) value;
    }
    return out;
  }

  /**
   * Scores from logits.
   *
   * @param shape classes, height, width
   * @throws BadSampleException if one is not finite or the shape is wrong
   */
  static ClassScores scores(List<Integer> shape, float[] logits) {
    for (float logit : logits) {
      if (!Float.isFinite(logit)) {
        throw new BadSampleException("scores hold " + logit + ", but must be finite");
      }
    }
    return checked(() -> new ClassScores(shape.get(0), shape.get(2), shape.get(1), logits));
  }

  /**
   * Refuses what is no JSON by its own account; a request without an account may be.
   *
   * @throws BadSampleException with 415 if it is none of the types
   */
  static void checkType(HttpHeaders headers, String... types) {
    MediaType type = headers.getMediaType();
    if (type != null && !List.of(types).contains(name(type))) {
      throw new BadSampleException(
          Status.UNSUPPORTED_MEDIA_TYPE,
          "the body is " + name(type) + ", but must be " + String.join(" or ", types));
    }
  }

  /**
   * Refuses early what says that it is too large.
   *
   * @throws BadSampleException with 413 if it does
   */
  static void checkLength(@Nullable Long length) {
    if (length != null && length > TaskProcessor.LIMIT) {
      throw new BadSampleException(
          Status.REQUEST_ENTITY_TOO_LARGE,
          "the body has " + length + " bytes, but at most " + TaskProcessor.LIMIT + " are taken");
    }
  }

  private static String name(MediaType type) {
    return (type.getType() + "/" + type.getSubtype()).toLowerCase(Locale.ROOT);
  }

  private interface Made<T> {
    T make();
  }

  private static <T> T checked(Made<T> made) {
    try {
      return made.make();
    } catch (IllegalArgumentException e) {
      throw new BadSampleException(String.valueOf(e.getMessage()));
    }
  }
}
