package io.seamark.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class OutputNamesTest {
  @ParameterizedTest
  @CsvSource({
    "0001TP_006690, 0001TP_006690.png",
    "a.jpg, a.jpg.png",
    "a.png, a.png.png",
    "a b-c_d+e~f=1@(2)!, a b-c_d+e~f=1@(2)!.png",
    "中文 ü, 中文 ü.png",
    "q*x, q%2Ax.png",
    "q?x, q%3Fx.png",
    "q%2Ax, q%252Ax.png",
    "100%, 100%25.png",
    "..x, %2E.x.png",
    ".., %2E..png",
    "a.., a...png",
    "munich/munich_000, munich%2Fmunich_000.png",
    "a\\b, a%5Cb.png",
  })
  void namesAreReadableAndTellTheirIds(String id, String name) {
    assertEquals(name, OutputNames.of(id, ".png"));
    assertEquals(id, OutputNames.id(name));
    assertEquals(id, OutputNames.id(OutputNames.of(id, ".json")));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"a\nb", "\r", "\u001b[31mred", "\0", "\u007f", "\u0085", "\ud800", "\udc00\ud800"})
  void nothingThatHarmsATerminalIsInAName(String id) {
    String name = OutputNames.of(id, ".png");
    assertTrue(name.codePoints().noneMatch(Character::isISOControl), name);
    assertEquals(name, new String(name.getBytes(StandardCharsets.UTF_8), StandardCharsets.UTF_8));
    assertEquals(id, OutputNames.id(name));
  }

  @Test
  void noTwoIdsGiveOneName() {
    String letters = "aA.%2uFD~/\\*?:_\n 中\u0301é\ud83d\ude00\ud800";
    Random random = new Random(7);
    Map<String, String> ids = new HashMap<>();
    for (int i = 0; i < 200_000; i++) {
      StringBuilder made = new StringBuilder();
      for (int n = 1 + random.nextInt(i % 100 == 0 ? 200 : 4); n > 0; n--) {
        made.append(letters.charAt(random.nextInt(letters.length())));
      }
      String id = made.toString();
      String name = OutputNames.of(id, ".png");
      String other = ids.put(name, id);
      assertTrue(other == null || other.equals(id), name);
      assertFalse(name.startsWith(".") || name.contains("/"), name);
      assertTrue(name.getBytes(StandardCharsets.UTF_8).length <= 255, name);
      if (!OutputNames.shortened(name)) {
        assertEquals(id, OutputNames.id(name));
      }
    }
  }

  @Test
  void whatNoFileSystemHoldsIsCutShortAndStillOneName() {
    Map<String, String> names = new HashMap<>();
    for (String part : List.of("x", "*", "中", "\ud83d\ude00", "\ud800", "é*")) {
      for (int length : new int[] {248, 250, 251, 252, 255, 300, 600}) {
        String id = part.repeat(length / part.length());
        for (String same : List.of(id, id + "y", "z" + id)) {
          String name = OutputNames.of(same, ".json");
          int bytes = name.getBytes(StandardCharsets.UTF_8).length;
          assertTrue(bytes <= 255, name);
          String other = names.put(name, same);
          assertTrue(other == null || other.equals(same), name);
          if (OutputNames.shortened(name)) {
            assertTrue(name.matches("(?s).+%~[0-9a-f]{64}\\.json"), name);
            assertTrue(bytes > 245, name);
            assertThrows(IllegalArgumentException.class, () -> OutputNames.id(name));
          } else {
            assertEquals(same, OutputNames.id(name));
          }
        }
      }
    }
    assertFalse(OutputNames.shortened(OutputNames.of("x".repeat(251), ".png")));
    assertTrue(OutputNames.shortened(OutputNames.of("x".repeat(252), ".png")));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "x",
        ".png",
        "a%.png",
        "a%2.png",
        "a%zz.png",
        "a%FF.png",
        "a%u12.png",
        "a%+1.png",
        "a:b.png"
      })
  void otherNamesTellNoId(String name) {
    assertThrows(IllegalArgumentException.class, () -> OutputNames.id(name));
  }
}
