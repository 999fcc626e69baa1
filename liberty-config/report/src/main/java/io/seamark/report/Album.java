package io.seamark.report;

import io.seamark.report.RunRecord.FrameFigures;
import io.seamark.report.RunRecord.Moment;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Chooses frames to show while a run goes by, keeping few pictures in memory: of each domain the
 * first easy frame, and of its hard frames the one that the cloud's answer helped most and the one
 * it helped least (or harmed most). Not thread-safe.
 */
public final class Album {
  private final int capacity;
  private final Map<String, Page> pages = new LinkedHashMap<>();

  /**
   * An empty album.
   *
   * @param capacity most moments in the end, at least 1
   */
  public Album(int capacity) {
    if (capacity < 1) {
      throw new IllegalArgumentException("capacity is " + capacity + ", but must be at least 1");
    }
    this.capacity = capacity;
  }

  /**
   * Whether a frame would be kept, to be asked before its pictures are gathered.
   *
   * @param figures of an answered frame
   * @return true if {@link #offer} would keep it
   */
  public boolean wants(FrameFigures figures) {
    Page page = pages.get(figures.domain());
    if (page == null) {
      return pages.size() < capacity;
    }
    if (!figures.hard()) {
      return page.easy == null;
    }
    return page.most == null
        || page.least == null
        || gain(figures) > gain(page.most.figures())
        || gain(figures) < gain(page.least.figures());
  }

  /**
   * Keeps a moment if it is wanted.
   *
   * @param moment any
   */
  public void offer(Moment moment) {
    FrameFigures figures = moment.figures();
    if (!wants(figures)) {
      return;
    }
    Page page = pages.computeIfAbsent(figures.domain(), domain -> new Page());
    if (!figures.hard()) {
      page.easy = moment;
    } else if (page.most == null || gain(figures) > gain(page.most.figures())) {
      if (page.least == null) {
        page.least = page.most;
      }
      page.most = moment;
    } else {
      page.least = moment;
    }
  }

  /**
   * The moments kept.
   *
   * @return in stream order; where there are too many, every domain keeps one before any keeps two
   */
  public List<Moment> moments() {
    List<Moment> chosen = new ArrayList<>();
    List<List<Moment>> ranks =
        List.of(
            pages.values().stream().flatMap(p -> p.best()).toList(),
            pages.values().stream().flatMap(p -> p.rest()).toList(),
            pages.values().stream().flatMap(p -> p.last()).toList());
    for (List<Moment> rank : ranks) {
      for (Moment moment : rank) {
        if (chosen.size() < capacity) {
          chosen.add(moment);
        }
      }
    }
    chosen.sort(Comparator.comparingInt(moment -> moment.figures().index()));
    return List.copyOf(chosen);
  }

  private static double gain(FrameFigures figures) {
    double gain = figures.iouSystem() - figures.iouEdge();
    // Without labels the least certain frame is shown.
    return Double.isNaN(gain) ? figures.threshold() - figures.score() : gain;
  }

  private static final class Page {
    @Nullable Moment easy;
    @Nullable Moment most;
    @Nullable Moment least;

    Stream<Moment> best() {
      return Stream.ofNullable(most == null ? easy : most);
    }

    Stream<Moment> rest() {
      return Stream.ofNullable(most == null ? null : easy);
    }

    Stream<Moment> last() {
      return Stream.ofNullable(least);
    }
  }
}
