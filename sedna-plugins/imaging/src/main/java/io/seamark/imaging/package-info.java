/**
 * Image files to and from the loop's data, and colours for class maps. What is read is not trusted:
 * sizes are checked in the header before anything is decoded, and damaged files are refused instead
 * of filled with grey.
 */
@NullMarked
package io.seamark.imaging;

import org.jspecify.annotations.NullMarked;
