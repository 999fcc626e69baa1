package io.seamark.knowledge.training;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.seamark.buffer.BufferOptions;
import io.seamark.buffer.BufferedSample;
import io.seamark.buffer.FusedAnswer;
import io.seamark.buffer.HardSample;
import io.seamark.buffer.ReplayBuffer;
import io.seamark.buffer.ReplayBufferWriter;
import io.seamark.imaging.Images;
import io.seamark.knowledge.Street;
import io.seamark.knowledge.frames.ProceduralDay;
import io.seamark.knowledge.model.ModelRegistry;
import io.seamark.knowledge.model.ModelVersion;
import io.seamark.knowledge.model.Provenance;
import io.seamark.perception.ClassMap;
import io.seamark.perception.ClassScores;
import io.seamark.perception.EncodedImage;
import io.seamark.perception.Frame;
import io.seamark.perception.Prediction;
import io.seamark.perception.Sample;
import io.seamark.plugin.BaseModel;
import io.seamark.plugin.PluginKind;
import io.seamark.setting.FrameSize;
import io.seamark.setting.SettingGroup;
import io.seamark.source.ProceduralStreet;
import io.seamark.source.Weather;
import io.seamark.street.StreetModels;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.UnaryOperator;
import java.util.stream.LongStream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

// JUnit sets the folder.
@SuppressWarnings("NullAway.Init")
class EdgeAgreementTest {
  private static final int CLASSES = 11;
  private static final double OUTLIER = 0.15;

  private static final List<Weather> WEATHERS =
      List.of(Weather.DAY, Weather.NIGHT, Weather.FOG, Weather.RAIN);

  @TempDir private Path folder;

  /** Ends the round as the end of its process would. */
  private static final class Killed extends Error {
    private static final long serialVersionUID = 1;
  }

  private static BaseModel basemodel() {
    return Street.plugins(Map.of()).create(PluginKind.BASEMODEL);
  }

  /** As an edge whose classes have other numbers sends it. */
  private static ClassMap permuted(ClassMap map) {
    byte[] classes = map.classes().clone();
    for (int i = 0; i < classes.length; i++) {
      classes[i] = (byte) ((classes[i] + 4) % CLASSES);
    }
    return new ClassMap(map.width(), map.height(), classes);
  }

  /** One in four rows as the street has it, the others as a model sees it. */
  private static ClassMap mixed(ClassMap seen, ClassMap label) {
    byte[] classes = seen.classes().clone();
    for (int i = 0; i < classes.length; i++) {
      classes[i] = i / seen.width() % 4 == 0 ? label.classes()[i] : classes[i];
    }
    return new ClassMap(seen.width(), seen.height(), classes);
  }

  private static void append(
      ReplayBufferWriter buffer, String edge, Sample sample, ClassMap answer, boolean depth)
      throws IOException {
    Frame frame = sample.frame();
    HardSample hard =
        new HardSample(
            sample.id(),
            edge,
            sample.domain(),
            0,
            frame.width(),
            frame.height(),
            new EncodedImage(EncodedImage.PNG, Images.encodePng(frame)),
            depth ? Images.encodeDepth(frame) : null,
            new ClassScores(CLASSES, 2, 2, new float[4 * CLASSES]),
            "v0",
            "score_margin",
            0.4,
            0.6);
    buffer.append(new BufferedSample(hard, new FusedAnswer(answer, 10, "sam_fusion", Map.of())));
  }

  /** So many samples of each edge in turn, of which the last one's answers are permuted. */
  private Path buffer(Path model, int each, String... edges) throws IOException {
    Path place = folder.resolve("buffer" + edges.length + "-" + each);
    ProceduralStreet street = new ProceduralStreet(99, Street.WIDTH, Street.HEIGHT);
    try (BaseModel.Session session = basemodel().open(model, Street.WIDTH, Street.HEIGHT, false);
        ReplayBufferWriter buffer = ReplayBuffer.open(place, BufferOptions.defaults())) {
      for (int i = 0; i < each * edges.length; i++) {
        int edge = i % edges.length;
        Sample sample = street.render(i, WEATHERS.get(edge)).sample();
        ClassMap answer =
            mixed(session.infer(sample.frame()).classMap(), Objects.requireNonNull(sample.label()));
        append(
            buffer,
            edges[edge],
            sample,
            edge == edges.length - 1 ? permuted(answer) : answer,
            false);
      }
    }
    return place;
  }

