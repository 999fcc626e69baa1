/**
 * Workers of Sedna's lifelong-learning job: {@code seamark sedna train}, {@code eval} and {@code
 * infer}. They are told by Sedna's environment variables what to do ({@link
 * io.seamark.setting.SednaWorkerSettings}), report to its local controller ({@link
 * io.seamark.sedna.LocalController}), keep files in its knowledge base ({@link
 * io.seamark.sedna.KnowledgeBase}), and hand models to each other by an index ({@link
 * io.seamark.sedna.JobIndex}) in the places where Sedna keeps its own. Training, inference and
 * model updates are those of the other verbs.
 */
@NullMarked
package io.seamark.sedna;

import org.jspecify.annotations.NullMarked;
