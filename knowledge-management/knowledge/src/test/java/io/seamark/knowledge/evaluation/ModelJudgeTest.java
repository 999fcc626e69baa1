package io.seamark.knowledge.evaluation;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.seamark.knowledge.evaluation.ModelJudge.Consensus;
import io.seamark.knowledge.evaluation.ModelJudge.Judgement;
import io.seamark.knowledge.evaluation.ModelJudge.Panel;
import io.seamark.knowledge.frames.LabelledFrames;
import io.seamark.perception.ClassMap;
import io.seamark.perception.ClassScores;
import io.seamark.perception.Frame;
import io.seamark.perception.PixelConfidence;
import io.seamark.perception.Prediction;
import io.seamark.plugin.BaseModel;
import io.seamark.plugin.TaskUpdateDecision.Evaluation;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

class ModelJudgeTest {
  private static final int WIDTH = 8;
  private static final int HEIGHT = 2;

  /** Two classes, the logit of the second read off a pixel's red. */
  private interface Rule {
    float logit(int red, int x);
  }

  private static final Rule SURE = (red, x) -> red > 100 ? 6 : -6;
  private static final Rule UNSURE_AND_WRONG_AT_TIMES =
      (red, x) -> x == 2 ? 0.5f : red > 100 ? 1 : -1;
  private static final Rule SURE_BUT_OF_THE_SIDE = (red, x) -> x < WIDTH / 2 ? 6 : -6;

  private static BaseModel models(Rule first, Rule second) {
    return (file, width, height, depth) ->
        new BaseModel.Session() {
          @Override
          public Prediction infer(Frame frame) {
            Rule rule = file.toString().equals("first") ? first : second;
            float[] logits = new float[2 * WIDTH * HEIGHT];
            for (int i = 0; i < WIDTH * HEIGHT; i++) {
              logits[WIDTH * HEIGHT + i] = rule.logit(frame.rgb()[3 * i] & 0xFF, i % WIDTH);
            }
            ClassScores scores = new ClassScores(2, WIDTH, HEIGHT, logits);
            return new Prediction(scores.argmax(), scores, PixelConfidence.of(scores));
          }

          @Override
          public void close() {}
        };
  }

  /** Left half dark, right half bright; the label says so too. */
  private static LabelledFrames halves() {
    byte[] rgb = new byte[3 * WIDTH * HEIGHT];
    byte[] label = new byte[WIDTH * HEIGHT];
    for (int i = 0; i < label.length; i++) {
      boolean bright = i % WIDTH >= WIDTH / 2;
      label[i] = (byte) (bright ? 1 : 0);
      rgb[3 * i] = (byte) (bright ? 220 : 20);
    }
    return new LabelledFrames() {
      @Override
      public int size() {
        return 1;
      }

      @Override
      public LabelledFrame read(int index) {
        return new LabelledFrame(
            new Frame(WIDTH, HEIGHT, rgb, null), new ClassMap(WIDTH, HEIGHT, label));
      }

      @Override
      public String source() {
        return "test";
      }
    };
  }

  private static List<Evaluation> judge(Rule first, Rule second, boolean isNew) throws IOException {
    return new ModelJudge(models(first, second), 2)
            .judge(
                List.of(Path.of("first"), Path.of("second")),
                List.of(Panel.all(2, Consensus.VIEWS)),
                isNew ? halves() : LabelledFrames.NONE,
                Collections.nCopies(halves().size(), "halves"),
                isNew ? LabelledFrames.NONE : halves(),
                () -> false,
                done -> {})
            .orElseThrow()
            .get(0)
            .stream()
            .map(Judgement::evaluation)
            .toList();
  }

  @Test
  void theSurerModelAgreesMoreWithBothWhicheverServes() throws IOException {
    List<Evaluation> one = judge(SURE, UNSURE_AND_WRONG_AT_TIMES, true);
    assertEquals(1, one.get(0).newAgreement());
    assertTrue(one.get(1).newAgreement() < 0.9, one.toString());
    List<Evaluation> other = judge(UNSURE_AND_WRONG_AT_TIMES, SURE, true);
    assertEquals(one.get(0), other.get(1));
    assertEquals(one.get(1), other.get(0));
  }