  private static EdgeAgreement examine(
      Path buffer, Path model, FrameSize size, BaseModel basemodel, double outlier)
      throws IOException {
    try (ReplayBuffer samples = ReplayBuffer.openReadOnly(buffer)) {
      return EdgeAgreement.of(
              new BufferedSamples(samples), size, model, basemodel, outlier, RoundControl.QUIET)
          .orElseThrow();
    }
  }

  private static FrameSize size() {
    return new FrameSize(Street.WIDTH, Street.HEIGHT);
  }

  private static List<Long> sequences(List<Provenance.Range> ranges) {
    return ranges.stream()
        .flatMapToLong(range -> LongStream.rangeClosed(range.first(), range.last()))
        .boxed()
        .toList();
  }

  @Test
  @DisplayName("an edge with permuted answers is held out, also of a round that goes on")
  void theOddEdgeIsHeldOut() throws IOException {
    Path model = Street.model(folder.resolve("street.safetensors"));
    Path buffer = buffer(model, 5, "a", "b", "c", "odd one.agreement");
    RoundSettings settings = Street.round(4, 2);
    ModelVersion version;
    try (ModelRegistry registry =
            ModelRegistry.open(Street.storage(), folder.resolve("models"), 16, Clock.systemUTC());
        ReplayBuffer samples = ReplayBuffer.openReadOnly(buffer)) {
      registry.begin(model);
      TrainingRound round =
          new TrainingRound(
              settings,
              Street.plugins(Map.of()),
              new ProceduralDay(5, 10, Street.WIDTH, Street.HEIGHT));
      RoundControl killed =
          new RoundControl() {
            @Override
            public void trained(int done, int all, double loss) {
              if (done == 3) {
                throw new Killed();
              }
            }
          };
      assertThrows(Killed.class, () -> round.run(registry, samples, killed));
      // A stop while the edges are looked at must not cost the checkpoint.
      RoundControl stopped =
          new RoundControl() {
            @Override
            public boolean cancelled() {
              return true;
            }
          };
      assertEquals(new RoundResult.Cancelled(2), round.run(registry, samples, stopped));
      AtomicInteger resumedAt = new AtomicInteger();
      RoundControl resumed =
          new RoundControl() {
            @Override
            public void resumed(int done, int all) {
              resumedAt.set(done);
            }
          };
      version =
          assertInstanceOf(RoundResult.Judged.class, round.run(registry, samples, resumed))
              .version();
      assertEquals(2, resumedAt.get(), "the round is the same");
    }
    Map<String, Double> figures = new TreeMap<>(version.provenance().training());
    figures.keySet().removeIf(name -> !name.startsWith("edge."));
    assertEquals(
        Set.of(
            "edge.a.agreement",
            "edge.b.agreement",
            "edge.c.agreement",
            "edge.odd one.agreement.agreement",
            "edge.odd one.agreement.held_out"),
        figures.keySet());
    assertEquals(1, figures.get("edge.odd one.agreement.held_out"));
    assertTrue(figures.getOrDefault("edge.a.agreement", 0.0) >= 0.75, figures.toString());
    assertEquals(1, version.provenance().heldOutEdges());
    Provenance.BufferUse use = Objects.requireNonNull(version.provenance().buffer());
    List<Long> used = new ArrayList<>(sequences(use.trained()));
    used.addAll(sequences(use.heldOut()));
    // Every fourth sample is the odd edge's.
    assertEquals(
        LongStream.range(0, 20).filter(s -> s % 4 != 3).boxed().toList(),
        used.stream().sorted().toList());
  }

  @Test
  @DisplayName("of two edges none is held out, nor of three where one has few samples, nor at 0")
  void tooFewToCompare() throws IOException {
    Path model = Street.model(folder.resolve("street.safetensors"));
    assertEquals(
        EdgeAgreement.NONE,
        examine(buffer(model, 5, "a", "odd"), model, size(), basemodel(), OUTLIER));
    assertEquals(
        EdgeAgreement.NONE,
        examine(buffer(model, 4, "a", "b", "odd"), model, size(), basemodel(), OUTLIER));
    assertEquals(
        EdgeAgreement.NONE,
        examine(buffer(model, 5, "a", "b", "odd"), model, size(), basemodel(), 0));
    assertEquals(
        0,
        SettingGroup.TRAINING
            .with(Street.round(1, 2).training(), Map.of("seamark.training.edge-outlier", "0"))
            .edgeOutlier());
  }

