/** Runs the Liberty services of a distribution as child processes. */
@NullMarked
package io.seamark.cloud;

import org.jspecify.annotations.NullMarked;
