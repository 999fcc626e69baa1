package io.seamark.unknown.service;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.seamark.exchange.MemoryBudget;
import io.seamark.exchange.RefusedException;
import io.seamark.failure.BadInputException;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.List;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

class BoundedJsonTest {
  private final MemoryBudget budget = new MemoryBudget("requests", 1 << 20);

  private <T> T read(String text, BoundedJson.Text<T> value) {
    byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
    return BoundedJson.read(bytes, bytes.length, budget.claim(), value);
  }

  @Test
  @DisplayName("numbers are counted as they come, bytes as bytes and others as floats")
  void tensor_isCounted() {
    BoundedJson.Tensor small = read("[[1,2,255],[0,4,5]]", json -> BoundedJson.tensor("x", json));
    assertEquals(List.of(2, 3), small.shape());
    assertArrayEquals(new byte[] {1, 2, -1, 0, 4, 5}, small.bytes("x"));
    assertEquals(6, budget.held());
    assertArrayEquals(new float[] {1, 2, 255, 0, 4, 5}, small.floats());
    assertEquals(6 + 24, budget.held());

    BoundedJson.Tensor large = read("[7,300,-1,0.5]", json -> BoundedJson.tensor("x", json));
    assertArrayEquals(new float[] {7, 300, -1, 0.5f}, large.floats());
    assertEquals(
        "x holds 300.0, but must hold whole numbers from 0 to 255",
        assertThrows(BadInputException.class, () -> large.bytes("x")).getMessage());
  }

  @Test
  @DisplayName("more numbers than there is room for are refused while they are read")
  void tensor_beyondTheBudgetIsRefused() {
    String many = "[0.5" + ",0.5".repeat(400_000) + "]";
    assertEquals(
        413,
        assertThrows(
                RefusedException.class, () -> read(many, json -> BoundedJson.tensor("x", json)))
            .status());
  }

  @Test
  @DisplayName("a file is decoded from where it lies; what is no base64 is said")
  void base64_isCounted() {
    byte[] file = new byte[100_000];
    file[7] = 9;
    String text = Base64.getEncoder().encodeToString(file);
    assertArrayEquals(file, read('"' + text + '"', json -> BoundedJson.base64("image", json)));
    assertEquals(file.length, budget.held());
    assertArrayEquals(
        new byte[] {1},
        read("\"AQ\"", json -> BoundedJson.base64("image", json)),
        "padding may be left out");
    assertTrue(
        String.valueOf(
                assertThrows(
                        BadInputException.class,
                        () -> read("\"a*b\"", json -> BoundedJson.base64("image", json)))
                    .getMessage())
            .startsWith("image is not base64: "));
  }

  @Test
  @DisplayName("a file that there is no room for is refused while it is read")
  void base64_beyondTheBudgetIsRefused() {
    String text = Base64.getEncoder().encodeToString(new byte[3 << 19]);
    assertEquals(
        413,
        assertThrows(
                RefusedException.class,
                () -> read('"' + text + '"', json -> BoundedJson.base64("image", json)))
            .status());
  }

  @Test
  @DisplayName("names of fields, which the reader keeps, are bounded, skipped ones too")
  void names_areBounded() {
    StringBuilder text = new StringBuilder("{\"x\":{\"a\":0");
    for (int i = 0; i < 5000; i++) {
      text.append(",\"n").append(i).append("\":0");
    }
    text.append("}}");
    assertEquals(
        "the body has more than 4096 fields",
        assertThrows(
                BadInputException.class,
                () ->
                    read(
                        text.toString(),
                        json -> {
                          BoundedJson.object("x", json, (name, value) -> value.skipChildren());
                          return "";
                        }))
            .getMessage());
  }
}
