/**
 * Where frames come from: {@link io.seamark.source.ImageFolder} reads images and labels from disk,
 * {@link io.seamark.source.ProceduralStreet} draws a street of its own under any {@link
 * io.seamark.source.Weather}.
 */
@NullMarked
package io.seamark.source;

import org.jspecify.annotations.NullMarked;
