/**
 * Finds plugins and makes the configured ones. {@link io.seamark.registry.PluginRegistry} finds
 * them on the class path and in a folder of jars; {@link io.seamark.registry.ConfiguredPlugins}
 * chooses and parametrises them from MicroProfile Config:
 *
 * <ul>
 *   <li>{@code seamark.KIND = NAME} chooses the plugin of a kind, such as {@code
 *       seamark.hard_example_mining = score_margin};
 *   <li>{@code KIND.NAME.PARAMETER = VALUE} sets a hyperparameter, such as {@code
 *       hard_example_mining.score_margin.threshold = 0.6}.
 * </ul>
 *
 * <p>What goes before what is MicroProfile Config's own rule: system properties, then environment
 * variables ({@code HARD_EXAMPLE_MINING_SCORE_MARGIN_THRESHOLD}), then files. An empty value means
 * the default. Whatever is wrong is reported at once, one line each, before any plugin is made.
 */
@NullMarked
package io.seamark.registry;

import org.jspecify.annotations.NullMarked;
