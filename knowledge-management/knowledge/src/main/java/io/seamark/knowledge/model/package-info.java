/**
 * Edge models by version. {@link io.seamark.knowledge.model.ModelRegistry} keeps them in one folder
 * that survives a crash in any state:
 *
 * <table>
 *   <caption>Files</caption>
 *   <tr><th>name</th><th>holds</th></tr>
 *   <tr><td>{@code vN.safetensors}</td><td>the weights of version N, never changed</td></tr>
 *   <tr><td>{@code vN.json}</td><td>{@link io.seamark.knowledge.model.ModelVersion}: digest,
 *     parent, verdict, figures, provenance. Written after the weights: a version exists when this
 *     file does</td></tr>
 *   <tr><td>{@code champion.json}</td><td>which version serves, with the highest version judged when
 *     that was decided</td></tr>
 *   <tr><td>{@code champion.safetensors}</td><td>a copy of the serving version's weights</td></tr>
 *   <tr><td>{@code .staged-vN.safetensors}</td><td>weights that are being judged</td></tr>
 *   <tr><td>{@code .lock}</td><td>held by the one process that has the folder open</td></tr>
 * </table>
 *
 * <p>Every file is written beside its place, forced to the device and renamed.
 */
@NullMarked
package io.seamark.knowledge.model;

import org.jspecify.annotations.NullMarked;
