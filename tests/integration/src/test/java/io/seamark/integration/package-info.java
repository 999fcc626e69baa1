/** Runs the assembled command lines as a user would, with real input and real parts. */
@NullMarked
package io.seamark.integration;

import org.jspecify.annotations.NullMarked;
