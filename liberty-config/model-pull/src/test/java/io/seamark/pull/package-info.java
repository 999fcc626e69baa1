@NullMarked
package io.seamark.pull;

import org.jspecify.annotations.NullMarked;
