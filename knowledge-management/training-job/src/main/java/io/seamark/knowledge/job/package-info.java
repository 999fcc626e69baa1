/**
 * Rounds of knowledge management as Jobs of Kubernetes: a Job trains in a folder that both share,
 * on a copy of what it needs of the model registry, and the service takes in the version that it
 * leaves there. {@link io.seamark.knowledge.job.TrainingPlace} says where rounds run.
 */
@NullMarked
package io.seamark.knowledge.job;

import org.jspecify.annotations.NullMarked;
