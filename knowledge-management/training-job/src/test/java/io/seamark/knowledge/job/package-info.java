/** Tests of rounds as Jobs against an API server that keeps what it is given. */
@NullMarked
package io.seamark.knowledge.job;

import org.jspecify.annotations.NullMarked;
