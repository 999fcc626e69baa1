/**
 * The contract of each plugin kind as tests. The author of a plugin extends the kind's class, such
 * as {@link io.seamark.tck.HardExampleMiningContract}, says which provider is meant, and runs it
 * with JUnit:
 *
 * <pre>{@code
 * class MyMinerTest extends HardExampleMiningContract<MyMiner.Hyperparameters> {
 *   protected PluginProvider<HardExampleMining, MyMiner.Hyperparameters> provider() {
 *     return new MyMiner();
 *   }
 * }
 * }</pre>
 *
 * <p>What a plugin cannot keep it waives with a reason, see {@link
 * io.seamark.tck.PluginContract#waivers}.
 */
@NullMarked
package io.seamark.tck;

import org.jspecify.annotations.NullMarked;
