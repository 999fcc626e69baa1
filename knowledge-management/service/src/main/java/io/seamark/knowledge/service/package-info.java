/**
 * Knowledge management over HTTP: edges fetch the champion, people and scripts watch the training.
 * Start with {@link io.seamark.knowledge.service.LearningHost}, which owns everything that the
 * resources show.
 */
@NullMarked
package io.seamark.knowledge.service;

import org.jspecify.annotations.NullMarked;
