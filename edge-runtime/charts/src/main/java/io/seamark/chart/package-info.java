/**
 * Pages and pictures of figures: {@link io.seamark.chart.HtmlPage} fills a page that loads nothing,
 * {@link io.seamark.chart.TimePlot} draws curves over time, and {@link io.seamark.chart.SvgChart}
 * draws any chart as SVG.
 */
@NullMarked
package io.seamark.chart;

import org.jspecify.annotations.NullMarked;
