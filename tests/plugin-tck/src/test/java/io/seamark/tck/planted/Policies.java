package io.seamark.tck.planted;

import io.seamark.plugin.PluginKind;
import io.seamark.plugin.ReplayPolicy;
import java.util.ArrayList;
import java.util.List;

/** Replay policies that keep the newest samples, sound and faulty. */
final class Policies {
  static final int CAPACITY = 20;

  private Policies() {}

  /** Drops the oldest. */
  public static final class Sound extends PlantedProvider<ReplayPolicy> {
    /** Made by the service loader. */
    public Sound() {
      super(PluginKind.REPLAY_POLICY, context -> new Newest(CAPACITY));
    }
  }

  /** Drops nothing. */
  public static final class Grows extends PlantedProvider<ReplayPolicy> {
    /** Made by the service loader. */
    public Grows() {
      super(PluginKind.REPLAY_POLICY, context -> new Newest(Integer.MAX_VALUE));
    }
  }

  private static final class Newest implements ReplayPolicy {
    private final List<Long> kept = new ArrayList<>();
    private final int capacity;

    Newest(int capacity) {
      this.capacity = capacity;
    }

    @Override
    public void offer(Candidate sample) {
      kept.add(sample.sequence());
      if (kept.size() > capacity) {
        kept.remove(0);
      }
    }

    @Override
    public List<Long> retained() {
      return List.copyOf(kept);
    }
  }
}
