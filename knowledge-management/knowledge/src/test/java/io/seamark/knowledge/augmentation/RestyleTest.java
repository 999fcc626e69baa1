package io.seamark.knowledge.augmentation;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotSame;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.seamark.perception.Frame;
import io.seamark.perception.Sample;
import io.seamark.plugin.TrainingSample;
import io.seamark.source.ProceduralStreet;
import io.seamark.source.Weather;
import java.util.Objects;
import java.util.SplittableRandom;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

class RestyleTest {
  private static final ProceduralStreet STREET = new ProceduralStreet(3, 96, 64);

  private static TrainingSample sample(int index, Weather weather) {
    Sample sample = STREET.render(index, weather).sample();
    return new TrainingSample(sample.frame(), Objects.requireNonNull(sample.label()));
  }

  /** Mean of ln(x + 0.02) of a colour. */
  private static double light(Frame frame, int colour) {
    double sum = 0;
    for (int i = colour; i < frame.rgb().length; i += 3) {
      sum += Math.log((frame.rgb()[i] & 0xFF) / 255.0 + 0.02);
    }
    return 3 * sum / frame.rgb().length;
  }

  @Test
  @DisplayName("a day gets the light and colour of a night, and keeps labels and depth")
  void dayBecomesNight() {
    TrainingSample day = sample(1, Weather.DAY);
    TrainingSample night = sample(7, Weather.NIGHT);
    TrainingSample made = new Restyle(1, 0).augment(day, night, new SplittableRandom(1));
    for (int c = 0; c < 3; c++) {
      double wanted = light(night.frame(), c);
      assertTrue(light(day.frame(), c) > wanted + 0.3, "night is darker than day");
      // Rounding to whole values and clamping move it a little.
      assertEquals(wanted, light(made.frame(), c), 0.05);
    }
    assertSame(day.target(), made.target());
    assertSame(day.frame().depth(), made.frame().depth());
  }

  @Test
  @DisplayName("a frame in its own look stays as it is")
  void ownLookStays() {
    TrainingSample day = sample(1, Weather.DAY);
    byte[] made = new Restyle(1, 0).augment(day, day, new SplittableRandom(1)).frame().rgb();
    for (int i = 0; i < made.length; i++) {
      assertEquals(day.frame().rgb()[i] & 0xFF, made[i] & 0xFF, 1);
    }
  }

  @Test
  @DisplayName("the share says how many are restyled")
  void share() {
    TrainingSample day = sample(1, Weather.DAY);
    TrainingSample night = sample(7, Weather.NIGHT);
    SplittableRandom random = new SplittableRandom(5);
    assertSame(day, new Restyle(0, 0).augment(day, night, random));
    assertNotSame(day, new Restyle(1, 0).augment(day, night, random));
    Restyle some = new Restyle(0.7, 0);
    int restyled = 0;
    for (int i = 0; i < 400; i++) {
      restyled += some.augment(day, night, random).equals(day) ? 0 : 1;
    }
    assertEquals(280, restyled, 40);
  }

  @Test
  @DisplayName(
      "some frames are darkened instead, each by a gamma of its own, and keep their labels")
  void darken() {
    TrainingSample day = sample(1, Weather.DAY);
    TrainingSample night = sample(7, Weather.NIGHT);
    double least = Double.POSITIVE_INFINITY;
    double most = Double.NEGATIVE_INFINITY;
    int darkened = 0;
    Restyle some = new Restyle(0, 0.2);
    SplittableRandom random = new SplittableRandom(5);
    for (int i = 0; i < 400; i++) {
      TrainingSample made = some.augment(day, night, random);
      assertSame(day.target(), made.target());
      if (!made.equals(day)) {
        darkened++;
        assertSame(day.frame().depth(), made.frame().depth());
        double light = light(made.frame(), 1);
        least = Math.min(least, light);
        most = Math.max(most, light);
      }
    }
    assertEquals(80, darkened, 25);
    assertTrue(most < light(day.frame(), 1) - 0.2, "darker than the day");
    assertTrue(least < most - 0.3, "some much more than others");
    Restyle both = new Restyle(0.7, 0.2);
    assertArrayEquals(
        both.augment(day, night, new SplittableRandom(8)).frame().rgb(),
        both.augment(day, night, new SplittableRandom(8)).frame().rgb());
  }

  @Test
  @DisplayName("without darkening the same is drawn as before there was any")
  void noDarkening() {
    TrainingSample day = sample(1, Weather.DAY);
    TrainingSample night = sample(7, Weather.NIGHT);
    SplittableRandom random = new SplittableRandom(5);
    SplittableRandom drawn = new SplittableRandom(5);
    Restyle some = new Restyle(0.7, 0);
    for (int i = 0; i < 50; i++) {
      assertEquals(drawn.nextDouble() >= 0.7, some.augment(day, night, random).equals(day));
    }
  }
}
