package io.seamark.unknown.service;

import io.seamark.exchange.MemoryBudget;
import io.seamark.failure.BadInputException;
import io.seamark.imaging.Images;
import io.seamark.perception.ClassScores;
import io.seamark.perception.Frame;
import jakarta.ws.rs.NotSupportedException;
import jakarta.ws.rs.core.HttpHeaders;
import jakarta.ws.rs.core.MediaType;
import java.io.IOException;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** Makes frames and scores of what the two JSON contracts carry. */
final class JsonFrames {
  private JsonFrames() {}

  /**
   * A question with an image file.
   *
   * @param memory what the request holds
   * @throws BadInputException if its header is not that of an image that can be answered
   * @throws io.seamark.exchange.RefusedException if there is no room to read it
   */
  static TaskProcessor.Question ofFile(
      TaskProcessor processor,
      byte[] file,
      @Nullable ClassScores scores,
      MemoryBudget.Claim memory) {
    Images.Size size;
    long reading = (long) TaskProcessor.READING * file.length;
    memory.grow(reading);
    try {
      size = Images.size(file);
    } catch (IOException e) {
      throw new BadInputException("the image cannot be read: " + e.getMessage());
    } finally {
      memory.shrink(reading);
    }
    processor.check(size.width(), size.height(), file.length, scores);
    return new TaskProcessor.Question(
        size.width(),
        size.height(),
        file.length,
        () -> {
          try {
            return Images.decodeFrame(file);
          } catch (IOException e) {
            throw new BadInputException("the image cannot be read: " + e.getMessage());
          }
        },
        scores);
  }

  /**
   * A question with pixels.
   *
   * @throws BadInputException if it is too large
   */
  static TaskProcessor.Question ofPixels(
      TaskProcessor processor, int width, int height, byte[] rgb, @Nullable ClassScores scores) {
    Frame frame = checked(() -> new Frame(width, height, rgb, null));
    processor.check(width, height, 0, scores);
    return new TaskProcessor.Question(width, height, 0, () -> frame, scores);
  }

  /**
   * Scores from logits.
   *
   * @param shape classes, height, width
   * @throws BadInputException if one is not finite or the shape is wrong
   */
  static ClassScores scores(List<Integer> shape, float[] logits) {
    for (float logit : logits) {
      if (!Float.isFinite(logit)) {
        throw new BadInputException("scores hold " + logit + ", but must be finite");
      }
    }
    return checked(() -> new ClassScores(shape.get(0), shape.get(2), shape.get(1), logits));
  }

  /**
   * Refuses what is no JSON by its own account; a request without an account may be.
   *
   * @throws NotSupportedException if it is none of the types
   */
  static void checkType(HttpHeaders headers, String... types) {
    MediaType type = headers.getMediaType();
    if (type != null && !List.of(types).contains(name(type))) {
      throw new NotSupportedException(
          "the body is " + name(type) + ", but must be " + String.join(" or ", types));
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
      throw new BadInputException(String.valueOf(e.getMessage()));
    }
  }
}
