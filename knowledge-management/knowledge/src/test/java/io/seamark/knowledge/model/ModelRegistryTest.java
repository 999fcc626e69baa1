package io.seamark.knowledge.model;

import static io.seamark.knowledge.model.Verdict.REJECTED;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.seamark.plugin.KnowledgeManagement;
import io.seamark.plugin.TaskUpdateDecision.Accepted;
import io.seamark.plugin.TaskUpdateDecision.Evaluation;
import io.seamark.plugin.TaskUpdateDecision.Rejected;
import io.seamark.plugin.TaskUpdateDecision.Verdict;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Clock;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

// JUnit sets the folders.
@SuppressWarnings("NullAway.Init")
class ModelRegistryTest {
  private static final Clock NOON =
      Clock.fixed(Instant.parse("2026-06-01T12:00:00Z"), ZoneOffset.UTC);
  private static final Evaluation BEFORE = new Evaluation(6, 0.4, 3, 0.7);
  private static final Evaluation AFTER = new Evaluation(6, 0.5, 3, Double.NaN);
  private static final Provenance TRAINED =
      new Provenance(
          Provenance.TRAINING,
          null,
          "0".repeat(64),
          new Provenance.BufferUse(
              0, 32, List.of(new Provenance.Range(0, 3)), List.of(), Map.of("a.arrow", "ff")),
          new Provenance.RetainedUse("day", 20, 4),
          Map.of("steps", "10"),
          Map.of("seamark.replay_policy", "reservoir"),
          7,
          Map.of("java", "17"),
          List.of(),
          "averaged",
          Map.of("seconds", 1.5),
          List.of());

  @TempDir private Path folder;
  @TempDir private Path elsewhere;

  private ModelRegistry begun() throws IOException {
    Path initial = Files.writeString(elsewhere.resolve("street.safetensors"), "weights 0");
    ModelRegistry registry = ModelRegistry.open(LocalFolder::open, folder, 16, NOON);
    registry.begin(initial);
    return registry;
  }

  private static ModelVersion add(ModelRegistry registry, String content, Verdict verdict)
      throws IOException {
    ModelRegistry.Staged staged =
        registry.stage((file, version) -> Files.writeString(file, content));
    String parent = registry.champion().orElseThrow().version();
    return registry.judge(staged, parent, verdict, BEFORE, AFTER, TRAINED);
  }

  private String champion() throws IOException {
    return Files.readString(folder.resolve("champion.safetensors"));
  }

  private List<String> files() throws IOException {
    try (Stream<Path> files = Files.list(folder)) {
      return files.map(f -> f.getFileName().toString()).sorted().toList();
    }
  }

  @Test
  void beginsWithTheGivenFileByteForByte() throws IOException {
    try (ModelRegistry registry = begun()) {
      ModelVersion v0 = registry.champion().orElseThrow();
      assertEquals("v0", v0.version());
      assertEquals("b6776a5e4ab488d8e9945941ab1495e02928868bde77e43e726cd2b48c60381b", v0.sha256());
      assertEquals("street.safetensors", v0.provenance().source());
      assertEquals(
          List.of(".lock", "champion.json", "champion.safetensors", "v0.json", "v0.safetensors"),
          files());
    }
  }

  @Test
  void acceptedVersionServesAndRejectedDoesNot() throws IOException {
    try (ModelRegistry registry = begun()) {
      add(registry, "weights 1", new Accepted("better"));
      add(registry, "weights 2", new Rejected("worse"));
      assertEquals("v1", registry.champion().orElseThrow().version());
      assertEquals("weights 1", champion());
      ModelVersion v2 = registry.version("v2").orElseThrow();
      assertEquals(REJECTED, v2.verdict());
      assertEquals("v1", v2.parent());
      assertEquals(Figures.of(AFTER), v2.candidate());
      assertNull(Figures.of(AFTER).retainedMeanIou());
    }
  }

