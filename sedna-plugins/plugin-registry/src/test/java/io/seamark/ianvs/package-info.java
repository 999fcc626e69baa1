@NullMarked
package io.seamark.ianvs;

import org.jspecify.annotations.NullMarked;
