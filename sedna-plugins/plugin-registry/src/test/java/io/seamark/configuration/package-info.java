@NullMarked
package io.seamark.configuration;

import org.jspecify.annotations.NullMarked;