  @Test
  void ofRejectedVersionsOnlyTheNewestKeepTheirWeights() throws IOException {
    Path initial = Files.writeString(elsewhere.resolve("street.safetensors"), "weights 0");
    try (ModelRegistry registry = ModelRegistry.open(LocalFolder::open, folder, 2, NOON)) {
      registry.begin(initial);
      add(registry, "weights 1", new Accepted("better"));
      for (int v = 2; v <= 5; v++) {
        add(registry, "weights " + v, new Rejected("worse"));
      }
      add(registry, "weights 6", new Accepted("better"));
      assertEquals(7, registry.versions().size());
      assertTrue(registry.dropped("v2"));
      assertTrue(registry.weights("v3").isEmpty());
      assertFalse(files().contains("v3.safetensors"));
      assertTrue(files().contains("v3.json"));
      for (String kept : List.of("v0", "v1", "v4", "v5", "v6")) {
        assertFalse(registry.dropped(kept), kept);
        assertTrue(registry.weights(kept).isPresent(), kept);
      }
      assertFalse(registry.dropped("v7"));
    }
    // A smaller number holds from the next start on; what served stays.
    try (ModelRegistry registry = ModelRegistry.open(LocalFolder::open, folder, 0, NOON)) {
      assertTrue(registry.dropped("v5"));
      assertEquals("v6", registry.champion().orElseThrow().version());
      assertTrue(registry.weights("v1").isPresent());
      assertTrue(registry.weights("v0").isPresent());
      assertEquals(7, registry.versions().size());
    }
  }

  @Test
  void reopensWithEverythingItWasTold() throws IOException {
    List<ModelVersion> before;
    try (ModelRegistry registry = begun()) {
      add(registry, "weights 1", new Accepted("better"));
      before = registry.versions();
    }
    try (ModelRegistry registry = ModelRegistry.open(LocalFolder::open, folder, 16, NOON)) {
      assertEquals(before, registry.versions());
      assertEquals(before.get(1), registry.champion().orElseThrow());
    }
  }

  @Test
  void everythingIsKeptInTheStorageWhereverThatIs() throws IOException {
    Path initial = Files.writeString(elsewhere.resolve("street.safetensors"), "weights 0");
    KnowledgeManagement far = ours -> LocalFolder.open(elsewhere.resolve("far"));
    List<ModelVersion> before;
    try (ModelRegistry registry = ModelRegistry.open(far, folder, 16, NOON)) {
      registry.begin(initial);
      add(registry, "weights 1", new Accepted("better"));
      before = registry.versions();
    }
    assertEquals(List.of(), files());
    Files.writeString(elsewhere.resolve("far/v1.safetensors"), "weights !");
    try (ModelRegistry registry = ModelRegistry.open(far, folder, 16, NOON)) {
      assertEquals(before, registry.versions());
      assertEquals("v1", registry.champion().orElseThrow().version());
      assertEquals("weights 1", Files.readString(registry.weights("v1").orElseThrow().file()));
    }
  }

  @Test
  void crashWhileStagingLeavesNothing() throws IOException {
    try (ModelRegistry registry = begun()) {
      registry.stage((file, version) -> Files.writeString(file, "half"));
    }
    Files.writeString(folder.resolve(".seamark-0123456789abcdef0123456789abcdef.new"), "{");
    try (ModelRegistry registry = ModelRegistry.open(LocalFolder::open, folder, 16, NOON)) {
      assertEquals(1, registry.versions().size());
      assertEquals(5, files().size(), files()::toString);
    }
  }

  @Test
  void crashBetweenWeightsAndDescriptionIsNoVersion() throws IOException {
    begun().close();
    Files.writeString(folder.resolve("v1.safetensors"), "weights 1");
    try (ModelRegistry registry = ModelRegistry.open(LocalFolder::open, folder, 16, NOON)) {
      assertEquals(1, registry.versions().size());
      assertFalse(Files.exists(folder.resolve("v1.safetensors")));
      assertEquals("v1", add(registry, "again", new Accepted("better")).version());
    }
  }

