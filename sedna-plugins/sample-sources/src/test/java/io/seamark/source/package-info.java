@NullMarked
package io.seamark.source;

import org.jspecify.annotations.NullMarked;
