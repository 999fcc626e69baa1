/** Tests of what a cluster is given. */
@NullMarked
package io.seamark.cluster;

import org.jspecify.annotations.NullMarked;
