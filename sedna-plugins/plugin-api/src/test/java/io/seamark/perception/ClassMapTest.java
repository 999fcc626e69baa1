package io.seamark.perception;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

class ClassMapTest {
  private static ClassMap map(int... classes) {
    byte[] bytes = new byte[classes.length];
    for (int i = 0; i < bytes.length; i++) {
      bytes[i] = (byte) classes[i];
    }
    return new ClassMap(classes.length, 1, bytes);
  }

  @Test
  @DisplayName("agreement is the share of the decided pixels that have the same class")
  void agreement() {
    ClassMap answer = map(1, 2, 3, 254, ClassMap.IGNORE);
    assertEquals(1, answer.agreement(answer));
    assertEquals(0.5, answer.agreement(map(1, 2, 4, 5, 6)));
    assertEquals(0.25, answer.agreement(map(1, ClassMap.IGNORE, 4, 5, 6)));
    assertEquals(Double.NaN, map(ClassMap.IGNORE, ClassMap.IGNORE).agreement(map(0, 1)));
    assertThrows(IllegalArgumentException.class, () -> answer.agreement(map(1)));
  }
}
