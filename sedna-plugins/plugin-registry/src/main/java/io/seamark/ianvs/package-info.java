/**
 * Ianvs's files, read as Ianvs writes them. {@link io.seamark.ianvs.AlgorithmFile} is the entry.
 */
@NullMarked
package io.seamark.ianvs;

import org.jspecify.annotations.NullMarked;
