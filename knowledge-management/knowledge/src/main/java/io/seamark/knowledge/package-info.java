/**
 * Lifelong learning in the cloud: {@link io.seamark.knowledge.LifelongLearning} watches the replay
 * buffer and lets a {@link io.seamark.knowledge.training.TrainingRound} make, judge and publish new
 * versions of the edge model in a {@link io.seamark.knowledge.model.ModelRegistry}. Nothing here
 * ever reads a label of a streamed frame; labels come with retained frames alone.
 */
@NullMarked
package io.seamark.knowledge;

import org.jspecify.annotations.NullMarked;
