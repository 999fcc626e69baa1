/**
 * The device kit: {@link io.seamark.measure.MeasureVerb} runs the edge loop on a stated stream and
 * writes what it took, {@link io.seamark.measure.ReportVerb} puts two such measurements side by
 * side.
 */
@NullMarked
package io.seamark.measure;

import org.jspecify.annotations.NullMarked;
