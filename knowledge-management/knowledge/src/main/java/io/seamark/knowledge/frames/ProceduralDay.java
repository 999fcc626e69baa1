package io.seamark.knowledge.frames;

import io.seamark.perception.ClassMap;
import io.seamark.perception.Sample;
import io.seamark.source.ProceduralStreet;
import io.seamark.source.Weather;
import java.io.IOException;
import org.jspecify.annotations.Nullable;

/**
 * Labelled day frames of the procedural street, the world that the embedded model was first trained
 * on. Its streets are others than those of a stream with the same seed.
 */
public final class ProceduralDay implements LabelledFrames {
  /** Keeps the streets apart from those of a stream that is given the same seed. */
  private static final long OTHER_STREETS = 0x5EA_DA7L << 32;

  /** Rendering a frame costs more than a small network's step on it. */
  private static final long KEPT_BYTES = 32 << 20;

  private final ProceduralStreet street;
  private final int frames;
  private final @Nullable LabelledFrame[] kept;

  /**
   * Frames to be rendered on demand.
   *
   * @param seed any
   * @param frames how many, at least 1
   * @param width in pixels
   * @param height in pixels
   */
  public ProceduralDay(long seed, int frames, int width, int height) {
    this.street = new ProceduralStreet(seed ^ OTHER_STREETS, width, height);
    this.frames = frames;
    this.kept = new LabelledFrame[(int) Math.min(frames, KEPT_BYTES / (5L * width * height))];
  }

  @Override
  public int size() {
    return frames;
  }

  @Override
  public synchronized LabelledFrame read(int index) throws IOException {
    LabelledFrame known = index < kept.length ? kept[index] : null;
    if (known != null) {
      return known;
    }
    LabelledFrame rendered = render(index);
    if (index < kept.length) {
      kept[index] = rendered;
    }
    return rendered;
  }

  private LabelledFrame render(int index) throws IOException {
    Sample sample = street.render(index, Weather.DAY).sample();
    ClassMap label = sample.label();
    if (label == null) {
      throw new IOException("procedural frame " + sample.id() + " has no label");
    }
    return new LabelledFrame(sample.frame(), label);
  }

  @Override
  public String source() {
    return "procedural street, day, " + frames + " frames";
  }
}
