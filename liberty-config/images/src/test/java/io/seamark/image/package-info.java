/** Tests of the container images. */
@NullMarked
package io.seamark.image;

import org.jspecify.annotations.NullMarked;
