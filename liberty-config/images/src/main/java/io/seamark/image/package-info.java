/**
 * Builds the container images, for two architectures and without a container engine: Jib lays the
 * distributions out in layers.
 */
@NullMarked
package io.seamark.image;

import org.jspecify.annotations.NullMarked;
