package io.seamark.run;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.seamark.edge.sync.LiveModel;
import io.seamark.network.EdgeModel;
import io.seamark.network.Precision;
import io.seamark.network.RfNetWeights;
import io.seamark.perception.ClassScores;
import io.seamark.perception.Frame;
import io.seamark.perception.PixelConfidence;
import io.seamark.perception.Prediction;
import io.seamark.perception.Sample;
import io.seamark.perception.SourceItem;
import io.seamark.plugin.BaseModel;
import io.seamark.plugin.SampleSource;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class JudgingTest {
  @TempDir Path folder = Path.of("");
  private final RunFolder run;

  JudgingTest(@TempDir Path out) throws InterruptedException {
    run = RunFolder.open(out, false, Map.of());
  }

  @AfterEach
  void giveFree() throws IOException {
    run.close();
  }

  /** A base model that answers one class everywhere, whatever the file. */
  private record Constant(int answer) implements BaseModel {
    @Override
    public Session open(Path model, int width, int height, boolean depth) {
      return new Session() {
        @Override
        public Prediction infer(Frame frame) {
          ClassScores scores =
              new ClassScores(RunFixtures.CLASSES, 2, 2, new float[RunFixtures.CLASSES * 4]);
          return new Prediction(RunFixtures.map(answer), scores, PixelConfidence.of(scores));
        }

        @Override
        public void close() {}
      };
    }
  }

  private LiveModel model(String version, int answer) throws IOException {
    Path file = folder.resolve(version + ".safetensors");
    EdgeModel.of(RfNetWeights.initial(1, RunFixtures.CLASSES, 4, false)).save(file, Precision.F32);
    return new LiveModel(new Constant(answer), version, file);
  }

  private static SampleSource source(List<Sample> samples) {
    Iterator<Sample> rest = samples.iterator();
    return new SampleSource() {
      @Override
      public Optional<SourceItem> next() {
        return rest.hasNext() ? Optional.of(rest.next()) : Optional.empty();
      }

      @Override
      public OptionalInt size() {
        return OptionalInt.empty();
      }

      @Override
      public void close() {}
    };
  }

  private Judging.Result judge(Recording recording, List<Sample> samples) throws IOException {
    try (LiveModel start = model("v0", 2);
        LiveModel updated = model("v1", 1)) {
      return new Judging(
              recording,
              run.answers(),
              new Judging.Model("v0", start),
              new Judging.Model("v1", updated))
          .judge(source(samples), id -> id.equals("b"), null, () -> false);
    }
  }

  @Test
  void threeFiguresAreOfTheSameDriftedFrames() throws IOException {
    Recording recording = new Recording(RunFixtures.CLASSES, run);
    recording.answered(RunFixtures.edge(0, "day", "day", false, 1));
    recording.answered(RunFixtures.edge(1, "a", "dusk", true, 2));
    recording.answered(RunFixtures.edge(2, "b", "dusk", true, 2));
    recording.answered(RunFixtures.edge(3, "c", "dusk", false, 2));
    recording.improved(RunFixtures.cloud("a", 1));
    recording.improved(RunFixtures.cloud("b", 0));
    Judging.Result result =
        judge(
            recording,
            List.of(
                RunFixtures.sample("day", "day"),
                RunFixtures.sample("a", "dusk"),
                RunFixtures.sample("b", "dusk"),
                RunFixtures.sample("c", "dusk")));
    Judgement judgement = java.util.Objects.requireNonNull(result.judgement());
    assertTrue(judgement.drifted());
    assertEquals(new Judgement.Row(2, 0, 0.25, 1), judgement.sent());
    assertEquals(new Judgement.Row(1, 0, 0, 1), judgement.untrained());
    assertEquals(3, judgement.all().frames());
    assertEquals(0, judgement.all().start());
    // Right on a; class 0 on b, class 2 on c: a third of class 1, nothing of the others.
    assertEquals(1 / 9.0, judgement.all().cloud(), 1e-9);
    assertEquals(1, judgement.all().updated());
    assertEquals(
        List.of("day", "a", "b", "c"), result.pictures().stream().map(p -> p.entry().id).toList());
    assertNull(result.pictures().get(0).fused());
  }

  @Test
  void withoutDomainsEveryFrameIsJudged() throws IOException {
    Recording recording = new Recording(RunFixtures.CLASSES, run);
    recording.answered(RunFixtures.edge(0, "a", "street", true, 2));
    recording.improved(RunFixtures.cloud("a", 1));
    Judging.Result result = judge(recording, List.of(RunFixtures.sample("a", "street")));
    Judgement judgement = java.util.Objects.requireNonNull(result.judgement());
    assertFalse(judgement.drifted());
    assertEquals(new Judgement.Row(1, 0, 1, 1), judgement.sent());
  }

  @Test
  void everyDomainShowsItsGreatestAndItsLeastGainAndAnEasyFrame() throws IOException {
    Recording recording = new Recording(RunFixtures.CLASSES, run);
    // The edge's class and the cloud's of every hard frame; the label is class 1.
    int[][] answers = {{2, 0}, {2, 1}, {2, 0}, {1, 0}, {1, 1}};
    List<Sample> samples = new ArrayList<>();
    for (int i = 0; i < answers.length; i++) {
      recording.answered(RunFixtures.edge(i, "hard" + i, "dusk", true, answers[i][0]));
      recording.improved(RunFixtures.cloud("hard" + i, answers[i][1]));
      samples.add(RunFixtures.sample("hard" + i, "dusk"));
    }
    for (String easy : List.of("easy0", "easy1")) {
      recording.answered(RunFixtures.edge(samples.size(), easy, "dusk", false, 1));
      samples.add(RunFixtures.sample(easy, "dusk"));
    }
    recording.answered(RunFixtures.edge(samples.size(), "alone", "fog", true, 2));
    recording.improved(RunFixtures.cloud("alone", 1));
    samples.add(RunFixtures.sample("alone", "fog"));
    assertEquals(
        List.of("hard1", "hard3", "easy0", "alone"),
        judge(recording, samples).pictures().stream().map(p -> p.entry().id).toList());
  }
}
