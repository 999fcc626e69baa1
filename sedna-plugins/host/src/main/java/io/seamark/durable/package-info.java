/**
 * Files that are either whole or not there, and their digests.
 *
 * <p>The rule: a file that is to stay is (1) written beside its place, (2) forced (fsync), (3)
 * renamed to its place and (4) its folder is forced, and only then does anybody rely on it; a
 * deletion is forced (4) too. A file that fails at any step is not there. {@link
 * io.seamark.durable.DurableFiles} does all four at once. {@link io.seamark.durable.OutputFolder},
 * by which Seamark writes into a folder that a person named, writes many and does (4) once for all,
 * when it is closed or told to; until then a power cut may take a file away, but not cut it.
 *
 * <p>Two things are not written by this rule: the Arrow log, which appends and has a disk of its
 * own that tests can fail ({@code io.seamark.buffer.format.Disk}; its steps are the same), and what
 * nobody misses after a power cut, such as temporary files and parts of a download.
 *
 * <p>A folder that one process keeps to itself carries a {@link io.seamark.durable.FolderLock}.
 *
 * <p>A digest is SHA-256 in lower-case hexadecimal digits, of a file or of bytes ({@link
 * io.seamark.durable.DurableFiles#sha256(java.nio.file.Path)}), or of what is being written ({@link
 * io.seamark.durable.Sha256Output}).
 */
@NullMarked
package io.seamark.durable;

import org.jspecify.annotations.NullMarked;
