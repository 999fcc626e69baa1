@NullMarked
package io.seamark.bench;

import org.jspecify.annotations.NullMarked;
