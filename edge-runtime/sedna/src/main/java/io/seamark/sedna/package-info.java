/**
 * Workers of Sedna's lifelong-learning job, as far as a device needs them: {@code seamark sedna
 * infer}, and what all workers share. They are told by Sedna's environment variables what to do
 * ({@link io.seamark.setting.SednaWorkerSettings}), and hand models to each other by an index
 * ({@link io.seamark.sedna.JobIndex}) in the places where Sedna keeps its own. A distribution that
 * trains adds its workers as {@link io.seamark.sedna.SednaWorker}.
 */
@NullMarked
package io.seamark.sedna;

import org.jspecify.annotations.NullMarked;
