package io.seamark.exchange;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.seamark.failure.BadInputException;
import io.seamark.failure.FailedException;
import io.seamark.failure.FailureKind;
import io.seamark.failure.NotReadyException;
import java.util.Map;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

class ProblemTest {
  @Test
  @DisplayName("each kind of failure has its status")
  void of_givesEachKindItsStatus() {
    assertEquals(new Problem(400, "x is 7", 0), Problem.of(new BadInputException("x is 7")));
    assertEquals(
        new Problem(503, "not ready: no file", 1), Problem.of(new NotReadyException("no file", 1)));
    assertEquals(new Problem(503, "not ready: no", 0), Problem.of(new NotReadyException("no")));
    assertEquals(
        new Problem(503, "disk full", 0),
        Problem.of(new FailedException(FailureKind.OUT_OF_RESOURCES, "disk full")));
    Problem noRoom = Problem.of(new FailedException(FailureKind.OUT_OF_STORAGE, "disk full"));
    assertEquals(new Problem(507, "disk full", 0), noRoom);
    assertEquals("Insufficient Storage", noRoom.title());
    FailedException busy =
        new FailedException(FailureKind.BUSY, "full", 7, null) {
          private static final long serialVersionUID = 1L;

          @Override
          public Map<String, Integer> figures() {
            return Map.of("waiting", 3);
          }
        };
    assertEquals(new Problem(429, "full", 7, Map.of("waiting", 3)), Problem.of(busy));
    assertEquals(
        new Problem(413, "too large", 0),
        Problem.of(new RefusedException(RefusedException.TOO_LARGE, "too large")));
    assertEquals(
        new Problem(429, "later", 2),
        Problem.of(new RefusedException(RefusedException.BUSY, "later")));
  }

  @Test
  @DisplayName("what has no kind is our fault, an illegal argument among that, and not told")
  void of_keepsWhatHasNoKindToTheLog() {
    Problem ours = new Problem(500, "the service failed; its log says why", 0);
    assertEquals(ours, Problem.of(new IllegalArgumentException("secret")));
    assertEquals(ours, Problem.of(new StackOverflowError()));
    assertEquals(
        new Problem(500, "mask_fusion 'x' failed", 0),
        Problem.of(new FailedException(FailureKind.OUR_FAULT, "mask_fusion 'x' failed")));
  }

  @Test
  @DisplayName("a plugin that fails for want of memory is no fault of its own")
  void of_seesWantOfMemoryInAFailure() {
    FailedException failed =
        new FailedException(
            FailureKind.OUR_FAULT, "failed", 0, new IllegalStateException("std::bad_alloc"));
    assertEquals(
        new Problem(503, "there was not enough memory for this request", 2), Problem.of(failed));
  }

  @Test
  void title_isTheStatusesOwn() {
    assertEquals("Bad Request", new Problem(400, "", 0).title());
    assertEquals("Error", new Problem(499, "", 0).title());
  }
}
