@NullMarked
package io.seamark.verb;

import org.jspecify.annotations.NullMarked;
