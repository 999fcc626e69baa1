package io.seamark.edge;

import io.seamark.edge.upload.CloudAnswer;
import io.seamark.perception.UnreadableSample;

/**
 * Where answers go. {@link #improved}, {@link #audited} and {@link #refused} come from the delivery
 * thread, the others from the loop's, so an implementation must allow for both. What a sink throws
 * ends the loop.
 */
public interface AnswerSink {
  /**
   * The edge's own answer, for every frame, in the order of the stream.
   *
   * @param answer the answer
   */
  void answered(EdgeAnswer answer);

  /**
   * The cloud's answer, which replaces the edge's. May come long after, also for frames of an
   * earlier process whose outbox this one took over.
   *
   * @param answer the answer
   */
  default void improved(CloudAnswer answer) {}

  /**
   * The cloud's answer to an easy frame that was audited: the edge's answer stands. May come as
   * late as that to a hard one.
   *
   * @param answer the answer, which says how far both agree
   */
  default void audited(CloudAnswer answer) {}

  /**
   * The cloud will never answer this frame: the edge's answer stands.
   *
   * @param id of the frame
   * @param reason one line for people
   */
  default void refused(String id, String reason) {}

  /**
   * An item that could not be read or labelled; the stream goes on.
   *
   * @param item which and why
   */
  default void skipped(UnreadableSample item) {}
}
