package io.seamark.knowledge.frames;

import io.seamark.buffer.BufferedSample;
import io.seamark.buffer.HardSample;
import io.seamark.buffer.ReplayBuffer;
import io.seamark.imaging.Images;
import io.seamark.perception.Frame;
import java.io.IOException;
import java.util.List;

/**
 * Buffered samples with their fused answers as targets. What their true labels are is not known
 * here, and would not be read if it were.
 */
public final class BufferedFrames implements LabelledFrames {
  private final ReplayBuffer buffer;
  private final List<Long> sequences;

  private BufferedFrames(ReplayBuffer buffer, List<Long> sequences) {
    this.buffer = buffer;
    this.sequences = List.copyOf(sequences);
  }

  /**
   * Samples with the cloud's answers as they are.
   *
   * @param buffer where they are
   * @param sequences which ones
   * @return a view
   */
  public static BufferedFrames answers(ReplayBuffer buffer, List<Long> sequences) {
    return new BufferedFrames(buffer, sequences);
  }

  @Override
  public int size() {
    return sequences.size();
  }

  @Override
  public LabelledFrame read(int index) throws IOException {
    long sequence = sequences.get(index);
    try {
      BufferedSample buffered = buffer.read(sequence);
      HardSample sample = buffered.sample();
      byte[] depth = sample.depthPng();
      DecodeBound.checkDecoding(Images.size(sample.image().bytes()), depth != null);
      Frame frame = Images.decodeFrame(sample.image().bytes());
      return new LabelledFrame(
          depth == null ? frame : Images.withDepth(frame, depth),
          buffered.answer().classMap(),
          buffered.segments());
    } catch (IllegalArgumentException e) {
      // Dropped since the round began, or a frame of another size than its answer.
      throw new IOException("sample " + sequence + ": " + e.getMessage(), e);
    }
  }

  @Override
  public String source() {
    return "replay buffer";
  }
}
