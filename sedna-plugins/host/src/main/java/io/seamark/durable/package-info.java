/**
 * Files that are either whole or not there: {@link io.seamark.durable.DurableFiles} is the one rule
 * by which Seamark writes a file outside of the Arrow log, and {@link
 * io.seamark.durable.OutputFolder} the one rule by which it writes into a folder that a person
 * named.
 */
@NullMarked
package io.seamark.durable;

import org.jspecify.annotations.NullMarked;
