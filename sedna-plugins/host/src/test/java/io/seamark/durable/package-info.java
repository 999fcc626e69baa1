/** Tests of files that are whole or not there. */
@NullMarked
package io.seamark.durable;

import org.jspecify.annotations.NullMarked;
