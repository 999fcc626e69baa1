/**
 * A replay buffer's samples as a table in a file that other programs read: Parquet, or Feather,
 * which is an Arrow IPC file. {@link io.seamark.export.TableFormat} is where to start.
 */
@NullMarked
package io.seamark.export;

import org.jspecify.annotations.NullMarked;
