/**
 * What cannot be done, by whose matter that is: {@link io.seamark.failure.FailureKind}. Whoever
 * fails says the kind; what a kind means outside, such as an HTTP status or an exit status, is
 * decided in one place of each outside.
 */
@NullMarked
package io.seamark.failure;

import org.jspecify.annotations.NullMarked;
