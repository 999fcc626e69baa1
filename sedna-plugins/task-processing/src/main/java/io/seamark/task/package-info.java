/**
 * Sedna's ways to divide a round's samples into tasks ({@code task_definition}), to find the tasks
 * that share a model ({@code task_relationship_discovery}), to gather what each model is trained on
 * ({@code task_remodeling}), to say which task a frame belongs to ({@code task_allocation}), to put
 * the answers of several models together ({@code inference_integrate}), to look again at hard
 * samples ({@code unseen_sample_re_recognition}), and to say which task those belong to ({@code
 * unseen_task_allocation}). Where Sedna's default does not suit a loop that deploys one model,
 * {@code shared_model} and {@code all_unseen} stand in.
 *
 * <p>Not here are Sedna's {@code TaskDefinitionBySVC} and {@code TaskAllocationBySVC}, which
 * cluster samples by a support vector machine on their tabular features, which frames do not have;
 * and {@code TaskAllocationStream}, which allocates every sample to task 0 as {@code
 * TaskAllocationDefault} does.
 */
@NullMarked
package io.seamark.task;

import org.jspecify.annotations.NullMarked;
