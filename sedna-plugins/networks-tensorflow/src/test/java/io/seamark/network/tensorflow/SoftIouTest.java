package io.seamark.network.tensorflow;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.seamark.perception.ClassMap;
import org.junit.jupiter.api.Test;

class SoftIouTest {
  private static final float NEVER = -100;
  private static final float THREE = (float) Math.log(3);

  private static ClassMap target(int... classes) {
    byte[] bytes = new byte[classes.length];
    for (int i = 0; i < bytes.length; i++) {
      bytes[i] = (byte) classes[i];
    }
    return new ClassMap(classes.length, 1, bytes);
  }

  @Test
  void followsTheFormula() {
    // Probabilities of class 0: 0.75 and 0.25; of class 1: 0.25 and 0.75; class 2 never.
    float[] logits = {THREE, 0, 0, THREE, NEVER, NEVER};
    assertEquals(1 - 0.75 / 1.25, SoftIou.loss(logits, 3, 2, 1, target(0, 1)), 1e-6);
    // Class 0: 0.75 of 1 + 0.25. Class 1 is answered where the target is class 2: 0 each.
    assertEquals(1 - 0.6 / 3, SoftIou.loss(logits, 3, 2, 1, target(0, 2)), 1e-6);
  }

  @Test
  void cellsWithoutAClassDoNotCount() {
    float[] logits = {THREE, 0, 0, THREE, NEVER, NEVER};
    assertEquals(0.25, SoftIou.loss(logits, 3, 2, 1, target(0, ClassMap.IGNORE)), 1e-6);
    assertEquals(0, SoftIou.loss(logits, 3, 2, 1, target(ClassMap.IGNORE, ClassMap.IGNORE)), 1e-12);
  }

  @Test
  void targetIsReadAtTheCellsCentres() {
    float[] logits = {THREE, 0, 0, THREE, NEVER, NEVER};
    ClassMap fine = target(2, 0, 0, 2, 2, 1, 1, 2);
    assertEquals(1 - 0.75 / 1.25, SoftIou.loss(logits, 3, 2, 1, fine), 1e-6);
  }
}
