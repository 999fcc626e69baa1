/**
 * The plugin kinds. A plugin is one small interface, a record of hyperparameters that documents and
 * checks itself, and a name; a {@link io.seamark.plugin.PluginProvider} holds the three together
 * and is found by {@link java.util.ServiceLoader}. Kinds carry the names that KubeEdge Sedna and
 * Ianvs give them: {@link io.seamark.plugin.PluginKind} lists them.
 *
 * <p>Plugins that are called for each frame ({@link io.seamark.plugin.HardExampleMining}, {@link
 * io.seamark.plugin.MaskFusion}, {@link io.seamark.plugin.UnseenTaskProcessing}, {@link
 * io.seamark.plugin.Metric}) may be called from several threads at once.
 */
@NullMarked
package io.seamark.plugin;

import org.jspecify.annotations.NullMarked;
