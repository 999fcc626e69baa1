package io.seamark.source;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.seamark.perception.ClassMap;
import io.seamark.perception.ClassSet;
import io.seamark.perception.Frame;
import io.seamark.perception.Sample;
import io.seamark.perception.SourceItem;
import io.seamark.plugin.SampleSource;
import java.io.IOException;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.zip.CRC32;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

class ProceduralStreetTest {
  private static final int WIDTH = 120;
  private static final int HEIGHT = 80;

  private final ProceduralStreet street = new ProceduralStreet(11, WIDTH, HEIGHT);

  private static ClassMap label(ProceduralStreet.Rendered rendered) {
    ClassMap label = rendered.sample().label();
    assertNotNull(label);
    return label;
  }

  private static byte[] depth(Frame frame) {
    byte[] depth = frame.depth();
    assertNotNull(depth);
    return depth;
  }

  @ParameterizedTest
  @EnumSource(Weather.class)
  void deterministic(Weather weather) {
    Sample first = street.render(5, weather).sample();
    Sample again = new ProceduralStreet(11, WIDTH, HEIGHT).render(5, weather).sample();
    assertArrayEquals(first.frame().rgb(), again.frame().rgb());
    assertArrayEquals(depth(first.frame()), depth(again.frame()));
    assertEquals(weather.domain(), first.domain());
    assertEquals(weather.domain() + "_00000005", first.id());
    byte[] other =
        new ProceduralStreet(12, WIDTH, HEIGHT).render(5, weather).sample().frame().rgb();
    assertFalse(Arrays.equals(first.frame().rgb(), other));
  }

  @ParameterizedTest
  @CsvSource({"DAY, 831ea3b4", "NIGHT, dd0bdc11"})
  @DisplayName("the bytes are those that the embedded models were made from")
  void pinned(Weather weather, String crc) {
    CRC32 sum = new CRC32();
    for (int i = 0; i < 3; i++) {
      sum.update(new ProceduralStreet(1, 240, 160).render(i, weather).sample().frame().rgb());
    }
    assertEquals(crc, Long.toHexString(sum.getValue()));
  }

  @ParameterizedTest
  @EnumSource(Weather.class)
  @DisplayName("weather changes the light, not the street")
  void sameGeometry(Weather weather) {
    ProceduralStreet.Rendered day = street.render(3, Weather.DAY);
    ProceduralStreet.Rendered other = street.render(3, weather);
    assertArrayEquals(label(day).classes(), label(other).classes());
    assertArrayEquals(day.segments(), other.segments());
    byte[] a = depth(day.sample().frame());
    byte[] b = depth(other.sample().frame());
    for (int i = 0; i < a.length; i++) {
      assertTrue(a[i] == b[i] || a[i] == 0 || b[i] == 0, "depth at " + i);
    }
  }

  @Test
  @DisplayName("every class is seen in a few frames, and each segment has one class")
  void classesAndSegments() {
    long[] pixels = new long[ClassSet.CAMVID.size()];
    for (int n = 0; n < 30; n++) {
      ProceduralStreet.Rendered rendered = street.render(n, Weather.DAY);
      Map<Integer, Byte> classOf = new HashMap<>();
      byte[] classes = label(rendered).classes();
      for (int i = 0; i < classes.length; i++) {
        pixels[classes[i]]++;
        Byte before = classOf.putIfAbsent(rendered.segments()[i], classes[i]);
        assertTrue(before == null || before == classes[i]);
      }
      assertTrue(classOf.size() > 8, "segments: " + classOf.size());
    }
    for (int c = 0; c < pixels.length; c++) {
      assertTrue(pixels[c] > 300, ClassSet.CAMVID.names().get(c) + ": " + pixels[c] + " pixels");
    }
  }

  @Test
  @DisplayName("depth is brighter nearby and unknown in the sky")
  void depthFollowsGeometry() {
    for (int n = 0; n < 5; n++) {
      ProceduralStreet.Rendered rendered = street.render(n, Weather.DAY);
      byte[] depth = depth(rendered.sample().frame());
      byte[] classes = label(rendered).classes();
      long near = 0;
      long far = 0;
      for (int i = 0; i < depth.length; i++) {
        int row = i / WIDTH;
        if (classes[i] == 0) {
          assertEquals(0, depth[i]);
        } else if (row > HEIGHT * 0.85) {
          near += depth[i] & 0xFF;
        } else if (row > HEIGHT * 0.45 && row < HEIGHT * 0.6) {
          far += depth[i] & 0xFF;
        }
      }
      assertTrue(near > far, near + " against " + far);
    }
  }

  @Test
  @DisplayName("each weather looks unlike day, yet things remain visible in it")
  void drift() {
    Map<Weather, Double> mean = new EnumMap<>(Weather.class);
    for (Weather weather : Weather.values()) {
      double contrast = 0;
      for (int n = 0; n < 8; n++) {
        byte[] rgb = street.render(n, weather).sample().frame().rgb();
        double sum = 0;
        double squares = 0;
        for (byte b : rgb) {
          sum += b & 0xFF;
          squares += (b & 0xFF) * (b & 0xFF);
        }
        double average = sum / rgb.length;
        mean.merge(weather, average / 8, Double::sum);
        contrast += Math.sqrt(squares / rgb.length - average * average) / 8;
      }
      assertTrue(contrast > 15, weather + ": contrast " + contrast);
    }
    double day = mean.getOrDefault(Weather.DAY, Double.NaN);
    double dusk = mean.getOrDefault(Weather.DUSK, Double.NaN);
    assertTrue(dusk < day - 25);
    assertTrue(mean.getOrDefault(Weather.NIGHT, Double.NaN) < dusk);
    assertTrue(mean.getOrDefault(Weather.FOG, Double.NaN) > day + 15);
  }

  @ParameterizedTest
  @CsvSource({"31, 160", "240, 2049", "0, 0"})
  void impossibleSizes(int width, int height) {
    assertThrows(IllegalArgumentException.class, () -> new ProceduralStreet(1, width, height));
  }

  @ParameterizedTest
  @CsvSource({"32, 32", "33, 200", "501, 47"})
  void oddSizes(int width, int height) {
    for (Weather weather : Weather.values()) {
      Sample sample = new ProceduralStreet(1, width, height).render(-7, weather).sample();
      assertEquals(width, sample.frame().width());
    }
  }

  @Test
  @DisplayName("the stream drifts in the given order, each weather for an equal share")
  void streamOrder() throws IOException {
    ProceduralStreetProvider provider = new ProceduralStreetProvider();
    try (SampleSource source =
        provider.create(
            new ProceduralStreetProvider.Hyperparameters(25, 32, 32, "day, dusk,night,rain,fog"),
            new TestContext(4))) {
      assertEquals(25, source.size().orElseThrow());
      Map<String, Integer> domains = new LinkedHashMap<>();
      Optional<SourceItem> item = source.next();
      while (item.isPresent()) {
        domains.merge(((Sample) item.get()).domain(), 1, Integer::sum);
        item = source.next();
      }
      assertEquals("{day=5, dusk=5, night=5, rain=5, fog=5}", domains.toString());
    }
  }

  @Test
  void unknownWeather() {
    assertEquals(
        "drift names 'hail', but the weathers are day, dusk, night, rain, fog",
        assertThrows(
                IllegalArgumentException.class,
                () -> new ProceduralStreetProvider.Hyperparameters(9, 64, 64, "day,hail"))
            .getMessage());
    assertThrows(
        IllegalArgumentException.class,
        () -> new ProceduralStreetProvider.Hyperparameters(9, 64, 64, " "));
  }
}
