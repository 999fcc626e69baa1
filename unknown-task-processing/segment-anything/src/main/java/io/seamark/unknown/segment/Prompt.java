package io.seamark.unknown.segment;

import io.seamark.perception.SegmentMask.Box;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What points SAM at one thing in a frame: points on it and beside it, a box around it, a rough
 * mask of it, or several of these.
 *
 * @param points at most {@value #MAX_POINTS}; none only with a box
 * @param box around the thing, in pixels of the frame; null for none
 * @param mask roughly the thing, beside points or a box; null for none. A mask alone is no prompt:
 *     SAM learns masks beside what they were asked with, and finds nothing by them alone
 */
public record Prompt(List<Point> points, @Nullable Box box, @Nullable MaskPrompt mask) {
  /** More points than a person or a loop would give to one thing. */
  public static final int MAX_POINTS = 256;

  /**
   * A point, in pixels of the frame.
   *
   * @param x from the left edge
   * @param y from the top edge
   * @param foreground whether it lies on the thing, or beside it
   */
  public record Point(float x, float y, boolean foreground) {}

  /** Copies the points and checks that there is something to look for. */
  public Prompt {
    points = List.copyOf(points);
    if (points.isEmpty() && box == null) {
      throw new IllegalArgumentException(
          "a prompt needs a point or a box" + (mask == null ? "" : " beside its mask"));
    }
    if (points.size() > MAX_POINTS) {
      throw new IllegalArgumentException(
          "a prompt has " + points.size() + " points, but may have at most " + MAX_POINTS);
    }
    if (box == null && points.stream().noneMatch(Point::foreground)) {
      throw new IllegalArgumentException(
          "a prompt without a box needs a point on the foreground, but all are on the background");
    }
    if (box != null && (box.width() < 1 || box.height() < 1)) {
      throw new IllegalArgumentException(
          String.format(
              "a prompt's box is %d x %d pixels, but must be at least 1 x 1",
              box.width(), box.height()));
    }
  }

  /**
   * Points, a box, or both.
   *
   * @param points as above
   * @param box as above
   */
  public Prompt(List<Point> points, @Nullable Box box) {
    this(points, box, null);
  }

  /**
   * One point on a thing.
   *
   * @param x in pixels from the left edge
   * @param y in pixels from the top edge
   * @return the prompt
   */
  public static Prompt at(float x, float y) {
    return new Prompt(List.of(new Point(x, y, true)), null);
  }

  /**
   * A box around a thing.
   *
   * @param box in pixels of the frame
   * @return the prompt
   */
  public static Prompt around(Box box) {
    return new Prompt(List.of(), box);
  }

  /**
   * Marked pixels, roughly a thing, and the box around them.
   *
   * @param mask roughly the thing
   * @return the prompt
   */
  public static Prompt like(MaskPrompt.Pixels mask) {
    return new Prompt(List.of(), MaskRecords.boxOf(mask.pixels(), mask.width()), mask);
  }

  /** Whether several things could be meant, so that SAM's three nested masks are asked for. */
  boolean ambiguous() {
    return points.size() == 1 && box == null && mask == null;
  }

  void checkInside(int width, int height) {
    for (Point point : points) {
      if (!(point.x >= 0 && point.x <= width && point.y >= 0 && point.y <= height)) {
        throw new IllegalArgumentException(
            String.format(
                "point %s,%s lies outside of the frame of %d x %d pixels",
                point.x, point.y, width, height));
      }
    }
    if (box != null
        && (box.x() < 0
            || box.y() < 0
            || box.x() > width - box.width()
            || box.y() > height - box.height())) {
      throw new IllegalArgumentException(
          String.format(
              "box %d,%d,%d,%d reaches out of the frame of %d x %d pixels",
              box.x(), box.y(), box.width(), box.height(), width, height));
    }
    if (mask instanceof MaskPrompt.Pixels marked
        && (marked.width() != width || marked.height() != height)) {
      throw new IllegalArgumentException(
          String.format(
              "a mask prompt has %d x %d pixels, but the frame has %d x %d",
              marked.width(), marked.height(), width, height));
    }
  }

  /** SAM's labels: 1 and 0 for points, 2 and 3 for a box's corners, -1 for the missing box. */
  float[] labels() {
    float[] labels = new float[points.size() + (box == null ? 1 : 2)];
    for (int i = 0; i < points.size(); i++) {
      labels[i] = points.get(i).foreground ? 1 : 0;
    }
    if (box == null) {
      labels[labels.length - 1] = -1;
    } else {
      labels[labels.length - 2] = 2;
      labels[labels.length - 1] = 3;
    }
    return labels;
  }

  /** The coordinates that belong to {@link #labels}, x and y in turn. */
  float[] coordinates(double scaleX, double scaleY) {
    float[] at = new float[2 * points.size() + (box == null ? 2 : 4)];
    int i = 0;
    for (Point point : points) {
      at[i++] = (float) (point.x * scaleX);
      at[i++] = (float) (point.y * scaleY);
    }
    if (box != null) {
      at[i++] = (float) (box.x() * scaleX);
      at[i++] = (float) (box.y() * scaleY);
      at[i++] = (float) ((box.x() + box.width()) * scaleX);
      at[i++] = (float) ((box.y() + box.height()) * scaleY);
    }
    return at;
  }
}
