package io.seamark.unknown.segment;

import static org.junit.jupiter.api.Assertions.assertTrue;

import io.seamark.perception.SegmentMask;
import io.seamark.perception.SegmentMask.Box;
import io.seamark.source.ProceduralStreet;
import io.seamark.source.Weather;
import java.io.IOException;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** The embedded segmenter finds what points and boxes mean, on streets it was not trained on. */
class EmbeddedPromptsTest {
  static final int WIDTH = 240;
  static final int HEIGHT = 160;
  static final int CITY = 77;

  /** Smaller things are a few cells of the network's answer. */
  private static final int LEAST_PIXELS = 200;

  /** What hangs together and is of one class, such as the sky, a row of houses or a car. */
  static List<BitSet> regions(byte[] classes) {
    List<BitSet> regions = new ArrayList<>();
    BitSet seen = new BitSet();
    for (int start = 0; start < classes.length; start++) {
      if (!seen.get(start)) {
        BitSet region = new BitSet();
        Deque<Integer> left = new ArrayDeque<>(List.of(start));
        seen.set(start);
        while (!left.isEmpty()) {
          int at = left.pop();
          region.set(at);
          int x = at % WIDTH;
          for (int to :
              new int[] {
                x == 0 ? at : at - 1, x == WIDTH - 1 ? at : at + 1, at - WIDTH, at + WIDTH
              }) {
            if (to >= 0 && to < classes.length && !seen.get(to) && classes[to] == classes[at]) {
              seen.set(to);
              left.push(to);
            }
          }
        }
        if (region.cardinality() >= LEAST_PIXELS) {
          regions.add(region);
        }
      }
    }
    return regions;
  }

  static Box box(BitSet region) {
    int left = WIDTH;
    int top = HEIGHT;
    int right = 0;
    int bottom = 0;
    for (int i = region.nextSetBit(0); i >= 0; i = region.nextSetBit(i + 1)) {
      left = Math.min(left, i % WIDTH);
      right = Math.max(right, i % WIDTH);
      top = Math.min(top, i / WIDTH);
      bottom = Math.max(bottom, i / WIDTH);
    }
    return new Box(left, top, right - left + 1, bottom - top + 1);
  }

  /** A pixel of the region far from its edges: the middle of its longest run. */
  static Prompt inside(BitSet region) {
    int longest = 0;
    int at = 0;
    for (int i = region.nextSetBit(0); i >= 0; ) {
      int end = Math.min(region.nextClearBit(i), (i / WIDTH + 1) * WIDTH);
      if (end - i > longest) {
        longest = end - i;
        at = (i + end) / 2;
      }
      i = region.nextSetBit(end);
    }
    int x = at % WIDTH;
    int y = at / WIDTH;
    return Prompt.at(x + 0.5f, y + 0.5f);
  }

  static double best(List<SegmentMask> masks, BitSet region) {
    double best = 0;
    for (SegmentMask mask : masks) {
      BitSet common = (BitSet) region.clone();
      common.and(mask.pixels());
      int both = common.cardinality();
      int either = region.cardinality() + mask.pixels().cardinality() - both;
      best = Math.max(best, (double) both / either);
    }
    return best;
  }

  @Test
  @DisplayName("points and boxes give what hangs together and is of one class")
  void pointsAndBoxes() throws IOException {
    ProceduralStreet street = new ProceduralStreet(CITY, WIDTH, HEIGHT);
    List<Double> byPoint = new ArrayList<>();
    List<Double> byBox = new ArrayList<>();
    try (SegmentAnything generator = SegmentAnything.open(Parameters.of(Map.of()), 2)) {
      int frame = 0;
      for (Weather weather : Weather.values()) {
        ProceduralStreet.Rendered rendered = street.render(frame++, weather);
        List<BitSet> regions = regions(Objects.requireNonNull(rendered.sample().label()).classes());
        List<Prompt> prompts = new ArrayList<>();
        regions.forEach(region -> prompts.add(inside(region)));
        regions.forEach(region -> prompts.add(Prompt.around(box(region))));
        List<List<SegmentMask>> masks = generator.prompt(rendered.sample().frame(), prompts);
        for (int i = 0; i < regions.size(); i++) {
          byPoint.add(best(masks.get(i), regions.get(i)));
          byBox.add(best(masks.get(regions.size() + i), regions.get(i)));
        }
      }
    }
    double points = byPoint.stream().mapToDouble(d -> d).average().orElse(0);
    double boxes = byBox.stream().mapToDouble(d -> d).average().orElse(0);
    assertTrue(byPoint.size() > 30, byPoint.size() + " regions");
    assertTrue(points > 0.7, "points " + points + ", boxes " + boxes);
    assertTrue(boxes > 0.7, "points " + points + ", boxes " + boxes);
  }
}
