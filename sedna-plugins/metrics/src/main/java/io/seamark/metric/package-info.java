/** The figures an answer is scored by, as plugins. */
@NullMarked
package io.seamark.metric;

import org.jspecify.annotations.NullMarked;
