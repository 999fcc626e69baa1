/**
 * The device's side of the loop: {@link io.seamark.edge.EdgeLoop} takes frames from a source,
 * labels them with a {@link io.seamark.edge.sync.LiveModel}, lets a miner decide which are hard,
 * answers at once and leaves the hard ones in a durable outbox. {@link io.seamark.edge.upload}
 * carries the outbox to the cloud, {@link io.seamark.edge.sync} brings new models; neither ever
 * makes a frame wait.
 */
@NullMarked
package io.seamark.edge;

import org.jspecify.annotations.NullMarked;
