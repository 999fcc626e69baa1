/**
 * What the edge measures of itself: MicroProfile metrics under {@code seamark.edge}, and the
 * process's use of processor and memory. Entry type: {@link io.seamark.edge.metrics.EdgeMetrics}.
 */
@NullMarked
package io.seamark.edge.metrics;

import org.jspecify.annotations.NullMarked;
