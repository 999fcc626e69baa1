/** For tests: where real frames, published checkpoints and recorded vectors lie. */
@NullMarked
package io.seamark.shared;

import org.jspecify.annotations.NullMarked;
