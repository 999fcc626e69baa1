@NullMarked
package io.seamark.run;

import org.jspecify.annotations.NullMarked;
