/** Tests of how the folder is found. */
@NullMarked
package io.seamark.shared;

import org.jspecify.annotations.NullMarked;
