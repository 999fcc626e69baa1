/**
 * The verbs that only the full distribution has, each a thin command over the library that does the
 * work.
 */
@NullMarked
package io.seamark.verb;

import org.jspecify.annotations.NullMarked;
