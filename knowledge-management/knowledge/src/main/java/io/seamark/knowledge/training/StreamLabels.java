package io.seamark.knowledge.training;

import io.seamark.knowledge.frames.LabelledFrames;
import io.seamark.knowledge.frames.LabelledFrames.LabelledFrame;
import io.seamark.perception.ClassMap;
import io.seamark.perception.ClassScores;
import io.seamark.perception.Frame;
import io.seamark.plugin.BaseModel;
import io.seamark.setting.FrameSize;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Labels frames of the stream anew with the model of the round itself, once it knows the new look:
 * what the cloud answered came from the model that did not. It looks at each frame brightened where
 * it is dark, and mirrored, and takes the mean of both probabilities; where the best of them is
 * unsure, nothing is learnt (self-training with a threshold, as in Zou et al. 2018, CBST). Where
 * the cloud's masks are known, each can be labelled as a whole ({@link MaskVote}).
 */
final class StreamLabels {
  private static final Logger LOG = LoggerFactory.getLogger(StreamLabels.class);

  /** Mean that darker frames are brightened to, on a scale of 0 to 1. */
  private static final double BRIGHTNESS = 0.42;

  /** Of all labels together. */
  private static final long MAX_BYTES = 32 << 20;

  private StreamLabels() {}

  /**
   * How many frames can be labelled anew.
   *
   * @param size of each
   * @param most asked for
   * @return at least 1
   */
  static int most(FrameSize size, int most) {
    long each = (long) size.width() * size.height();
    return (int) Math.max(1, Math.min(most, MAX_BYTES / each));
  }

  /**
   * Labels frames.
   *
   * @param frames all of one size; read again when they are used
   * @param model file of the one that labels them
   * @param basemodel opens it
   * @param sure probability from which a label is learnt from, 0 to 1
   * @param masks whether masks that are known are labelled as a whole
   * @param control watches and stops it
   * @return the frames that could be read, with the model's labels; none of them if it was stopped
   * @throws IOException if the model cannot be opened
   */
  static LabelledFrames of(
      LabelledFrames frames,
      Path model,
      BaseModel basemodel,
      double sure,
      boolean masks,
      RoundControl control)
      throws IOException {
    Map<Boolean, BaseModel.Session> sessions = new HashMap<>();
    List<Integer> indices = new ArrayList<>();
    List<ClassMap> labels = new ArrayList<>();
    try {
      for (int i = 0; i < frames.size() && !control.cancelled(); i++) {
        LabelledFrame read;
        try {
          read = frames.read(i);
        } catch (IOException e) {
          LOG.warn("a frame of the stream is not labelled anew: {}", e.getMessage());
          continue;
        }
        Frame frame = read.frame();
        boolean depth = frame.depth() != null;
        BaseModel.Session session = sessions.get(depth);
        if (session == null) {
          session = basemodel.open(model, frame.width(), frame.height(), depth);
          sessions.put(depth, session);
        }
        indices.add(i);
        labels.add(label(session, frame, masks ? read.segments() : null, sure));
      }
    } finally {
      sessions.values().forEach(BaseModel.Session::close);
    }
    return new LabelledFrames() {
      @Override
      public int size() {
        return indices.size();
      }

      @Override
      public LabelledFrame read(int index) throws IOException {
        return new LabelledFrame(frames.read(indices.get(index)).frame(), labels.get(index));
      }

      @Override
      public String source() {
        return frames.source() + ", labelled anew";
      }
    };
  }

  private static ClassMap label(
      BaseModel.Session session, Frame frame, @Nullable ClassMap segments, double sure) {
    double gamma = frame.gammaTo(BRIGHTNESS);
    Frame bright = gamma < 1 ? frame.withGamma(gamma) : frame;
    ClassScores straight = session.infer(bright).scores();
    float[] mean = straight.probabilities();
    float[] mirrored = session.infer(bright.mirrored()).scores().mirrored().probabilities();
    for (int i = 0; i < mean.length; i++) {
      mean[i] = (mean[i] + mirrored[i]) / 2;
    }
    ClassScores whole =
        new ClassScores(straight.classes(), straight.width(), straight.height(), mean)
            .resize(frame.width(), frame.height());
    if (segments != null) {
      return MaskVote.labels(whole, segments, sure);
    }
    float[] probabilities = whole.logits();
    byte[] classes = whole.argmax().classes();
    int plane = frame.width() * frame.height();
    for (int i = 0; i < plane; i++) {
      if (probabilities[(classes[i] & 0xFF) * plane + i] < sure) {
        classes[i] = (byte) ClassMap.IGNORE;
      }
    }
    return new ClassMap(frame.width(), frame.height(), classes);
  }
}