  @Test
  void crashBetweenTheFirstWeightsAndTheirDescriptionBeginsAgain() throws IOException {
    begun().close();
    for (String name : List.of("v0.json", "champion.json", "champion.safetensors")) {
      Files.delete(folder.resolve(name));
    }
    assertEquals("v0", begun().champion().orElseThrow().version());
  }

  @ParameterizedTest
  @ValueSource(strings = {"v0.safetensors", "champion.safetensors", "champion.json"})
  void modelsOfSomebodyElseAreNoneToBeginOver(String theirs) throws IOException {
    Files.writeString(folder.resolve(theirs), "theirs");
    IllegalArgumentException e = assertThrows(IllegalArgumentException.class, this::begun);
    assertTrue(
        String.valueOf(e.getMessage()).startsWith(folder.resolve(theirs) + " exists already"),
        e.getMessage());
    assertEquals("theirs", Files.readString(folder.resolve(theirs)));
  }

  @Test
  void modelsHaveThePermissionsOfAnyNewFile() throws IOException {
    Path initial = Files.writeString(elsewhere.resolve("street.safetensors"), "weights 0");
    Files.setPosixFilePermissions(initial, PosixFilePermissions.fromString("r--------"));
    try (ModelRegistry registry = ModelRegistry.open(LocalFolder::open, folder, 16, NOON)) {
      registry.begin(initial);
    }
    Path usual = Files.createFile(elsewhere.resolve("usual"));
    for (String name : files()) {
      assertEquals(
          Files.getPosixFilePermissions(usual),
          Files.getPosixFilePermissions(folder.resolve(name)),
          name);
    }
  }

  @Test
  void weightsThatSomebodyPutThereStayAndVersionsPassThemOver() throws IOException {
    Files.writeString(folder.resolve("v2.safetensors"), "theirs");
    try (ModelRegistry registry = begun()) {
      assertEquals("v1", add(registry, "weights 1", new Accepted("better")).version());
    }
    Files.writeString(folder.resolve("v4.safetensors"), "also theirs");
    Files.move(folder.resolve("v2.safetensors"), folder.resolve("v3.safetensors"));
    try (ModelRegistry registry = ModelRegistry.open(LocalFolder::open, folder, 16, NOON)) {
      assertEquals("v2", add(registry, "weights 2", new Accepted("better")).version());
      assertEquals("v5", add(registry, "weights 5", new Accepted("better")).version());
    }
    assertEquals("theirs", Files.readString(folder.resolve("v3.safetensors")));
    assertEquals("also theirs", Files.readString(folder.resolve("v4.safetensors")));
  }

  @Test
  void crashBetweenDescriptionAndPointerGoesForward() throws IOException {
    byte[] pointer;
    try (ModelRegistry registry = begun()) {
      pointer = Files.readAllBytes(folder.resolve("champion.json"));
      add(registry, "weights 1", new Accepted("better"));
    }
    Files.write(folder.resolve("champion.json"), pointer);
    Files.writeString(folder.resolve("champion.safetensors"), "weights 0");
    try (ModelRegistry registry = ModelRegistry.open(LocalFolder::open, folder, 16, NOON)) {
      assertEquals("v1", registry.champion().orElseThrow().version());
      assertEquals("weights 1", champion());
    }
  }

