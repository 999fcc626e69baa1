/**
 * Finds plugins and makes the configured ones. {@link io.seamark.registry.PluginRegistry} finds
 * them on the class path and in a folder of jars and folders of jars; {@link
 * io.seamark.registry.ConfiguredPlugins} chooses and parametrises them from MicroProfile Config:
 *
 * <ul>
 *   <li>{@code seamark.KIND = NAME} chooses the plugin of a kind, such as {@code
 *       seamark.hard_example_mining = score_margin};
 *   <li>{@code KIND.NAME.PARAMETER = VALUE} sets a hyperparameter, such as {@code
 *       hard_example_mining.score_margin.threshold = 0.6}.
 * </ul>
 *
 * <p>What goes before what stands in {@code io.seamark.configuration}. An empty value means the
 * default; underscores in a parameter's name, as Sedna and Ianvs write them, stand for dashes.
 * Whatever is wrong is reported at once, one line each, before any plugin is made.
 */
@NullMarked
package io.seamark.registry;

import org.jspecify.annotations.NullMarked;
