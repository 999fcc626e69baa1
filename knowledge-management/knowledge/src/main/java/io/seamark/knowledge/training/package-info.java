/**
 * One round of training: which samples it draws from and which are held out, how frames are varied,
 * and how the result becomes a judged version. Start with {@link
 * io.seamark.knowledge.training.TrainingRound}.
 */
@NullMarked
package io.seamark.knowledge.training;

import org.jspecify.annotations.NullMarked;
