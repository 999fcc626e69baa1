@NullMarked
package io.seamark.cli;

import org.jspecify.annotations.NullMarked;
