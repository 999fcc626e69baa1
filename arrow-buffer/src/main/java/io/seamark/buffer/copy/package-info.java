/**
 * Copies of a replay buffer's sealed segments, in another folder or in an object store.
 *
 * <p>A copy has one object for each segment, {@code n-DIGEST.arrow} with the segment's id as in its
 * file's name and the SHA-256 of its bytes, and {@code seamark-copy.json}, the manifest, that names
 * them. The manifest is written last and replaced as a whole: whoever reads it finds all that it
 * names. {@code seamark-copy.uploading.json} names what is on its way there, so that what a kill
 * leaves behind is known as the copy's own. Other objects are neither read nor deleted.
 */
@NullMarked
package io.seamark.buffer.copy;

import org.jspecify.annotations.NullMarked;
