/**
 * Fetches published checkpoints that this project can open: {@link io.seamark.pull.PublishedModel}
 * says which there are, {@link io.seamark.pull.ModelPull} brings one into a folder.
 */
@NullMarked
package io.seamark.pull;

import org.jspecify.annotations.NullMarked;
