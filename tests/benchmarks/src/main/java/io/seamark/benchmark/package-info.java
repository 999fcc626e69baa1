/**
 * Speed and memory as ratios against a peer in the same run: the arms take turns, so that both see
 * the same noise. Each class is a program of its own; this module's README has the commands. {@code
 * mvn -q verify -pl tests/benchmarks -am -DskipTests -Pbenchmark -Dbenchmark=CLASS} runs one that
 * takes no arguments.
 */
@NullMarked
package io.seamark.benchmark;

import org.jspecify.annotations.NullMarked;
