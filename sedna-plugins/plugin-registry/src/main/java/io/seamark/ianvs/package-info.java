/**
 * Ianvs's files, read as Ianvs writes them. {@link io.seamark.ianvs.AlgorithmFile} is the
 * algorithm, {@link io.seamark.ianvs.YamlSection} a part of any of them.
 */
@NullMarked
package io.seamark.ianvs;

import org.jspecify.annotations.NullMarked;
