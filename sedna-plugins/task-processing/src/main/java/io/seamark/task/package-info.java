/**
 * Sedna's ways to divide a round's samples into tasks ({@code task_definition}), to find the tasks
 * that share a model ({@code task_relationship_discovery}), to gather what each model is trained on
 * ({@code task_remodeling}), and to look again at hard samples ({@code
 * unseen_sample_re_recognition}). Where Sedna's default does not suit a loop that deploys one
 * model, {@code shared_model} and {@code all_unseen} stand in.
 *
 * <p>Not here is Sedna's {@code TaskDefinitionBySVC}: it clusters samples by a support vector
 * machine on their tabular features, which frames do not have.
 */
@NullMarked
package io.seamark.task;

import org.jspecify.annotations.NullMarked;
