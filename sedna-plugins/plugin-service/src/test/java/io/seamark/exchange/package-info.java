@NullMarked
package io.seamark.exchange;

import org.jspecify.annotations.NullMarked;
