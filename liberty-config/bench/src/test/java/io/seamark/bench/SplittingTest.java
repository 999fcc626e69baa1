package io.seamark.bench;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

class SplittingTest {
  private static List<Integer> lines(int n) {
    return IntStream.range(0, n).boxed().toList();
  }

  private static String shown(Splitting method, List<?> lines, double ratio, int rounds) {
    StringBuilder out = new StringBuilder();
    for (Splitting.Chunk<?> chunk : method.split(lines, ratio, rounds)) {
      out.append(chunk.train()).append('|').append(chunk.eval()).append(' ');
    }
    return out.toString().replace(", ", ",").strip();
  }

  @Test
  @DisplayName("default: R chunks, what does not come out even in the last")
  void byDefault() {
    assertEquals("[0,1]|[2] [3,4]|[5,6]", shown(Splitting.DEFAULT, lines(7), 0.7, 2));
  }

  @Test
  @DisplayName("fwt_splitting: the first line alone, then R chunks of all")
  void forwardTransfer() {
    assertEquals("[0]|[0] [0,1]|[2] [3,4]|[5,6]", shown(Splitting.FWT, lines(7), 0.7, 2));
  }

  @Test
  @DisplayName("hard-example_splitting: the first half, then R chunks of the second")
  void hardExamples() {
    assertEquals("[0,1,2]|[3] [4]|[5] [6]|[7]", shown(Splitting.HARD_EXAMPLE, lines(8), 0.75, 2));
  }

  @Test
  @DisplayName("hard-example_splitting of an odd number: Ianvs's step is a quarter of all lines")
  void oddNumber() {
    // 11 lines: 5 first; step int(11 / 4) = 2, so 5..6 and 7..10.
    assertEquals(
        "[0,1]|[2,3,4] [5]|[6] [7,8]|[9,10]", shown(Splitting.HARD_EXAMPLE, lines(11), 0.5, 2));
  }

  @Test
  @DisplayName("city_splitting: leading simulated lines, then R - 1 chunks")
  void cities() {
    List<String> lines = List.of("synthia_sim/a", "synthia_sim/b", "real/c", "synthia_sim/d", "e");
    assertEquals(
        "[synthia_sim/a]|[synthia_sim/b] [real/c]|[synthia_sim/d,e]",
        shown(Splitting.CITY, lines, 0.5, 2));
  }
}
