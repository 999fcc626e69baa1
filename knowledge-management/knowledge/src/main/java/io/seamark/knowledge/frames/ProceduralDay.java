package io.seamark.knowledge.frames;

import io.seamark.perception.ClassMap;
import io.seamark.perception.Sample;
import io.seamark.source.ProceduralStreet;
import io.seamark.source.Weather;
import java.io.IOException;

/**
 * Labelled day frames of the procedural street, the world that the embedded model was first trained
 * on. Its streets are others than those of a stream with the same seed.
 */
public final class ProceduralDay implements LabelledFrames {
  /** Keeps the streets apart from those of a stream that is given the same seed. */
  private static final long OTHER_STREETS = 0x5EA_DA7L << 32;

  private final ProceduralStreet street;
  private final int frames;

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
  }

  @Override
  public int size() {
    return frames;
  }

  @Override
  public LabelledFrame read(int index) throws IOException {
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
