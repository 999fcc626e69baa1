/**
 * How everything that can be set is declared and bound. A plugin's hyperparameters and the settings
 * of Seamark's own parts are records whose components carry {@link
 * io.seamark.plugin.Hyperparameter}: type, default, range, unit and text stand there and nowhere
 * else. {@link io.seamark.setting.HyperparameterBinding} makes such a record from text and reports
 * all that is wrong at once.
 *
 * <p>{@link io.seamark.setting.SettingGroup#ALL} names the parts. What can be chosen is the same
 * for every program, so that one file of configuration serves a device and a cloud; a part reads
 * what it needs. {@code SETTINGS.md} is made from the declarations by {@code seamark settings
 * --markdown}.
 */
@NullMarked
package io.seamark.setting;

import org.jspecify.annotations.NullMarked;
