package io.seamark.exchange;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

class ExhaustionTest {
  /** As Arrow names its own. */
  private static final class OutOfMemoryException extends RuntimeException {
    private static final long serialVersionUID = 1L;
  }

  @Test
  @DisplayName("heap, direct memory and the engine's own memory are told from other failures")
  void caused_byAnyMemory() {
    assertTrue(Exhaustion.caused(new OutOfMemoryError("Java heap space")));
    assertTrue(
        Exhaustion.caused(
            new IllegalStateException("decoding failed", new OutOfMemoryError("direct"))));
    assertTrue(
        Exhaustion.caused(
            new IllegalStateException(
                new RuntimeException(
                    "Error code - ORT_RUNTIME_EXCEPTION - message: Failed to allocate memory for"
                        + " requested buffer of size 99"))));
    assertTrue(Exhaustion.caused(new RuntimeException("message: std::bad_alloc")));
    assertTrue(Exhaustion.caused(new OutOfMemoryException()));
    assertFalse(Exhaustion.caused(new IllegalStateException("other")));
    assertFalse(Exhaustion.caused(null));
  }

  @Test
  @DisplayName("what ends a request for want of memory is a refusal that says when to come again")
  void refusal_ofWhatWasThrown() {
    RefusedException slow = new RefusedException(RefusedException.TOO_SLOW, "late");
    assertSame(slow, RefusedException.of(slow));
    assertEquals(0, slow.retrySeconds());
    assertEquals(2, new RefusedException(RefusedException.BUSY, "full").retrySeconds());
    RefusedException exhausted =
        RefusedException.of(new IllegalStateException(new OutOfMemoryError("Java heap space")));
    assertNotNull(exhausted);
    assertEquals(503, exhausted.status());
    assertEquals(2, exhausted.retrySeconds());
    assertNull(RefusedException.of(new IllegalStateException("other")));
  }

  @Test
  @DisplayName("a heap with room is not exhausted")
  void complete_onlyWithoutRoom() {
    assertFalse(Exhaustion.complete());
  }
}
