@NullMarked
package io.seamark.registry;

import org.jspecify.annotations.NullMarked;
