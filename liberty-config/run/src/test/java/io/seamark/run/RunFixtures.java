package io.seamark.run;

import io.seamark.buffer.FusedAnswer;
import io.seamark.buffer.HardSample;
import io.seamark.edge.EdgeAnswer;
import io.seamark.edge.upload.CloudAnswer;
import io.seamark.perception.ClassMap;
import io.seamark.perception.ClassScores;
import io.seamark.perception.EncodedImage;
import io.seamark.perception.Frame;
import io.seamark.perception.PixelConfidence;
import io.seamark.perception.Prediction;
import io.seamark.perception.Sample;
import io.seamark.plugin.MiningDecision;
import java.util.Arrays;
import java.util.Map;

/** Frames of 8x8 pixels with three classes; every label is class 1. */
final class RunFixtures {
  static final int SIDE = 8;
  static final int CLASSES = 3;

  private RunFixtures() {}

  static ClassMap map(int classIndex) {
    byte[] classes = new byte[SIDE * SIDE];
    Arrays.fill(classes, (byte) classIndex);
    return new ClassMap(SIDE, SIDE, classes);
  }

  // The compiler drops the annotation of a record's array component from its constructor.
  @SuppressWarnings("NullAway")
  static Sample sample(String id, String domain) {
    return new Sample(
        id, domain, new Frame(SIDE, SIDE, new byte[3 * SIDE * SIDE], null), null, map(1));
  }

  static EdgeAnswer edge(long index, String id, String domain, boolean hard, int answer) {
    ClassScores scores = new ClassScores(CLASSES, 2, 2, new float[CLASSES * 4]);
    MiningDecision decision =
        hard
            ? new MiningDecision.Hard(0.1, 0.6, "margin 0.1 < 0.6")
            : new MiningDecision.Easy(0.9, 0.6, "margin 0.9 >= 0.6");
    return new EdgeAnswer(
        index,
        sample(id, domain),
        new Prediction(map(answer), scores, PixelConfidence.of(scores)),
        decision,
        "v0",
        hard,
        0.01,
        0.02);
  }

  @SuppressWarnings("NullAway") // As above.
  static CloudAnswer cloud(String id, int answer) {
    HardSample sample =
        new HardSample(
            id,
            "edge",
            "dusk",
            1,
            SIDE,
            SIDE,
            new EncodedImage(EncodedImage.JPEG, new byte[] {1}),
            null,
            new ClassScores(CLASSES, 2, 2, new float[CLASSES * 4]),
            "v0",
            "score_margin",
            0.1,
            0.6);
    return new CloudAnswer(
        sample, new FusedAnswer(map(answer), 1, "sam_fusion", Map.of()), 0.5, 0.5, 100, 10);
  }
}
