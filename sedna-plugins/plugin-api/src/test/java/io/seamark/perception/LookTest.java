package io.seamark.perception;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Random;
import org.junit.jupiter.api.Test;

class LookTest {
  private static Frame noise(int seed, int least, int most) {
    Random random = new Random(seed);
    byte[] rgb = new byte[3 * 16 * 16];
    for (int i = 0; i < rgb.length; i++) {
      rgb[i] = (byte) random.nextInt(least, most);
    }
    return new Frame(16, 16, rgb, null);
  }

  @Test
  void lookOfAnEvenGreyIsItsLogarithm() {
    Frame white = new Frame(1, 2, new byte[] {-1, -1, -1, -1, -1, -1}, null);
    Look look = Look.of(white);
    assertEquals(Math.log(1.02), look.light().mean(), 1e-12);
    assertEquals(0, look.light().deviation(), 1e-6);
    assertEquals(0, look.yellow().mean(), 1e-12);
    assertEquals(0, look.green().mean(), 1e-12);
  }

  @Test
  void frameGivenALookHasIt() {
    Look dark = Look.of(noise(1, 20, 60));
    Frame bright = noise(2, 90, 200);
    assertArrayEquals(dark.values(), Look.of(dark.givenTo(bright)).values(), 0.03f);
  }

  @Test
  void textAndNumbersComeBack() {
    Look look = Look.of(noise(3, 0, 256));
    assertArrayEquals(look.values(), Look.parse(look.text()).values());
    assertEquals(Look.ofValues(look.values()), Look.parse(look.text()));
  }

  @Test
  void whatIsNoLookIsRefused() {
    for (String text :
        new String[] {
          "", "1 2 3 4 5", "1 2 3 4 5 6 7", "a 1 1 1 1 1", "1 -1 1 1 1 1", "NaN 1 1 1 1 1"
        }) {
      String message =
          String.valueOf(
              assertThrows(IllegalArgumentException.class, () -> Look.parse(text)).getMessage());
      assertTrue(message.contains("look"), message);
    }
  }
}
