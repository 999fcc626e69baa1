package io.seamark.edge;

import io.seamark.perception.Prediction;
import io.seamark.perception.Sample;
import io.seamark.plugin.MiningDecision;

/**
 * The edge model's own answer to a frame, given at once whether the frame is hard or not.
 *
 * @param index place in the stream, from 0, skipped items not counted
 * @param sample the frame
 * @param prediction what the edge model says of it
 * @param decision hard or easy
 * @param modelVersion version of the model that answered
 * @param stored whether the frame is in the outbox and the cloud's answer will replace this one;
 *     false for easy frames, audited or not, without a cloud, and where the outbox could not take
 *     it
 * @param inferSeconds time in known-sample inference: allocation, model and integration
 * @param totalSeconds time from frame to answer: model, miner and outbox
 */
public record EdgeAnswer(
    long index,
    Sample sample,
    Prediction prediction,
    MiningDecision decision,
    String modelVersion,
    boolean stored,
    double inferSeconds,
    double totalSeconds) {}
