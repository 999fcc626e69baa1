package io.seamark.task;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.seamark.perception.ClassScores;
import io.seamark.perception.PixelConfidence;
import io.seamark.perception.Prediction;
import io.seamark.plugin.InferenceIntegrate.TaskResult;
import io.seamark.plugin.PluginKind;
import io.seamark.plugin.Task;
import io.seamark.plugin.TaskAllocation;
import io.seamark.plugin.TaskGroup;
import io.seamark.plugin.TaskRemodeling.ModelSamples;
import io.seamark.plugin.TaskSample;
import io.seamark.plugin.UnseenSampleReRecognition;
import io.seamark.registry.ConfiguredPlugins;
import io.seamark.registry.PluginRegistry;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class TaskPluginsTest {
  private static final TaskSample DUSK = sample(0, Map.of("domain", "dusk", "edge", "a"));
  private static final TaskSample NIGHT = sample(1, Map.of("domain", "night", "edge", "a"));
  private static final TaskSample LATER_DUSK = sample(2, Map.of("domain", "dusk", "edge", "b"));
  private static final TaskSample BARE = sample(3, Map.of("edge", "b"));
  private static final List<TaskSample> ALL = List.of(NIGHT, DUSK, LATER_DUSK, BARE);

  private static TaskSample sample(long sequence, Map<String, String> attributes) {
    return new TaskSample(sequence, attributes);
  }

  private static <P> P plugin(PluginKind<P> kind, String name, Map<String, String> settings) {
    PluginRegistry found = PluginRegistry.discover(null, TaskPluginsTest.class.getClassLoader());
    Map<String, String> all = new java.util.HashMap<>(settings);
    all.put(ConfiguredPlugins.selectionKey(kind), name);
    return new ConfiguredPlugins(found, all, 0, 1).create(kind);
  }

  private static <P> P plugin(PluginKind<P> kind, String name) {
    return plugin(kind, name, Map.of());
  }

  @Test
  void dataAttr_namesTasksByAttributeAndPutsWhatLacksItTogether() {
    assertEquals(
        List.of(
            new Task("dusk", List.of(DUSK, LATER_DUSK)),
            new Task("night", List.of(NIGHT)),
            new Task("unknown", List.of(BARE))),
        plugin(PluginKind.TASK_DEFINITION, "TaskDefinitionByDataAttr").define(ALL));
  }

  @Test
  void dataAttr_joinsSeveralAttributes() {
    String key = "task_definition.TaskDefinitionByDataAttr.attribute";
    List<Task> tasks =
        plugin(PluginKind.TASK_DEFINITION, "TaskDefinitionByDataAttr", Map.of(key, "edge, domain"))
            .define(ALL);
    assertEquals(
        List.of("a_dusk", "a_night", "b_dusk", "b_unknown"),
        tasks.stream().map(Task::entry).toList());
    IllegalArgumentException e =
        assertThrows(
            IllegalArgumentException.class,
            () ->
                plugin(
                    PluginKind.TASK_DEFINITION, "TaskDefinitionByDataAttr", Map.of(key, "edge,")));
    assertTrue(
        String.valueOf(e.getMessage())
            .contains("attribute is 'edge,', but must be names with commas between them"));
  }

  @Test
  void origin_tellsRealFromSimByTheId() {
    TaskSample real = sample(0, Map.of("id", "aachen_000001"));
    TaskSample sim = sample(1, Map.of("id", "synthia_7"));
    assertEquals(
        List.of(new Task("real", List.of(real)), new Task("sim", List.of(sim, BARE))),
        plugin(PluginKind.TASK_DEFINITION, "TaskDefinitionByOrigin")
            .define(List.of(sim, real, BARE)));
  }

  @Test
  void origin_takesTheTasksThatAreNamed() {
    TaskSample front = sample(0, Map.of("id", "front/1.png"));
    TaskSample other = sample(1, Map.of("id", "street/1.png"));
    String key = ".TaskDefinitionByOrigin.origins";
    assertEquals(
        List.of(new Task("front", List.of(front)), new Task("garden", List.of(other, BARE))),
        plugin(
                PluginKind.TASK_DEFINITION,
                "TaskDefinitionByOrigin",
                Map.of("task_definition" + key, "front, garden"))
            .define(List.of(other, front, BARE)));
    assertEquals(
        List.of(1, 2, 2),
        plugin(
                PluginKind.TASK_ALLOCATION,
                "TaskAllocationByOrigin",
                Map.of("task_allocation.TaskAllocationByOrigin.origins", "front, garden"))
            .allocate(Map.of("front", 1, "garden", 2), List.of(front, other, BARE)));
  }

  @Test
  void origin_realIsToldByTheCitiesAlsoWhereItIsNamed() {
    // The origins of Ianvs's examples on Cityscapes and Synthia, whose ids hold neither name.
    TaskSample city = sample(0, Map.of("id", "leftImg8bit/train/ulm/ulm_000001.png"));
    TaskSample synthia = sample(1, Map.of("id", "synthia_sim/RGB/1.png"));
    TaskSample named = sample(2, Map.of("id", "real/1.png"));
    String key = ".TaskDefinitionByOrigin.origins";
    for (String origins : List.of("real, sim", "sim, real")) {
      assertEquals(
          List.of(new Task("real", List.of(city, named)), new Task("sim", List.of(synthia))),
          plugin(
                  PluginKind.TASK_DEFINITION,
                  "TaskDefinitionByOrigin",
                  Map.of("task_definition" + key, origins))
              .define(List.of(city, synthia, named)),
          origins);
    }
    // Where no task is called real, the cities say nothing.
    assertEquals(
        List.of(new Task("garden", List.of(city))),
        plugin(
                PluginKind.TASK_DEFINITION,
                "TaskDefinitionByOrigin",
                Map.of("task_definition" + key, "front, garden"))
            .define(List.of(city)));
  }

  @Test
  void domain_isTheFirstThatTheIdHoldsOrElseTheFirst() {
    TaskSample synthia = sample(0, Map.of("id", "Synthia/RGB/1.png"));
    TaskSample robot = sample(1, Map.of("id", "Cloud-Robotics/rgb/1.png"));
    TaskSample two = sample(2, Map.of("id", "Cityscapes/Synthia/1.png"));
    List<TaskSample> samples = List.of(synthia, robot, two, BARE);
    assertEquals(
        List.of(
            new Task("Cityscapes", List.of(two, BARE)),
            new Task("Cloud-Robotics", List.of(robot)),
            new Task("Synthia", List.of(synthia))),
        plugin(PluginKind.TASK_DEFINITION, "TaskDefinitionByDomain").define(samples));
    PluginKind<TaskAllocation> kind = PluginKind.TASK_ALLOCATION;
    Map<String, Integer> extractor = Map.of("Cityscapes", 0, "Synthia", 1, "Cloud-Robotics", 2);
    assertEquals(
        List.of(1, 2, 0, 0), plugin(kind, "TaskAllocationByDomain").allocate(extractor, samples));
    String key = "task_allocation.TaskAllocationByDomain.";
    assertEquals(
        List.of(2, 2, 2, 2),
        plugin(kind, "TaskAllocationByDomain", Map.of(key + "default", "Cloud-Robotics"))
            .allocate(extractor, samples));
    assertEquals(
        List.of(1, 2, 1, 2),
        plugin(kind, "TaskAllocationByDomain", Map.of(key + "origins", "Cloud-Robotics, Synthia"))
            .allocate(extractor, samples));
  }

  @Test
  void relation_makesOneGroupOfEachTaskOrOfAll() {
    Task dusk = new Task("dusk", List.of(DUSK, LATER_DUSK));
    Task night = new Task("night", List.of(NIGHT));
    PluginKind<io.seamark.plugin.TaskRelationshipDiscovery> kind =
        PluginKind.TASK_RELATIONSHIP_DISCOVERY;
    assertEquals(
        List.of(new TaskGroup("dusk", List.of(dusk)), new TaskGroup("night", List.of(night))),
        plugin(kind, "DefaultTaskRelationDiscover").discover(List.of(dusk, night)));
    List<TaskGroup> shared = plugin(kind, "shared_model").discover(List.of(dusk, night));
    assertEquals(List.of(new TaskGroup("shared_model", List.of(dusk, night))), shared);
    assertEquals(List.of(DUSK, LATER_DUSK, NIGHT), shared.get(0).samples());
    assertEquals(List.of(), plugin(kind, "shared_model").discover(List.of()));
  }

  @Test
  void remodeling_sendsABadIndexToTheFirstModel() {
    var remodeling = plugin(PluginKind.TASK_REMODELING, "DefaultTaskRemodeling");
    assertEquals(
        List.of(
            new ModelSamples(0, List.of(DUSK, LATER_DUSK, BARE)),
            new ModelSamples(1, List.of(NIGHT))),
        remodeling.remodel(ALL, List.of(1, 0, 2, -1), 2));
    assertThrows(IllegalArgumentException.class, () -> remodeling.remodel(ALL, List.of(1, 0), 2));
  }

  @Test
  void reRecognition_keepsAllUnseenOrCallsEverySecondSeen() {
    ClassScores scores = new ClassScores(2, 1, 1, new float[] {0, 1});
    PluginKind<UnseenSampleReRecognition> kind = PluginKind.UNSEEN_SAMPLE_RE_RECOGNITION;
    UnseenSampleReRecognition sedna = plugin(kind, "SampleReRegonitionDefault");
    UnseenSampleReRecognition all = plugin(kind, "all_unseen");
    assertEquals(
        List.of(false, true, true, false),
        List.of(DUSK, NIGHT, BARE, LATER_DUSK).stream().map(s -> sedna.unseen(s, scores)).toList());
    assertTrue(ALL.stream().allMatch(s -> all.unseen(s, scores)));
  }

  @Test
  void allocation_givesTheIndexOfTheTaskThatTheDefinitionMakes() {
    Map<String, Integer> extractor = Map.of("dusk", 2, "unknown", 1);
    PluginKind<TaskAllocation> kind = PluginKind.TASK_ALLOCATION;
    assertEquals(
        List.of(0, 2, 2, 1), plugin(kind, "TaskAllocationByDataAttr").allocate(extractor, ALL));
    assertEquals(
        List.of(0, 0, 0, 0), plugin(kind, "TaskAllocationDefault").allocate(extractor, ALL));
    String key = "task_allocation.TaskAllocationByDataAttr.attribute";
    assertEquals(
        List.of(0, 4, 0, 0),
        plugin(kind, "TaskAllocationByDataAttr", Map.of(key, "domain,edge"))
            .allocate(Map.of("dusk_a", 4), ALL));
  }

  @Test
  void allocation_byOriginTellsRealFromSimUnlessADefaultIsSet() {
    List<TaskSample> samples =
        List.of(
            sample(0, Map.of("id", "zurich_000001")), sample(1, Map.of("id", "synthia_7")), BARE);
    Map<String, Integer> extractor = Map.of("real", 0, "sim", 1);
    PluginKind<TaskAllocation> kind = PluginKind.TASK_ALLOCATION;
    String key = "task_allocation.TaskAllocationByOrigin.default";
    assertEquals(
        List.of(0, 1, 1), plugin(kind, "TaskAllocationByOrigin").allocate(extractor, samples));
    assertEquals(
        List.of(1, 1, 1),
        plugin(kind, "TaskAllocationByOrigin", Map.of(key, "sim")).allocate(extractor, samples));
    assertEquals(
        List.of(0, 0, 0), plugin(kind, "TaskAllocationByOrigin").allocate(Map.of(), samples));
  }

  @Test
  void unseenAllocation_givesEverySampleToTheFirstTask() {
    assertEquals(
        List.of(0, 0, 0, 0),
        plugin(PluginKind.UNSEEN_TASK_ALLOCATION, "UnseenTaskAllocationDefault")
            .allocate(Map.of("dusk", 1, "night", 0), ALL));
  }

  @Test
  void integrate_putsResultsInTheOrderOfTheSamplesTheLastOfEach() {
    Prediction a = prediction(0);
    Prediction b = prediction(1);
    Prediction c = prediction(2);
    assertEquals(
        List.of(c, a),
        plugin(PluginKind.INFERENCE_INTEGRATE, "DefaultInferenceIntegrate")
            .integrate(
                List.of(
                    new TaskResult(0, 5, a), new TaskResult(0, 2, b), new TaskResult(1, 2, c))));
  }

  private static Prediction prediction(float logit) {
    ClassScores scores = new ClassScores(2, 1, 1, new float[] {0, logit});
    return new Prediction(scores.argmax(), scores, PixelConfidence.of(scores));
  }
}
