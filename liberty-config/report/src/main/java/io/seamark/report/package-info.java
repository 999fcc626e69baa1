/**
 * What a run leaves for people and programs: {@link io.seamark.report.HtmlReport} writes a page and
 * a JSON file from one {@link io.seamark.report.RunRecord}.
 */
@NullMarked
package io.seamark.report;

import org.jspecify.annotations.NullMarked;
