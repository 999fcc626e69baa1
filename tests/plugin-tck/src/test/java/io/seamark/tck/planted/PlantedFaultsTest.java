package io.seamark.tck.planted;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.platform.engine.discovery.DiscoverySelectors.selectClass;

import io.seamark.plugin.HardExampleMining;
import io.seamark.plugin.InferenceIntegrate;
import io.seamark.plugin.MaskFusion;
import io.seamark.plugin.PluginProvider;
import io.seamark.plugin.ReplayPolicy;
import io.seamark.plugin.TaskAllocation;
import io.seamark.tck.HardExampleMiningContract;
import io.seamark.tck.InferenceIntegrateContract;
import io.seamark.tck.MaskFusionContract;
import io.seamark.tck.ReplayPolicyContract;
import io.seamark.tck.TaskAllocationContract;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.platform.engine.support.descriptor.MethodSource;
import org.junit.platform.testkit.engine.EngineExecutionResults;
import org.junit.platform.testkit.engine.EngineTestKit;
import org.junit.platform.testkit.engine.Event;
import org.junit.platform.testkit.engine.Events;

/** Each planted fault is caught by the check that is meant for it, and its sound twin passes. */
class PlantedFaultsTest {
  @Test
  @DisplayName("a miner that is not thread-safe")
  void minerThatIsNotThreadSafe() {
    Set<String> failed = failed(SharedArrayMiner.class);
    assertTrue(failed.contains("severalThreads"), failed.toString());
    failed.removeAll(Set.of("severalThreads", "severalThreadsKeepTheState"));
    assertEquals(Set.of(), failed);
    assertEquals(Set.of(), failed(SoundMiner.class));
  }

  @Test
  @DisplayName("a miner that calls NaN easy")
  void minerThatCallsNanEasy() {
    assertEquals(
        Set.of("goesOnAfterRefusal", "infiniteConfidenceIsRefused", "notANumberIsRefused"),
        failed(EasyNanMiner.class));
  }

  @Test
  @DisplayName("a miner that ignores its seed, drawing from another or always the same")
  void minerThatIgnoresItsSeed() {
    assertEquals(
        Set.of(
            "instancesAreApart",
            "sameSeedSameDecisions",
            "severalThreadsKeepTheState",
            "threadsMakeNoDifference"),
        failed(OwnSeedMiner.class));
    assertEquals(Set.of("seedIsUsed"), failed(FixedSeedMiner.class));
    assertEquals(Set.of(), failed(SoundRandomMiner.class));
  }

  @Test
  @DisplayName("a fusion that loses pixels")
  void fusionThatLosesPixels() {
    Set<String> failed = failed(LosingFusion.class);
    assertTrue(failed.contains("uncoveredPixelsAreKept"), failed.toString());
    assertEquals(Set.of(), failed(SoundFusion.class));
  }

  @Test
  @DisplayName("a replay policy that grows without bound")
  void policyThatGrows() {
    Set<String> failed = failed(GrowingPolicy.class);
    assertTrue(failed.contains("bounded"), failed.toString());
    failed.removeAll(Set.of("bounded", "extremeCandidates"));
    assertEquals(Set.of(), failed);
    assertEquals(Set.of(), failed(SoundPolicy.class));
  }

  @Test
  @DisplayName("an allocation to tasks that there are not, an integration that forgets the order")
  void taskPlugins() {
    assertEquals(Set.of("noTasks", "oneIndexEach"), failed(BeyondTasks.class));
    assertEquals(Set.of("oneEachInOrder"), failed(ByTask.class));
  }

  @Test
  @DisplayName("a waived check is left out while it fails, and fails once it passes")
  void waivers() {
    Events waived = run(WaivingPolicy.class);
    assertEquals(Set.of(), names(waived.failed()));
    assertEquals(Set.of("bounded"), names(waived.aborted()));
    assertEquals(Set.of("bounded"), failed(IdleWaiverPolicy.class));
    assertEquals(Set.of("waiversAreDeclared"), failed(MisspeltWaiverPolicy.class));
  }

  private static Set<String> failed(Class<?> contract) {
    return names(run(contract).failed());
  }

