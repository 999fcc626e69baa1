/** {@code seamark run}: the whole loop in one command. Cloud, edge, training, judgement, report. */
@NullMarked
package io.seamark.run;

import org.jspecify.annotations.NullMarked;