  @Test
  void crashBetweenPointerAndCopyRenewsTheCopy() throws IOException {
    try (ModelRegistry registry = begun()) {
      add(registry, "weights 1", new Accepted("better"));
    }
    Files.writeString(folder.resolve("champion.safetensors"), "weights 0");
    ModelRegistry.open(LocalFolder::open, folder, 16, NOON).close();
    assertEquals("weights 1", champion());
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "{", "[]", "{\"version\":\"v9\"}"})
  void brokenPointerFallsBackToTheNewestAccepted(String pointer) throws IOException {
    try (ModelRegistry registry = begun()) {
      add(registry, "weights 1", new Accepted("better"));
      add(registry, "weights 2", new Rejected("worse"));
    }
    Files.writeString(folder.resolve("champion.json"), pointer);
    try (ModelRegistry registry = ModelRegistry.open(LocalFolder::open, folder, 16, NOON)) {
      assertEquals("v1", registry.champion().orElseThrow().version());
    }
  }

  @Test
  void damagedChampionIsRestoredFromItsCopy() throws IOException {
    try (ModelRegistry registry = begun()) {
      add(registry, "weights 1", new Accepted("better"));
    }
    Files.writeString(folder.resolve("v1.safetensors"), "weights !");
    try (ModelRegistry registry = ModelRegistry.open(LocalFolder::open, folder, 16, NOON)) {
      assertEquals("v1", registry.champion().orElseThrow().version());
      assertArrayEquals(
          "weights 1".getBytes(StandardCharsets.UTF_8),
          Files.readAllBytes(registry.weights("v1").orElseThrow().file()));
    }
  }

  @Test
  void championDamagedTwiceGivesWayToItsParent() throws IOException {
    try (ModelRegistry registry = begun()) {
      add(registry, "weights 1", new Accepted("better"));
    }
    Files.writeString(folder.resolve("v1.safetensors"), "weights !");
    Files.writeString(folder.resolve("champion.safetensors"), "weights ?");
    try (ModelRegistry registry = ModelRegistry.open(LocalFolder::open, folder, 16, NOON)) {
      assertEquals("v0", registry.champion().orElseThrow().version());
      assertEquals("weights 0", champion());
      IOException refused = assertThrows(IOException.class, () -> registry.weights("v1"));
      assertTrue(
          String.valueOf(refused.getMessage()).startsWith("weights of v1 refused: SHA-256 of "));
    }
  }

  @Test
  void fileChangedWhileOpenIsRefused() throws IOException {
    try (ModelRegistry registry = begun()) {
      Files.writeString(folder.resolve("v0.safetensors"), "weights 0, changed");
      assertThrows(IOException.class, () -> registry.weights("v0"));
      Files.delete(folder.resolve("v0.safetensors"));
      IOException missing = assertThrows(IOException.class, () -> registry.weights("v0"));
      assertTrue(String.valueOf(missing.getMessage()).startsWith("weights of v0 are missing: "));
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"", "{", "null", "{}", "\u0000\u0000\u0000\u0000", "{\"version\":\"v0\"}"})
  void aDescriptionThatCannotBeReadCostsOnlyItsVersion(String damage) throws IOException {
    try (ModelRegistry registry = begun()) {
      add(registry, "weights 1", new Accepted("better"));
      add(registry, "weights 2", new Accepted("better"));
    }
    Files.writeString(folder.resolve("v2.json"), damage);
    try (ModelRegistry registry = ModelRegistry.open(LocalFolder::open, folder, 16, NOON)) {
      assertEquals("v1", registry.champion().orElseThrow().version());
      assertEquals(2, registry.versions().size());
      assertEquals(1, registry.unreadable().size());
      assertTrue(registry.unreadable().get(0).startsWith("v2.json "), registry.unreadable().get(0));
      assertEquals("weights 2", Files.readString(folder.resolve("v2.safetensors")));
      assertEquals(damage, Files.readString(folder.resolve("v2.json")));
      add(registry, "weights 3", new Accepted("better"));
      assertEquals(
          "v3", registry.champion().orElseThrow().version(), "its number is not given out");
    }
    for (String name : List.of("v0.json", "v1.json", "v3.json")) {
      Files.writeString(folder.resolve(name), damage);
    }
    IOException e =
        assertThrows(
            IOException.class, () -> ModelRegistry.open(LocalFolder::open, folder, 16, NOON));
    assertTrue(String.valueOf(e.getMessage()).contains("can serve"), e.getMessage());
  }

  @Test
  void onlyOneMayHaveItOpen() throws IOException {
    try (ModelRegistry registry = begun()) {
      IOException e =
          assertThrows(
              IOException.class, () -> ModelRegistry.open(LocalFolder::open, folder, 16, NOON));
      assertTrue(String.valueOf(e.getMessage()).contains("is in use"), e.getMessage());
      assertEquals(1, registry.versions().size());
    }
    ModelRegistry.open(LocalFolder::open, folder, 16, NOON).close();
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "v", "v01", "v-1", "../v0", "v0/../v0", "V0", "v1234567890", "v0\n"})
  void refusesWhatIsNoVersionId(String id) throws IOException {
    try (ModelRegistry registry = begun()) {
      IllegalArgumentException e =
          assertThrows(IllegalArgumentException.class, () -> registry.weights(id));
      assertEquals(
          "model version is '" + id + "', but must be v0, v1, v2 and so on", e.getMessage());
    }
  }

  @Test
  void discardedWeightsAreNoVersion() throws IOException {
    try (ModelRegistry registry = begun()) {
      registry.discard(registry.stage((file, version) -> Files.writeString(file, "weights 1")));
      assertEquals("v1", add(registry, "weights 1", new Accepted("better")).version());
    }
  }

  @Test
  void sequencesAreWrittenAsRuns() {
    assertEquals(
        List.of(
            new Provenance.Range(1, 3), new Provenance.Range(7, 7), new Provenance.Range(9, 10)),
        Provenance.Range.of(List.of(1L, 2L, 3L, 7L, 9L, 10L)));
  }

  @Test
  void anEarlierVersionServesAgainAlsoAfterARestart() throws IOException {
    try (ModelRegistry registry = begun()) {
      add(registry, "weights 1", new Accepted("better"));
      add(registry, "weights 2", new Accepted("better"));
      assertEquals("v1", registry.rollBack(null).version());
      assertEquals("weights 1", champion());
    }
    try (ModelRegistry registry = ModelRegistry.open(LocalFolder::open, folder, 16, NOON)) {
      assertEquals("v1", registry.champion().orElseThrow().version());
      assertEquals("v0", registry.rollBack(null).version());
      assertEquals("v2", registry.rollBack("v2").version());
      assertEquals("v3", add(registry, "weights 3", new Accepted("better")).version());
      assertEquals("v3", registry.champion().orElseThrow().version());
    }
  }

  @Test
  void whatCannotServeIsNamedWithWhatCan() throws IOException {
    try (ModelRegistry registry = begun()) {
      assertEquals(
          "v0 serves, and there is none before it; versions that can serve: v0",
          assertThrows(IllegalArgumentException.class, () -> registry.rollBack(null)).getMessage());
      add(registry, "weights 1", new Rejected("worse"));
      assertEquals(
          "v1 was rejected and cannot serve; versions that can: v0",
          assertThrows(IllegalArgumentException.class, () -> registry.rollBack("v1")).getMessage());
      assertEquals(
          "there is no version v7; versions that can: v0",
          assertThrows(IllegalArgumentException.class, () -> registry.rollBack("v7")).getMessage());
      assertThrows(IllegalArgumentException.class, () -> registry.rollBack("../v0"));
      assertEquals("v0", registry.champion().orElseThrow().version());
    }
  }

  @Test
  void damagedWeightsDoNotServeAgain() throws IOException {
    try (ModelRegistry registry = begun()) {
      add(registry, "weights 1", new Accepted("better"));
      Files.writeString(folder.resolve("v0.safetensors"), "weights !!");
      assertThrows(IOException.class, () -> registry.rollBack("v0"));
      assertEquals("v1", registry.champion().orElseThrow().version());
      assertEquals("weights 1", champion());
    }
  }

  @Test
  void aRoundThatARollbackOvertookIsNotAccepted() throws IOException {
    try (ModelRegistry registry = begun()) {
      add(registry, "weights 1", new Accepted("better"));
      ModelRegistry.Staged staged =
          registry.stage((file, version) -> Files.writeString(file, "weights 2"));
      registry.rollBack(null);
      ModelVersion late =
          registry.judge(staged, "v1", new Accepted("better"), BEFORE, AFTER, TRAINED);
      assertEquals(REJECTED, late.verdict());
      assertEquals("v0 serves now, and not the v1 it was judged against", late.reason());
      assertEquals("v0", registry.champion().orElseThrow().version());
    }
  }

  private static String serving(ModelRegistry registry, @Nullable String edge) {
    return registry.serving(edge).orElseThrow().version();
  }

  @Test
  void aNewVersionGoesToTheNamedEdgesFirst() throws IOException {
    try (ModelRegistry registry = begun()) {
      assertEquals(new Offered("v0", "v0", List.of(), 1), registry.offered());
      registry.offer(List.of("a", "b"), 0, null);
      // Nothing changes before there is another version.
      assertEquals("v0", serving(registry, "a"));
      add(registry, "weights 1", new Accepted("better"));
      add(registry, "weights 2", new Accepted("better"));
      assertEquals(new Offered("v2", "v0", List.of("a", "b"), 0), registry.offered());
    }
    try (ModelRegistry registry = ModelRegistry.open(LocalFolder::open, folder, 16, NOON)) {
      assertEquals("v2", serving(registry, "a"));
      assertEquals("v0", serving(registry, "c"));
      assertEquals("v0", serving(registry, null));
      // To all, and the next one to the first ones again.
      assertEquals(new Offered("v2", "v2", List.of("a", "b"), 0), registry.offerToAll());
      assertEquals("v2", serving(registry, "c"));
      add(registry, "weights 3", new Accepted("better"));
      assertEquals("v3", serving(registry, "b"));
      assertEquals("v2", serving(registry, "c"));
      // Taken back from all that are not first, and then from all.
      registry.offer(List.of("c"), 0, "v1");
      assertEquals("v1", serving(registry, "b"));
      assertEquals("v3", serving(registry, "c"));
      assertEquals("v2", registry.rollBack(null).version());
      assertEquals(new Offered("v2", "v2", List.of("c"), 0), registry.offered());
      registry.offer(List.of(), 1, null);
      assertEquals(new Offered("v2", "v2", List.of(), 1), registry.offered());
      assertFalse(files().contains("rollout.json"));
    }
  }

  @Test
  void aShareIsTheSameEdgesEachTimeAndAGreaterOneHasThemAll() throws IOException {
    Rollout few = new Rollout("v0", List.of(), 0.2);
    Rollout more = new Rollout("v7", List.of(), 0.5);
    int first = 0;
    for (int i = 0; i < 1000; i++) {
      String edge = "edge-" + i;
      assertEquals(Rollout.place(edge) < 0.2, few.first(edge), edge);
      assertTrue(!few.first(edge) || more.first(edge), edge);
      first += few.first(edge) ? 1 : 0;
    }
    assertTrue(first > 160 && first < 240, first + " of 1000 are first");
    assertFalse(few.first(null));
    // The first 53 bits of SHA-256 of the empty text, e3b0c44298fc1c14.
    assertEquals(0xe3b0c442p-32, Rollout.place(""), 1e-9);
  }

  @Test
  void aRolloutThatCannotBeFollowedIsRefused() throws IOException {
    try (ModelRegistry registry = begun()) {
      add(registry, "weights 1", new Rejected("worse"));
      assertEquals(
          "v1 was rejected and cannot serve; versions that can: v0",
          assertThrows(IllegalArgumentException.class, () -> registry.offer(List.of("a"), 0, "v1"))
              .getMessage());
      assertEquals(
          "share is 1.5, but must be 0 to 1",
          assertThrows(IllegalArgumentException.class, () -> registry.offer(List.of(), 1.5, null))
              .getMessage());
      assertThrows(IllegalArgumentException.class, () -> registry.offer(List.of(), 0, null));
      assertThrows(IllegalArgumentException.class, () -> registry.offer(List.of(" "), 0, null));
      assertThrows(IllegalArgumentException.class, () -> registry.offer(List.of("a"), 0.5, null));
      registry.offer(List.of("a"), 0, null);
    }
    Files.writeString(folder.resolve("rollout.json"), "{\"rest\":\"v9\",\"edges\":[\"a\"]}");
    IOException e =
        assertThrows(
            IOException.class, () -> ModelRegistry.open(LocalFolder::open, folder, 16, NOON));
    assertTrue(
        String.valueOf(e.getMessage()).contains("cannot be followed: there is no version v9"),
        e.getMessage());
  }
}
