package io.seamark.unknown.segment;

import io.seamark.perception.Frame;
import org.jspecify.annotations.Nullable;

/** SAM's two networks: an image is encoded once and then decoded for each prompt. */
interface PromptedNetwork extends AutoCloseable {
  /** Side of the encoder's square input, in pixels. */
  int imageSize();

  /** Side of a mask's logits, in cells; 3 to {@link #imageSize}. */
  int side();

  /** Side of a mask prompt, in cells; 0 if the network takes none. */
  int promptSide();

  /** How many prompts may be decoded at the same time. */
  int workers();

  /**
   * Encodes a part of a frame, which decoding then refers to. Not while prompts are decoded.
   *
   * @param frame RGB
   * @param crop the part
   */
  void encode(Frame frame, Crop crop);

  /**
   * Decodes one point on the foreground.
   *
   * @param worker from 0, below {@link #workers}; one call at a time each
   * @param x in pixels of the encoder's input
   * @param y in pixels of the encoder's input
   * @return the network's own estimate of the quality of each of the point's masks
   */
  float[] decode(int worker, float x, float y);

  /**
   * The logits of a mask of the worker's last point.
   *
   * @param worker that decoded
   * @param mask index into what {@link #decode} returned
   * @param into [side, side], row-major
   */
  void logits(int worker, int mask, float[] into);

  /**
   * Decodes a prompt of any number of points. Not while others are decoded.
   *
   * @param points x and y of each in pixels of the encoder's input, with what stands for a box
   * @param labels SAM's label of each
   * @param mask logits [promptSide, promptSide] of a mask prompt, row-major; null for none
   * @param several whether the nested masks are wanted, or one that fits all points
   * @return the masks
   */
  Decoded decode(float[] points, float[] labels, float @Nullable [] mask, boolean several);

  /**
   * What a prompt gave.
   *
   * @param ious the network's own estimate of the quality of each mask
   * @param logits [masks, side, side], row-major
   */
  @SuppressWarnings("ArrayRecordComponent")
  record Decoded(float[] ious, float[] logits) {}

  @Override
  void close();
}
