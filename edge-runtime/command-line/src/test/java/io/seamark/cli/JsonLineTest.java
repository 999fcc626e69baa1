package io.seamark.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

class JsonLineTest {
  private record Figures(double share, Double seconds, long frames, List<Double> more) {}

  @Test
  @DisplayName("figures of maps and of records keep six decimals, and what is no number is null")
  void figures() {
    Figures figures =
        new Figures(1 / 3.0, Double.NaN, 7, List.of(2.0, Double.POSITIVE_INFINITY, 1e-7));
    String line = "{\"share\":0.333333,\"seconds\":null,\"frames\":7,\"more\":[2.0,null,0.0]}";
    assertEquals(line, JsonLine.of(figures));
    Map<String, Object> map = new LinkedHashMap<>();
    map.put("share", 1 / 3.0);
    map.put("seconds", Double.NaN);
    map.put("frames", 7);
    map.put("more", figures.more());
    assertEquals(line, JsonLine.of(map));
    assertEquals("{\"all\":" + line + "}", JsonLine.of(Map.of("all", figures)));
  }
}
