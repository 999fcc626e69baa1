package io.seamark.edge.upload;

import io.seamark.buffer.FusedAnswer;
import io.seamark.buffer.HardSample;

/**
 * The cloud's answer to a frame, hard or audited.
 *
 * @param sample the frame as it was sent
 * @param answer class map with the edge model's own class where the cloud leaves a pixel undecided,
 *     number of masks and stage times
 * @param agreement share of the pixels that the cloud decided on which the edge model has the same
 *     class, 0 to 1; not a number where it decided none
 * @param seconds from sending to answer, retries not counted
 * @param bytesUp size of the request's body
 * @param bytesDown size of the answer's body
 */
public record CloudAnswer(
    HardSample sample,
    FusedAnswer answer,
    double agreement,
    double seconds,
    long bytesUp,
    long bytesDown) {}
