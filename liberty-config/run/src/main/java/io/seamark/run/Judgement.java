package io.seamark.run;

import io.seamark.perception.ConfusionMatrix;

/**
 * The figures a run ends with, each row on one set of labelled frames.
 *
 * @param drifted whether the frames are those of other domains than the first; false where the
 *     source tells no domains apart, and all frames are judged
 * @param sent frames that the cloud answered
 * @param untrained those of {@code sent} that no training drew from
 * @param all every frame; its {@code cloud} is the system's answer, the edge's own where the frame
 *     was easy
 */
record Judgement(boolean drifted, Row sent, Row untrained, Row all) {
  /**
   * Mean IoU, 0 to 1, NaN without frames.
   *
   * @param frames how many
   * @param start the edge model the run began with, alone
   * @param cloud the answers given
   * @param updated the edge model the run ended with, alone
   */
  record Row(int frames, double start, double cloud, double updated) {}

  /** Adds up a row. */
  static final class Sum {
    private final ConfusionMatrix start;
    private final ConfusionMatrix cloud;
    private final ConfusionMatrix updated;
    private int frames;

    Sum(int classes) {
      start = new ConfusionMatrix(classes);
      cloud = new ConfusionMatrix(classes);
      updated = new ConfusionMatrix(classes);
    }

    void add(ConfusionMatrix atStart, ConfusionMatrix ofCloud, ConfusionMatrix afterUpdate) {
      frames++;
      start.add(atStart);
      cloud.add(ofCloud);
      updated.add(afterUpdate);
    }

    Row row() {
      return new Row(frames, start.meanIou(), cloud.meanIou(), updated.meanIou());
    }
  }
}
