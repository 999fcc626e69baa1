/**
 * What a run leaves for people and programs, from one {@link io.seamark.report.RunRecord}: {@link
 * io.seamark.report.HtmlReport} writes a page, {@link io.seamark.report.RunDetails} is what {@code
 * summary.json} has of it. {@link io.seamark.report.CurvePicture} is what a benchmark draws.
 */
@NullMarked
package io.seamark.report;

import org.jspecify.annotations.NullMarked;
