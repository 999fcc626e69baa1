package io.seamark.setting;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

class SettingGroupTest {
  static Stream<SettingGroup<?>> groups() {
    return Stream.concat(SettingGroup.ALL.stream(), SettingGroup.TOLD.stream());
  }

  @ParameterizedTest
  @MethodSource("groups")
  void defaults_areWhatIsDeclared(SettingGroup<?> group) {
    defaultsAreDeclared(group);
  }

  private static <R extends Record> void defaultsAreDeclared(SettingGroup<R> group) {
    Map<String, String> declared = new LinkedHashMap<>();
    group.declared().forEach((key, spec) -> declared.put(key, spec.defaultValue()));

    assertEquals(declared, group.values(group.defaults()));
  }

  @ParameterizedTest
  @MethodSource("groups")
  void read_takesEveryKey(SettingGroup<?> group) {
    takesEveryKey(group);
  }

  private static <R extends Record> void takesEveryKey(SettingGroup<R> group) {
    Map<String, String> other = new LinkedHashMap<>();
    group.declared().forEach((key, spec) -> other.put(key, another(key, spec)));

    R read = group.read(key -> Optional.ofNullable(other.get(key)));

    assertEquals(other, group.values(read));
    for (String key : other.keySet()) {
      Map<String, String> one = group.values(group.defaults());
      assertNotEquals(other.get(key), one.put(key, other.getOrDefault(key, "")));
      assertEquals(
          one,
          group.values(group.with(group.defaults(), Map.of(key, other.getOrDefault(key, "")))));
    }
  }

  /** A value that is allowed and not the default. */
  private static String another(String key, HyperparameterSpec spec) {
    return switch (spec.type()) {
      case BOOLEAN -> Boolean.toString(!Boolean.parseBoolean(spec.defaultValue()));
      case INT, LONG -> {
        long value = Long.parseLong(spec.defaultValue());
        yield Long.toString(value + 1 <= spec.max() ? value + 1 : value - 1);
      }
      case DOUBLE -> {
        double value = Double.parseDouble(spec.defaultValue());
        yield Double.toString(value / 2 >= spec.min() ? value / 2 : value * 2);
      }
      case STRING ->
          switch (key) {
            case TrainingSettings.SIZE, TrainingSettings.CROP -> "640x352";
            case TrainingSettings.CANDIDATES -> "last,halfway";
            case "seamark.buffer.max-age" -> "P30D";
            case "seamark.buffer.max-age-by-domain", "seamark.buffer.max-age-by-edge" -> "rain=P7D";
            default -> "x" + key;
          };
      case PATH -> "folder/of/" + key;
      case CHOICE -> spec.choices().get(spec.choices().size() - 1);
    };
  }

  @ParameterizedTest
  @ValueSource(strings = {"averaged,", "best", "last,last", "halfway", "Last"})
  void candidates_areNamedOnceEach(String names) {
    IllegalArgumentException e =
        assertThrows(
            IllegalArgumentException.class,
            () ->
                SettingGroup.TRAINING.with(
                    SettingGroup.TRAINING.defaults(), Map.of(TrainingSettings.CANDIDATES, names)));
    String message = String.valueOf(e.getMessage());
    assertTrue(message.contains("seamark.training.candidates is '" + names + "'"), message);
    assertTrue(message.contains("halfway"), message);
  }

  @Test
  void noKeyIsDeclaredTwice() {
    Map<String, String> places = new HashMap<>();
    groups()
        .forEach(
            group ->
                group
                    .declared()
                    .keySet()
                    .forEach(
                        key -> {
                          String before = places.put(key, group.title());
                          assertEquals(null, before, key + " is declared twice");
                        }));
    assertTrue(places.size() > 40, places.toString());
  }

  @Test
  void read_namesAllThatIsWrong() {
    Map<String, String> wrong =
        Map.of(
            "seamark.edge.window", "-1",
            "seamark.edge.jpeg-quality", "much",
            "seamark.edge.sync.interval", "1.5");

    IllegalArgumentException e =
        assertThrows(
            IllegalArgumentException.class,
            () -> SettingGroup.EDGE.read(key -> Optional.ofNullable(wrong.get(key))));

    assertEquals(
        """
        seamark.edge.jpeg-quality is 'much', but must be a number from 0.1 to 1
        seamark.edge.window is '-1', but must be a whole number of frames from 0 to 1000000
        seamark.edge.sync.interval is '1.5', but must be a whole number of seconds from 1 to 86400""",
        e.getMessage());
  }

  @Test
  void read_takesNothingForTheDefault() {
    assertEquals(SettingGroup.EDGE.defaults(), SettingGroup.EDGE.read(key -> Optional.of(" ")));
  }

  @Test
  void with_namesAKeyThatIsNotItsOwn() {
    IllegalArgumentException e =
        assertThrows(
            IllegalArgumentException.class,
            () ->
                SettingGroup.PULL.with(
                    SettingGroup.PULL.defaults(), Map.of("seamark.model.miror", "x")));

    assertEquals(
        "seamark.model.miror is set, but must be one of seamark.model.mirror", e.getMessage());
  }

  @Test
  void aRecordMadeFromValuesKeepsTheRanges() {
    IllegalArgumentException e =
        assertThrows(
            IllegalArgumentException.class, () -> new AppealNetSettings(-1, 1, 1, 0.1, Double.NaN));

    assertEquals(
        """
        seamark.training.appealnet.frames is '-1', but must be a whole number of frames from 0 to 100000
        seamark.training.appealnet.cost is 'NaN', but must be a number from 1.0E-9 to 100""",
        e.getMessage());
  }
}
