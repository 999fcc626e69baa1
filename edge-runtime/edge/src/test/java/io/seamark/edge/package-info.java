@NullMarked
package io.seamark.edge;

import org.jspecify.annotations.NullMarked;
