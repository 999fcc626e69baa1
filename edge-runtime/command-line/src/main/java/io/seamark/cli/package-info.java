/**
 * The command line. {@link io.seamark.cli.Seamark} discovers its {@link io.seamark.cli.Verb}s by
 * {@link java.util.ServiceLoader}, so a distribution has the verbs that its jars bring. The options
 * that verbs share are mixins of this package, and have one name everywhere.
 */
@NullMarked
package io.seamark.cli;

import org.jspecify.annotations.NullMarked;
