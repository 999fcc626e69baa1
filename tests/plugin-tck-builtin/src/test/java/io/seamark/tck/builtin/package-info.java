/** Every built-in plugin against the contract of its kind. */
@NullMarked
package io.seamark.tck.builtin;

import org.jspecify.annotations.NullMarked;
