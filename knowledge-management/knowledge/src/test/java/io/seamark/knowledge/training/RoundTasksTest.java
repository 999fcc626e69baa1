package io.seamark.knowledge.training;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.seamark.knowledge.Street;
import io.seamark.knowledge.frames.LabelledFrames;
import io.seamark.plugin.TaskSample;
import io.seamark.registry.ConfiguredPlugins;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;

class RoundTasksTest {
  /** 12 of dusk, then 3 of night, then 2 of fog, of which 11, 14 and 16 are held out. */
  private static final List<TaskSample> SAMPLES =
      LongStream.range(0, 17)
          .mapToObj(
              s ->
                  new TaskSample(
                      s, Map.of(TaskSample.DOMAIN, s < 12 ? "dusk" : s < 15 ? "night" : "fog")))
          .toList();

  private static final Set<Long> TRAIN =
      LongStream.range(0, 17)
          .filter(s -> s != 11 && s != 14 && s != 16)
          .boxed()
          .collect(Collectors.toSet());

  @Test
  void drawsFromLargeTasksAloneAndFromSmallOnesTogether() {
    ConfiguredPlugins plugins = Street.plugins(Map.of());
    RoundTasks tasks = RoundTasks.of(plugins, new OneModel(plugins), SAMPLES, TRAIN);
    assertEquals(
        List.of(
            LongStream.range(0, 11).boxed().toList(), // dusk
            List.of(15L, 12L, 13L)), // fog and night
        tasks.draws(0));
    assertEquals(
        Map.of(
            "task.dusk.trained", 11.0,
            "task.dusk.held_out", 1.0,
            "task.night.trained", 2.0,
            "task.night.held_out", 1.0,
            "task.fog.trained", 1.0,
            "task.fog.held_out", 1.0),
        tasks.figures());
  }

  @Test
  void refusesAModelPerTaskAtTheStart() {
    assertEquals(
        "seamark.task_relationship_discovery is 'DefaultTaskRelationDiscover', which makes 2 groups"
            + " of tasks with a model each, but one model is deployed: choose shared_model",
        assertThrows(
                IllegalArgumentException.class,
                () ->
                    new TrainingRound(
                        RoundSettings.DEFAULTS,
                        Street.plugins(
                            Map.of(
                                "seamark.task_relationship_discovery",
                                "DefaultTaskRelationDiscover")),
                        LabelledFrames.NONE))
            .getMessage());
  }
}
