package io.seamark.knowledge.training;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.seamark.knowledge.Street;
import io.seamark.knowledge.frames.LabelledFrames;
import io.seamark.knowledge.frames.ProceduralDay;
import io.seamark.perception.Look;
import io.seamark.plugin.PluginKind;
import io.seamark.plugin.Task;
import io.seamark.plugin.TaskSample;
import io.seamark.source.ProceduralStreet;
import io.seamark.source.Weather;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Collectors;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** What light and colours of a generated street tell of its weather. */
class LooksOfTheStreetTest {
  private static final List<Weather> WEATHERS =
      List.of(Weather.DAY, Weather.DUSK, Weather.NIGHT, Weather.RAIN, Weather.FOG);

  private static final int EACH = 40;

  private static final List<Look> LOOKS = new ArrayList<>();

  @BeforeAll
  static void look() {
    ProceduralStreet street = new ProceduralStreet(12, Street.WIDTH, Street.HEIGHT);
    for (int i = 0; i < EACH * WEATHERS.size(); i++) {
      LOOKS.add(Look.of(street.render(i, WEATHERS.get(i / EACH)).sample().frame()));
    }
  }

  private static List<Task> tasks(List<TaskSample> samples) {
    return Street.plugins(Map.of()).create(PluginKind.TASK_DEFINITION).define(samples);
  }

  private static TaskSample sample(int i, boolean domain) {
    Map<String, String> attributes = new HashMap<>();
    attributes.put(TaskSample.LOOK, LOOKS.get(i).text());
    if (domain) {
      attributes.put(TaskSample.DOMAIN, WEATHERS.get(i / EACH).name());
    }
    return new TaskSample(i, attributes);
  }

  private static List<TaskSample> samples(int from, int to, boolean domain) {
    List<TaskSample> samples = new ArrayList<>();
    for (int i = from; i < to; i++) {
      samples.add(sample(i, domain));
    }
    return samples;
  }

  /** Samples of the weather that most of the task's are of. */
  private static long ofOneWeather(Task task) {
    return task.samples().stream()
        .collect(Collectors.groupingBy(s -> s.sequence() / EACH, Collectors.counting()))
        .values()
        .stream()
        .mapToLong(Long::longValue)
        .max()
        .orElse(0);
  }

  @Test
  @DisplayName("without domains the weathers are found")
  void define_findsTheWeathers() {
    List<Task> tasks = tasks(samples(0, LOOKS.size(), false));
    double purity =
        tasks.stream().mapToLong(task -> ofOneWeather(task)).sum() / (double) LOOKS.size();
    assertTrue(purity > 0.9, "purity is " + purity);
    assertTrue(tasks.size() <= WEATHERS.size(), tasks.size() + " tasks");
  }

  @Test
  @DisplayName("one weather is one task, and a task has enough samples to be trained on")
  void define_doesNotDivideOneWeather() {
    for (int w = 0; w < WEATHERS.size(); w++) {
      assertEquals(1, tasks(samples(w * EACH, (w + 1) * EACH, false)).size(), "" + WEATHERS.get(w));
    }
    List<Task> tasks = tasks(samples(EACH - 5, 2 * EACH, false));
    assertEquals(1, tasks.size(), "five of the day are too few for a task");
  }

  @Test
  @DisplayName("where every sample names its domain that is its task")
  void define_takesDomainsThatAreNamed() {
    List<Task> tasks = tasks(samples(0, LOOKS.size(), true));
    assertEquals(
        WEATHERS.stream().map(Weather::name).sorted().toList(),
        tasks.stream().map(Task::entry).toList());
    List<TaskSample> some = samples(0, LOOKS.size(), true);
    some.set(7, sample(7, false));
    assertTrue(tasks(some).stream().allMatch(task -> task.entry().startsWith("look_")));
    some.set(8, new TaskSample(8, Map.of()));
    assertTrue(tasks(some).stream().anyMatch(task -> task.entry().equals("unknown")));
  }

  @Test
  @DisplayName("drift is small for the day that is retained and grows with the weather")
  void drift_growsWithTheWeather() {
    Drift drift =
        Objects.requireNonNull(Drift.from(new ProceduralDay(5, 32, Street.WIDTH, Street.HEIGHT)));
    List<Double> drifts = new ArrayList<>();
    for (int w = 0; w < WEATHERS.size(); w++) {
      drifts.add(drift.of(LOOKS.subList(w * EACH, (w + 1) * EACH)));
    }
    assertTrue(drifts.get(0) < 0.5, "of the day: " + drifts);
    for (int w = 1; w < drifts.size(); w++) {
      assertTrue(drifts.get(w) > 1, "of " + WEATHERS.get(w) + ": " + drifts);
    }
    assertNull(Drift.from(LabelledFrames.NONE));
  }
}
