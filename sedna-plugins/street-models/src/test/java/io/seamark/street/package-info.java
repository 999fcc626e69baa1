@NullMarked
package io.seamark.street;

import org.jspecify.annotations.NullMarked;
