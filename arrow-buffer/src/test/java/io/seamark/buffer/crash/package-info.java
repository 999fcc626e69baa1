/**
 * Stores that are stopped at any moment, and what must be in them afterwards. A {@link
 * io.seamark.buffer.crash.Trial} works on a store, writing a {@link io.seamark.buffer.crash.Ledger}
 * of what was begun and what was acknowledged, and holds the store against it after a crash. The
 * same trials run in a process that is killed ({@link io.seamark.buffer.crash.KillHarness}), on a
 * disk that loses what was never forced, and on one that fails.
 */
@NullMarked
package io.seamark.buffer.crash;

import org.jspecify.annotations.NullMarked;
