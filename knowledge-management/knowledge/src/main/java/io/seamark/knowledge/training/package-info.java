/**
 * One round of training: which samples it draws from and which are held out, how frames are varied,
 * and how the result becomes a judged version. Start with {@link
 * io.seamark.knowledge.training.Learner}, which trains and judges for services and benchmarks alike
 * through the base model's plugins; {@link io.seamark.knowledge.training.TrainingRound} gives it a
 * replay buffer and keeps what comes of it.
 *
 * <p>One model is deployed, so {@code task_relationship_discovery} must put all tasks of at least
 * ten samples in one group, as {@code shared_model} does; one that does not is refused at the
 * start. Figures of each task stand in a version's provenance as {@code task.ENTRY.trained}, {@code
 * .held_out} (samples), {@code .serving} and {@code .candidate} (mean IoU with the cloud's
 * answers).
 */
@NullMarked
package io.seamark.knowledge.training;

import org.jspecify.annotations.NullMarked;
