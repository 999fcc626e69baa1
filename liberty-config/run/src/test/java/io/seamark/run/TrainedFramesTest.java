package io.seamark.run;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import io.seamark.buffer.BufferOptions;
import io.seamark.buffer.BufferedSample;
import io.seamark.buffer.ReplayBuffer;
import io.seamark.buffer.ReplayBufferWriter;
import io.seamark.edge.upload.CloudAnswer;
import io.seamark.knowledge.model.ModelVersion;
import io.seamark.knowledge.model.Provenance;
import io.seamark.knowledge.model.Provenance.Range;
import io.seamark.knowledge.model.Verdict;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TrainedFramesTest {
  private static final List<String> IDS = List.of("a", "b", "c", "d", "e");

  @TempDir Path folder = Path.of("");

  private static ModelVersion version(String name, Verdict verdict, Provenance provenance) {
    return new ModelVersion(
        name,
        "0".repeat(64),
        1,
        "2026-03-05T14:21:40Z",
        name.equals("v0") ? null : "v0",
        verdict,
        "as it is",
        null,
        null,
        provenance);
  }

  private static Provenance training(Range... trained) {
    return new Provenance(
        Provenance.TRAINING,
        null,
        null,
        new Provenance.BufferUse(0, 5, List.of(trained), List.of(new Range(4, 4)), Map.of()),
        null,
        Map.of(),
        Map.of(),
        1,
        Map.of(),
        List.of(),
        null,
        Map.of(),
        List.of());
  }

  @Test
  @DisplayName("what any version was trained on is trained, also what a rejected one was")
  void untrained() throws IOException {
    try (ReplayBufferWriter buffer = ReplayBuffer.open(folder, BufferOptions.unbounded())) {
      for (String id : IDS) {
        CloudAnswer answer = RunFixtures.cloud(id, 1);
        buffer.append(new BufferedSample(answer.sample(), answer.answer()));
      }
    }
    List<ModelVersion> versions =
        List.of(
            version("v0", Verdict.INITIAL, Provenance.ofFile("a.safetensors")),
            version("v1", Verdict.REJECTED, training(new Range(0, 0))),
            version("v2", Verdict.ACCEPTED, training(new Range(0, 0), new Range(2, 3))));
    Predicate<String> untrained = TrainedFrames.untrained(folder, versions);
    assertEquals(List.of("b", "e"), IDS.stream().filter(untrained).toList());
  }

  @Test
  @DisplayName("of a buffer that cannot be read nothing is known to be untrained")
  void noBuffer() throws IOException {
    Path file = Files.writeString(folder.resolve("file"), "no folder");
    assertFalse(TrainedFrames.untrained(file, List.of()).test("a"));
  }
}
