@NullMarked
package io.seamark.imaging;

import org.jspecify.annotations.NullMarked;
