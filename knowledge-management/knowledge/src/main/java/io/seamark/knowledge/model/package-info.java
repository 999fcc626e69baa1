/**
 * Edge models by version. {@link io.seamark.knowledge.model.ModelRegistry} keeps them in a storage,
 * a plugin of kind {@code knowledge_management}, that survives a crash in any state. These are its
 * objects; of {@code local_folder} they are files:
 *
 * <table>
 *   <caption>Objects</caption>
 *   <tr><th>name</th><th>holds</th></tr>
 *   <tr><td>{@code vN.safetensors}</td><td>the weights of version N, never changed;
 *     those of a rejected version are dropped when {@code seamark.models.rejected} newer ones were
 *     rejected</td></tr>
 *   <tr><td>{@code vN.json}</td><td>{@link io.seamark.knowledge.model.ModelVersion}: digest,
 *     parent, verdict, figures, provenance. Written after the weights: a version exists when this
 *     object does. One that cannot be read is named and stays, and the other versions
 *     serve</td></tr>
 *   <tr><td>{@code champion.json}</td><td>which version serves, with the highest version judged when
 *     that was decided</td></tr>
 *   <tr><td>{@code rollout.json}</td><td>{@link io.seamark.knowledge.model.Rollout}: which edges get
 *     the champion first, and what the others keep; without it all get the champion</td></tr>
 *   <tr><td>{@code champion.safetensors}</td><td>a copy of the serving version's weights</td></tr>
 * </table>
 *
 * <p>In the folder on this machine are also {@code .staged-vN.safetensors}, weights that are being
 * judged, and of {@code local_folder} {@code .lock}, held by the one process that has it open.
 * {@code local_folder} writes every file beside its place, forces it to the device and renames it.
 */
@NullMarked
package io.seamark.knowledge.model;

import org.jspecify.annotations.NullMarked;
