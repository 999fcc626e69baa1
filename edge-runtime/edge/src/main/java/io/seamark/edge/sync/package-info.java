/**
 * Model updates: asks knowledge-management for its champion, checks size and digest, keeps the
 * files in a folder of the device and hands them to the {@link io.seamark.edge.sync.LiveModel}.
 */
@NullMarked
package io.seamark.edge.sync;

import org.jspecify.annotations.NullMarked;
