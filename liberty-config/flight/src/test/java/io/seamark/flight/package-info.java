/** Tests of the buffer over Flight, by Arrow's own client. */
@NullMarked
package io.seamark.flight;

import org.jspecify.annotations.NullMarked;
