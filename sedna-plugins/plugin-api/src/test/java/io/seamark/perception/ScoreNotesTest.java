package io.seamark.perception;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.Random;
import java.util.function.IntUnaryOperator;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

class ScoreNotesTest {
  private static final int SIDE = 120;
  private static final ClassSet CAMVID = ClassSet.CAMVID;

  /**
   * What a made-up model scores.
   *
   * @param accuracy the share of pixels that it answers right, besides those by luck
   * @param label what the labels say of a true class
   */
  private static ConfusionMatrix scored(double accuracy, IntUnaryOperator label) {
    return scored(accuracy, t -> t, label);
  }

  private static ConfusionMatrix scored(
      double accuracy, IntUnaryOperator answer, IntUnaryOperator label) {
    Random random = new Random(7);
    byte[] labels = new byte[SIDE * SIDE];
    byte[] answers = new byte[SIDE * SIDE];
    for (int i = 0; i < labels.length; i++) {
      // High classes have few pixels, as poles and pedestrians do.
      int truth = (int) (11 * Math.pow(random.nextDouble(), 2));
      labels[i] = (byte) label.applyAsInt(truth);
      answers[i] =
          (byte) answer.applyAsInt(random.nextDouble() < accuracy ? truth : random.nextInt(11));
    }
    ConfusionMatrix counts = new ConfusionMatrix(11);
    counts.add(new ClassMap(SIDE, SIDE, labels), new ClassMap(SIDE, SIDE, answers));
    return counts;
  }

  private static String only(ConfusionMatrix counts) {
    List<String> notes = ScoreNotes.of(counts, CAMVID);
    assertEquals(1, notes.size(), notes.toString());
    return notes.get(0);
  }

  private static void says(String what, ConfusionMatrix counts) {
    String note = only(counts);
    assertTrue(note.contains(what), note);
  }

  @Test
  @DisplayName("good labels have nothing to be said, with a good model and with a weak one")
  void honest() {
    assertEquals(List.of(), ScoreNotes.of(scored(0.95, t -> t), CAMVID));
    assertEquals(List.of(), ScoreNotes.of(scored(0.5, t -> t), CAMVID));
    assertEquals(List.of(), ScoreNotes.of(scored(0.3, t -> t), CAMVID));
    assertEquals(List.of(), ScoreNotes.of(new ConfusionMatrix(11), CAMVID));
  }

  @Test
  @DisplayName("11 is CamVid's void and 255 Cityscapes': neither is out of range")
  void unlabelled() {
    ConfusionMatrix counts = scored(0.9, t -> t);
    counts.add(
        new ClassMap(3, 1, new byte[] {11, 11, (byte) 255}), new ClassMap(3, 1, new byte[3]));
    assertEquals(List.of(), ScoreNotes.of(counts, CAMVID));
  }

  @Test
  @DisplayName("labels one too high or one too low are named as that, whatever becomes of the end")
  void shifted() {
    says("every label one lower (labels have 1 for class 0, Sky)", scored(0.8, t -> t + 1));
    says("every label one lower", scored(0.8, t -> t == 10 ? 255 : t + 1));
    says("every label one higher (labels have 0 for class 1, Building)", scored(0.8, t -> t - 1));
    says("every label one lower", scored(0.4, t -> t + 1));
    says("every label one lower", scored(0.8, t -> (t + 1) % 12));
  }

  @Test
  @DisplayName("labels in another order are named with what they mean")
  void permuted() {
    says("0 for class 10, Bicyclist", scored(0.8, t -> 10 - t));
    says("labels look numbered otherwise", scored(0.8, t -> (t + 4) % 11));
  }

  @Test
  @DisplayName("a shift of the labels can be undone in the score that is told")
  void told() {
    ConfusionMatrix shifted = scored(0.8, t -> t + 1);
    double right = scored(0.8, t -> t).meanIou();
    String note = only(shifted);
    double told = Double.parseDouble(note.replaceFirst(".*would be ([0-9.]+) .*", "$1"));

    assertTrue(shifted.meanIou() < 0.1, note);
    // The labels of the last class cannot be told from void, so it counts as never labelled.
    assertEquals(right * 10 / 11, told, 0.02, note);
  }

  @Test
  @DisplayName("answers that know nothing of the labels are at chance")
  void chance() {
    says("is what chance would reach", scored(0, t -> t));
    assertTrue(
        ScoreNotes.of(scored(0.9, g -> 0, t -> t), CAMVID)
            .get(0)
            .contains("is what chance would reach"));
  }

  @Test
  @DisplayName("chance is the IoU of independent answers: by hand for two classes")
  void chanceByHand() {
    ConfusionMatrix counts = new ConfusionMatrix(2);
    // 4 of 8 labelled 1, 4 of 8 answered 1, 2 of them both: each class 2 / (4 + 4 - 2).
    counts.add(
        new ClassMap(8, 1, new byte[] {1, 1, 1, 1, 0, 0, 0, 0}),
        new ClassMap(8, 1, new byte[] {1, 1, 0, 0, 1, 1, 0, 0}));
    List<String> notes = ScoreNotes.of(counts, new ClassSet(List.of("road", "rest")));
    assertTrue(notes.get(0).contains("mIoU 0.3333 is what chance would reach (0.3333"), notes + "");
  }

  @Test
  @DisplayName("where all labels are ignored there is no score, and the values are said")
  void allIgnored() {
    assertEquals(
        "no score: all 14400 labelled pixels are ignored (values: 255 x 14400); classes are 0 to"
            + " 10, 11 and 255 mean unlabelled",
        only(scored(0.9, t -> 255)));
    says("all 14400 labelled pixels are ignored (values: 40 x", scored(0.9, t -> 40 + t));
  }

  @Test
  @DisplayName("values that are neither a class nor void are counted")
  void outOfRange() {
    ConfusionMatrix counts = scored(0.9, t -> t);
    counts.add(
        new ClassMap(3, 1, new byte[] {12, 12, (byte) 200}), new ClassMap(3, 1, new byte[3]));
    assertEquals(
        "3 labelled pixels were not scored, since their values are no class (12 x 2, 200 x 1);"
            + " classes are 0 to 10, 11 and 255 mean unlabelled",
        only(counts));
  }

  @Test
  @DisplayName("labels of one class are said, and a score on them is never called chance")
  void oneClass() {
    List<String> notes = ScoreNotes.of(scored(0.9, t -> 3), CAMVID);
    assertTrue(
        notes.stream().anyMatch(n -> n.startsWith("every scored pixel is labelled class 3")));
    assertTrue(notes.stream().noneMatch(n -> n.contains("chance")), notes.toString());
  }

  @Test
  @DisplayName("one answer for everything shows no other numbering")
  void oneAnswer() {
    List<String> notes = ScoreNotes.of(scored(1, g -> 0, t -> 1), CAMVID);
    assertTrue(notes.stream().noneMatch(n -> n.contains("labels look")), notes.toString());
  }

  @Test
  @DisplayName("classes that never occur are named, by where they are missing")
  void absent() {
    says("no answer has class 2 (Pole), labelled in ", scored(0.9, g -> g == 2 ? 1 : g, t -> t));
    says(
        "no label has classes 9 (Pedestrian), 10 (Bicyclist), answered in ",
        scored(0.9, t -> t >= 9 ? 255 : t));
    says(
        "neither labels nor answers have class 5 (Tree): ",
        scored(0.9, g -> g == 5 ? 4 : g, t -> t == 5 ? 255 : t));
  }
}
