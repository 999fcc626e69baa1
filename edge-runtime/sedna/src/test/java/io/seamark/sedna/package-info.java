/** Workers against doubles of Sedna's services, and jobs of whole processes. */
@NullMarked
package io.seamark.sedna;

import org.jspecify.annotations.NullMarked;
