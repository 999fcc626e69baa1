/** Runs the Liberty services of a distribution as child processes: {@code seamark serve}. */
@NullMarked
package io.seamark.cloud;

import org.jspecify.annotations.NullMarked;
