package io.seamark.buffer;

/**
 * What a sample's message says of its sizes, held against the sizes of what it holds. Learnt
 * without unpacking it, so that memory can be counted before it is taken.
 *
 * @param id names the sample within its edge
 * @param edge name of the edge
 * @param width of the frame, in pixels; the image itself has yet to agree
 * @param height of the frame, in pixels; at most 40 megapixels together
 * @param imageBytes of the image file
 * @param depthBytes of the depth file; 0 if there is none
 * @param classes of the scores, 1 to 255
 * @param scoresWidth of the scores, in cells
 * @param scoresHeight of the scores, in cells
 * @param decodingBytes the most memory that {@link ArrowMessages#decodeSample(byte[], long)} takes
 *     on the heap, in bytes, the sample that it returns included, the message not
 */
public record SampleSizes(
    String id,
    String edge,
    int width,
    int height,
    int imageBytes,
    int depthBytes,
    int classes,
    int scoresWidth,
    int scoresHeight,
    long decodingBytes) {
  /** Room for all that is small: names, lists, and what reading them leaves behind. */
  static final long REST = 256 << 10;
}
