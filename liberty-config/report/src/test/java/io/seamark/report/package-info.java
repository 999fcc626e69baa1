@NullMarked
package io.seamark.report;

import org.jspecify.annotations.NullMarked;
