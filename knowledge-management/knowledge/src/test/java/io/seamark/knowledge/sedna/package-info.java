/** Tests of Sedna's knowledge base. */
@NullMarked
package io.seamark.knowledge.sedna;

import org.jspecify.annotations.NullMarked;
