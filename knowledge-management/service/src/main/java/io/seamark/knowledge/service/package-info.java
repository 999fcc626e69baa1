/**
 * Knowledge management over HTTP: edges fetch the champion, people and scripts watch the training,
 * and Sedna's workers keep their files in {@link
 * io.seamark.knowledge.service.KnowledgeBaseResource}. Start with {@link
 * io.seamark.knowledge.service.LearningHost}, which owns everything that the resources show.
 */
@NullMarked
package io.seamark.knowledge.service;

import org.jspecify.annotations.NullMarked;
