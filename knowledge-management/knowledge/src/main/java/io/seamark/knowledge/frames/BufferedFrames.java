package io.seamark.knowledge.frames;

import io.seamark.buffer.BufferedSample;
import io.seamark.buffer.HardSample;
import io.seamark.buffer.ReplayBuffer;
import io.seamark.imaging.Images;
import io.seamark.perception.ClassMap;
import io.seamark.perception.ClassScores;
import io.seamark.perception.Frame;
import io.seamark.perception.PixelConfidence;
import java.io.IOException;
import java.util.List;

/**
 * Buffered samples with their fused answers as targets. What their true labels are is not known
 * here, and would not be read if it were.
 */
public final class BufferedFrames implements LabelledFrames {
  private final ReplayBuffer buffer;
  private final List<Long> sequences;
  private final double sure;

  private BufferedFrames(ReplayBuffer buffer, List<Long> sequences, double sure) {
    this.buffer = buffer;
    this.sequences = List.copyOf(sequences);
    this.sure = sure;
  }

  /**
   * Samples with the cloud's answers as they are: to train on.
   *
   * @param buffer where they are
   * @param sequences which ones
   * @return a view
   */
  public static BufferedFrames answers(ReplayBuffer buffer, List<Long> sequences) {
    return new BufferedFrames(buffer, sequences, 0);
  }

  /**
   * Samples with what speaks for their answers: to judge on. An answer is made from the scores of a
   * model, so agreement with all of it would favour that model whatever it got wrong. Pixels that
   * merely repeat an unsure guess of it are undecided here; what masks changed, and what it was
   * sure of, stays.
   *
   * @param buffer where they are
   * @param sequences which ones
   * @param sure probability from which a guess counts as evidence, 0 to 1
   * @return a view
   */
  public static BufferedFrames evidence(ReplayBuffer buffer, List<Long> sequences, double sure) {
    return new BufferedFrames(buffer, sequences, sure);
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
      Frame frame = Images.decodeFrame(sample.image().bytes());
      byte[] depth = sample.depthPng();
      ClassMap answer = buffered.answer().classMap();
      return new LabelledFrame(
          depth == null ? frame : Images.withDepth(frame, depth),
          sure > 0 ? evidence(answer, sample.scores()) : answer);
    } catch (IllegalArgumentException e) {
      // Dropped since the round began, or a frame of another size than its answer.
      throw new IOException("sample " + sequence + ": " + e.getMessage(), e);
    }
  }

  private ClassMap evidence(ClassMap answer, ClassScores sent) {
    ClassScores scores = sent.resize(answer.width(), answer.height());
    byte[] guess = scores.argmax().classes();
    float[] top = PixelConfidence.of(scores).top();
    byte[] kept = answer.classes().clone();
    for (int i = 0; i < kept.length; i++) {
      if (kept[i] == guess[i] && top[i] < sure) {
        kept[i] = (byte) ClassMap.IGNORE;
      }
    }
    return new ClassMap(answer.width(), answer.height(), kept);
  }

  @Override
  public String source() {
    return "replay buffer";
  }
}
