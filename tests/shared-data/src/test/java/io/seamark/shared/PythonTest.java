package io.seamark.shared;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.util.Map;
import org.junit.jupiter.api.Test;
import org.opentest4j.AssertionFailedError;
import org.opentest4j.TestAbortedException;

class PythonTest {
  private static final String ABSENT =
      "no-such-python with pyarrow, duckdb is not there; -Dseamark.python may name one that has"
          + " them";

  @Test
  void whatIsAbsentSkipsTheTestWithAMessage() {
    TestAbortedException skipped =
        assertThrows(
            TestAbortedException.class,
            () -> Python.with("no-such-python", Map.of(), "pyarrow", "duckdb"));
    assertEquals(ABSENT, skipped.getMessage());
  }

  @Test
  void whatIsAbsentButRequiredFails() {
    Map<String, String> required = Map.of("SEAMARK_REQUIRE_PYTHON", "true");
    AssertionFailedError failed =
        assertThrows(
            AssertionFailedError.class,
            () -> Python.with("no-such-python", required, "pyarrow", "duckdb"));
    assertEquals(ABSENT, failed.getMessage());
  }
}
