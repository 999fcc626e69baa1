/**
 * The cloud's workers of Sedna's lifelong-learning job: {@code seamark sedna train} and {@code
 * eval}. They report to Sedna's local controller ({@link io.seamark.sedna.LocalController}) and
 * keep files in its knowledge base ({@link io.seamark.sedna.job.KnowledgeBase}). Training and
 * judging are those of the other verbs.
 */
@NullMarked
package io.seamark.sedna.job;

import org.jspecify.annotations.NullMarked;
