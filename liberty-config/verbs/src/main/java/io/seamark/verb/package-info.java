/**
 * Verbs of the full distribution that are a thin command over a library of another part: {@code
 * buffer}, {@code masks}, {@code model} and {@code train}.
 */
@NullMarked
package io.seamark.verb;

import org.jspecify.annotations.NullMarked;
