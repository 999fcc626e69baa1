/** Plugins with one fault each, beside correct twins: the contracts must tell them apart. */
@NullMarked
package io.seamark.tck.planted;

import org.jspecify.annotations.NullMarked;
