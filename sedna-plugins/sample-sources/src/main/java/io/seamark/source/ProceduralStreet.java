package io.seamark.source;

import io.seamark.perception.ClassMap;
import io.seamark.perception.Frame;
import io.seamark.perception.Sample;
import java.util.Locale;

/**
 * A driver's view of a street that does not exist, with CamVid's eleven classes ({@link
 * io.seamark.perception.ClassSet#CAMVID}), a depth image and the outline of every single thing.
 *
 * <p>Each index is a street of its own. Seed, index and weather decide every byte: the same three
 * give the same sample on every machine. The same index under other weather is the same street with
 * the same labels and segments under other light, and its depth image differs only in where a
 * stereo camera would see nothing. May be called from several threads at once.
 */
public final class ProceduralStreet {
  /** Smallest width or height in pixels. */
  public static final int MIN_SIDE = 32;

  /** Largest width or height in pixels. */
  public static final int MAX_SIDE = 2048;

  /**
   * A sample with its segments.
   *
   * @param sample named {@code day_00000012} after weather and index; RGB, depth and label, no file
   * @param segments [height, width], row-major: pixels with the same number belong to one thing,
   *     such as one car, one building or the sky; numbers have no order and may be any int from 0
   */
  @SuppressWarnings("ArrayRecordComponent")
  public record Rendered(Sample sample, int[] segments) {}

  private final long seed;
  private final int width;
  private final int height;

  /**
   * A city of streets.
   *
   * @param seed any long
   * @param width of its frames in pixels, {@link #MIN_SIDE} to {@link #MAX_SIDE}
   * @param height of its frames in pixels, {@link #MIN_SIDE} to {@link #MAX_SIDE}
   * @throws IllegalArgumentException if a side is out of range
   */
  public ProceduralStreet(long seed, int width, int height) {
    if (width < MIN_SIDE || height < MIN_SIDE || width > MAX_SIDE || height > MAX_SIDE) {
      throw new IllegalArgumentException(
          String.format(
              Locale.ROOT,
              "a street of %dx%d pixels is not possible: each side must be %d to %d",
              width,
              height,
              MIN_SIDE,
              MAX_SIDE));
    }
    this.seed = seed;
    this.width = width;
    this.height = height;
  }

  /**
   * Draws one frame.
   *
   * @param index which street, any long
   * @param weather the light it is seen under
   * @return the frame with its labels
   */
  public Rendered render(long index, Weather weather) {
    Scene scene = new Scene(width, height, new Dice(seed, index));
    Canvas canvas = scene.canvas;
    int pixels = width * height;
    byte[] label = new byte[pixels];
    int[] segments = new int[pixels];
    for (int i = 0; i < pixels; i++) {
      Surface s = canvas.surfaces.get(canvas.surface[i]);
      label[i] = s.label();
      segments[i] = s.instance();
    }
    // The streets that people know follow from the order of the weathers.
    @SuppressWarnings("EnumOrdinal")
    long dice = seed ^ (weather.ordinal() + 1);
    Painter painter = new Painter(scene, weather, new Dice(dice, index));
    Frame frame = new Frame(width, height, painter.paint(), painter.depth());
    String id = String.format(Locale.ROOT, "%s_%08d", weather.domain(), index);
    return new Rendered(
        new Sample(id, weather.domain(), frame, null, new ClassMap(width, height, label)),
        segments);
  }
}