  private static Events run(Class<?> contract) {
    EngineExecutionResults results =
        EngineTestKit.engine("junit-jupiter").selectors(selectClass(contract)).execute();
    assertEquals(Set.of(), names(results.containerEvents().failed()));
    Events tests = results.testEvents();
    assertTrue(tests.started().count() > 15, "only " + tests.started().count() + " checks ran");
    return tests;
  }

  private static Set<String> names(Events events) {
    Set<String> names = new TreeSet<>();
    for (Event event : events.list()) {
      var source = event.getTestDescriptor().getSource().orElseThrow();
      names.add(source instanceof MethodSource method ? method.getMethodName() : source.toString());
    }
    return names;
  }

  private abstract static class Miner extends HardExampleMiningContract<PlantedProvider.None> {
    abstract PlantedProvider<HardExampleMining> planted();

    @Override
    protected PluginProvider<HardExampleMining, PlantedProvider.None> provider() {
      return planted();
    }
  }

  private abstract static class RandomMiner extends Miner {
    @Override
    protected boolean drawsAtRandom() {
      return true;
    }
  }

  static final class SoundMiner extends Miner {
    @Override
    PlantedProvider<HardExampleMining> planted() {
      return new Miners.Sound();
    }
  }

  static final class SharedArrayMiner extends Miner {
    @Override
    PlantedProvider<HardExampleMining> planted() {
      return new Miners.SharedArray();
    }
  }

  static final class EasyNanMiner extends Miner {
    @Override
    PlantedProvider<HardExampleMining> planted() {
      return new Miners.EasyNan();
    }
  }

  static final class SoundRandomMiner extends RandomMiner {
    @Override
    PlantedProvider<HardExampleMining> planted() {
      return new Miners.SoundRandom();
    }
  }

  static final class OwnSeedMiner extends RandomMiner {
    @Override
    PlantedProvider<HardExampleMining> planted() {
      return new Miners.OwnSeed();
    }
  }

  static final class FixedSeedMiner extends RandomMiner {
    @Override
    PlantedProvider<HardExampleMining> planted() {
      return new Miners.FixedSeed();
    }
  }

  static final class SoundFusion extends MaskFusionContract<PlantedProvider.None> {
    @Override
    protected PluginProvider<MaskFusion, PlantedProvider.None> provider() {
      return new Fusions.Sound();
    }
  }

  static final class LosingFusion extends MaskFusionContract<PlantedProvider.None> {
    @Override
    protected PluginProvider<MaskFusion, PlantedProvider.None> provider() {
      return new Fusions.LosesPixels();
    }
  }

  static final class BeyondTasks extends TaskAllocationContract<PlantedProvider.None> {
    @Override
    protected PluginProvider<TaskAllocation, PlantedProvider.None> provider() {
      return new Tasks.BeyondTasks();
    }
  }

  static final class ByTask extends InferenceIntegrateContract<PlantedProvider.None> {
    @Override
    protected PluginProvider<InferenceIntegrate, PlantedProvider.None> provider() {
      return new Tasks.ByTask();
    }
  }

  private abstract static class Policy extends ReplayPolicyContract<PlantedProvider.None> {
    @Override
    protected PluginProvider<ReplayPolicy, PlantedProvider.None> provider() {
      return new Policies.Sound();
    }

    @Override
    protected int capacity() {
      return Policies.CAPACITY;
    }
  }

  static final class SoundPolicy extends Policy {}

  static class GrowingPolicy extends Policy {
    @Override
    protected PluginProvider<ReplayPolicy, PlantedProvider.None> provider() {
      return new Policies.Grows();
    }
  }

  static final class WaivingPolicy extends GrowingPolicy {
    @Override
    protected Map<String, String> waivers() {
      return Map.of("bounded", "keeps everything, for studies on small data");
    }
  }

  static final class IdleWaiverPolicy extends Policy {
    @Override
    protected Map<String, String> waivers() {
      return Map.of("bounded", "was true once");
    }
  }

  static final class MisspeltWaiverPolicy extends Policy {
    @Override
    protected Map<String, String> waivers() {
      return Map.of("bouned", "misspelt");
    }
  }
}
