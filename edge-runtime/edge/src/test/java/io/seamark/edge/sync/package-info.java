@NullMarked
package io.seamark.edge.sync;

import org.jspecify.annotations.NullMarked;
