/**
 * How Seamark's log lines come about, at the edge and in the services: the parts log through SLF4J
 * what happened and with what, {@link io.seamark.log.LogProvider} writes names and messages from
 * outside into it so that they cannot be taken for anything else, and {@code java.util.logging}
 * takes it from there.
 */
@NullMarked
package io.seamark.log;

import org.jspecify.annotations.NullMarked;
