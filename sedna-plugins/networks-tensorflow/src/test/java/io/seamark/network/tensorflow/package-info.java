@NullMarked
package io.seamark.network.tensorflow;

import org.jspecify.annotations.NullMarked;
