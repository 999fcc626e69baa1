/** Tests. */
@NullMarked
package io.seamark.host;

import org.jspecify.annotations.NullMarked;
