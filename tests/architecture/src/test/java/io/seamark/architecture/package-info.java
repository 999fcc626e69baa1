/** Rules on the structure of the whole project, read from its compiled classes. */
@NullMarked
package io.seamark.architecture;

import org.jspecify.annotations.NullMarked;