  @Test
  @DisplayName("eight frames of an edge are labelled, in one view")
  void costIsBounded() throws IOException {
    Path model = Street.model(folder.resolve("street.safetensors"));
    BaseModel real = basemodel();
    AtomicInteger labelled = new AtomicInteger();
    BaseModel counting =
        (file, width, height, depth) -> {
          BaseModel.Session session = real.open(file, width, height, depth);
          return new BaseModel.Session() {
            @Override
            public Prediction infer(Frame frame) {
              labelled.incrementAndGet();
              return session.infer(frame);
            }

            @Override
            public void close() {
              session.close();
            }
          };
        };
    EdgeAgreement found =
        examine(buffer(model, 11, "a", "b", "odd"), model, size(), counting, OUTLIER);
    assertEquals(24, labelled.get());
    assertEquals(Set.of("odd"), found.heldOut());
  }

  @Test
  @DisplayName("edges under different weathers are kept though their model knows the day best")
  void weathersAreNoFault() throws IOException {
    Path model = StreetModels.edgeModel(folder);
    Path place = folder.resolve("weathers");
    ProceduralStreet street = new ProceduralStreet(12, 240, 160);
    try (ReplayBufferWriter buffer = ReplayBuffer.open(place, BufferOptions.defaults())) {
      for (Weather weather : Weather.values()) {
        for (String kind : List.of("good", "odd")) {
          UnaryOperator<ClassMap> sends =
              kind.equals("odd") ? EdgeAgreementTest::permuted : UnaryOperator.identity();
          // One of the edges by night is odd.
          if (kind.equals("good") || weather == Weather.NIGHT) {
            for (int i = 0; i < 5; i++) {
              Sample sample = street.render(40L * i, weather).sample();
              append(
                  buffer,
                  kind + " " + weather.domain(),
                  sample,
                  sends.apply(Objects.requireNonNull(sample.label())),
                  true);
            }
          }
        }
      }
    }
    EdgeAgreement found = examine(place, model, new FrameSize(240, 160), basemodel(), OUTLIER);
    assertEquals(6, found.byEdge().size());
    assertEquals(Set.of("odd night"), found.heldOut(), found.toString());
    // Nor is one edge by night among others that are all by day, the furthest that weathers are.
    double day = found.byEdge().getOrDefault("good day", 0.0);
    double night = found.byEdge().getOrDefault("good night", 0.0);
    assertTrue(day > 0.9 && night < day, found.toString());
    Map<String, Double> fleet = Map.of("a", day, "b", day, "c", day, "night", night);
    assertEquals(Set.of(), EdgeAgreement.judged(fleet, OUTLIER).heldOut(), found.toString());
  }

  @Test
  @DisplayName("an edge is odd where it is further below the median than the rule allows")
  void rule() {
    // The deviations from 0.90 are 0, 0, 0.02, 0.02 and 0.2: three of theirs are less than 0.15.
    Map<String, Double> edges = Map.of("a", 0.9, "b", 0.92, "c", 0.88, "d", 0.9, "e", 0.7);
    EdgeAgreement found = EdgeAgreement.judged(edges, OUTLIER);
    assertEquals(0.9, found.median(), 1e-12);
    assertEquals(Set.of("e"), found.heldOut());
    assertEquals(Set.of(), EdgeAgreement.judged(edges, 0.21).heldOut());
    // Their median deviation is 0.1, three times 1.4826 of which is 0.44.
    Map<String, Double> wide = Map.of("a", 0.9, "b", 0.8, "c", 0.7, "d", 0.6, "e", 0.27);
    assertEquals(Set.of(), EdgeAgreement.judged(wide, OUTLIER).heldOut());
    Map<String, Double> wider = new TreeMap<>(wide);
    wider.put("e", 0.25);
    assertEquals(Set.of("e"), EdgeAgreement.judged(wider, OUTLIER).heldOut());
    // More agreement than the others' is no fault; of an even number the median lies between.
    Map<String, Double> even = Map.of("a", 0.5, "b", 0.5, "c", 0.52, "d", 1.0);
    assertEquals(0.51, EdgeAgreement.judged(even, OUTLIER).median(), 1e-12);
    assertEquals(Set.of(), EdgeAgreement.judged(even, OUTLIER).heldOut());
    assertEquals(Set.of(), EdgeAgreement.judged(Map.of("a", 0.9, "b", 0.1), OUTLIER).heldOut());
  }
}
