/**
 * Image files to and from the loop's data, and colours for class maps. What is read is not trusted:
 * sizes are checked in the header before anything is decoded, damaged files are refused instead of
 * filled with grey, and what a file's values mean (turned how, in which colours, in which unit) is
 * heeded or the file refused.
 */
@NullMarked
package io.seamark.imaging;

import org.jspecify.annotations.NullMarked;