  /** What stands left must stand right in the mirror, or it was not seen but assumed. */
  @Test
  void aModelThatContradictsItselfInTheMirrorLoses() throws IOException {
    List<Evaluation> figures = judge(SURE_BUT_OF_THE_SIDE, SURE, true);
    assertTrue(figures.get(0).newAgreement() < figures.get(1).newAgreement(), figures.toString());
    assertEquals(1, figures.get(1).newAgreement());
  }

  /** Random weights are sure of everything; labels show that their word is worth little. */
  @Test
  void whatTheLabelsRefuteWeighsLittle() throws IOException {
    Rule sureAndWrong = (red, x) -> red > 100 ? -60 : 60;
    List<Evaluation> figures =
        new ModelJudge(models(sureAndWrong, UNSURE_AND_WRONG_AT_TIMES), 2)
                .judge(
                    List.of(Path.of("first"), Path.of("second")),
                    List.of(Panel.all(2, Consensus.VIEWS)),
                    halves(),
                    Collections.nCopies(halves().size(), "halves"),
                    halves(),
                    () -> false,
                    done -> {})
                .orElseThrow()
                .get(0)
                .stream()
                .map(Judgement::evaluation)
                .toList();
    assertEquals(0, figures.get(0).retainedMeanIou());
    assertTrue(figures.get(1).newAgreement() > 0.5, figures.toString());
    assertTrue(figures.get(0).newAgreement() < 0.5, figures.toString());
  }

  @Test
  void retainedFramesAreHeldAgainstTheirLabels() throws IOException {
    List<Evaluation> figures = judge(SURE, SURE_BUT_OF_THE_SIDE, false);
    assertEquals(0, figures.get(0).newFrames());
    assertEquals(Double.NaN, figures.get(0).newAgreement());
    assertEquals(1, figures.get(0).retainedMeanIou());
    assertEquals(0, figures.get(1).retainedMeanIou());
    assertEquals(List.of(8L, 8L), figures.get(1).retainedCounts().get(0).labelled());
    assertEquals(List.of(0L, 0L), figures.get(1).retainedCounts().get(0).right());
  }

  /** A serving model and its candidates: the same figures as one panel at a time. */
  @Test
  void aModelOnSeveralPanelsLooksAtAFrameOnce() throws IOException {
    AtomicInteger looks = new AtomicInteger();
    BaseModel three =
        (file, width, height, depth) -> {
          BaseModel.Session session =
              models(
                      SURE,
                      file.toString().equals("second") ? UNSURE_AND_WRONG_AT_TIMES : (r, x) -> 1)
                  .open(file, width, height, depth);
          return new BaseModel.Session() {
            @Override
            public Prediction infer(Frame frame) {
              looks.incrementAndGet();
              return session.infer(frame);
            }

            @Override
            public void close() {
              session.close();
            }
          };
        };
    List<Panel> panels =
        List.of(
            new Panel(List.of(0, 1), Consensus.VIEWS),
            new Panel(List.of(0, 2), Consensus.VIEWS),
            new Panel(List.of(1, 2), Consensus.ENSEMBLE));
    List<Path> files = List.of(Path.of("first"), Path.of("second"), Path.of("third"));
    List<List<Judgement>> together = judge(three, files, panels);
    assertEquals(3 * (4 + 1), looks.get());
    for (int p = 0; p < panels.size(); p++) {
      List<Path> members = panels.get(p).members().stream().map(files::get).toList();
      assertEquals(
          judge(three, members, List.of(Panel.all(2, panels.get(p).consensus()))).get(0),
          together.get(p));
    }
  }

  private static List<List<Judgement>> judge(
      BaseModel inference, List<Path> files, List<Panel> panels) throws IOException {
    return new ModelJudge(inference, 2)
        .judge(files, panels, halves(), List.of("halves"), halves(), () -> false, done -> {})
        .orElseThrow();
  }
}
