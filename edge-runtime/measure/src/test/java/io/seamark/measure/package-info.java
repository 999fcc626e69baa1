/** Tests of the device kit. */
@NullMarked
package io.seamark.measure;

import org.jspecify.annotations.NullMarked;
