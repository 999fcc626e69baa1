@NullMarked
package io.seamark.edge.upload;

import org.jspecify.annotations.NullMarked;
