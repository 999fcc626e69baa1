package io.seamark.perception;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/**
 * What is odd about a score against labels, with the likely cause. A good score of good labels has
 * nothing to be said.
 *
 * <p>Chance is what answers would reach that have the same class frequencies but know nothing of
 * the labels: with {@code r} pixels labelled and {@code c} answered as a class, of {@code n} in
 * all, {@code r * c / n} agree (Cohen 1960, "A coefficient of agreement for nominal scales"), and
 * the class's IoU is that over {@code r + c} less that.
 */
public final class ScoreNotes {
  /** A score this much of the way from chance to 1 is still called chance. */
  private static final double MARGIN = 0.05;

  /** Other numbers for the labels are named only if they gain this much, */
  private static final double GAIN = 0.1;

  /** and make the score this many times as high, */
  private static final double TIMES = 1.5;

  /** with at least this share of the pixels still scored. */
  private static final double SHARE = 0.5;

  private static final int SHOWN = 8;
  private static final int OUT = -1;

  private final ConfusionMatrix counts;
  private final List<String> names;
  private final int classes;
  private final long scored;
  private final long[] labelled;
  private final long[] answered;
  private final List<String> notes = new ArrayList<>();

  private ScoreNotes(ConfusionMatrix counts, ClassSet classes) {
    this.counts = counts;
    this.names = classes.names();
    this.classes = counts.classes();
    this.scored = counts.labelledPixels();
    this.labelled = new long[this.classes];
    this.answered = new long[this.classes];
    for (int t = 0; t < this.classes; t++) {
      labelled[t] = counts.undecided(t);
      for (int g = 0; g < this.classes; g++) {
        labelled[t] += counts.count(t, g);
        answered[g] += counts.count(t, g);
      }
    }
  }

  /**
   * Looks at a score.
   *
   * @param counts every frame that was scored together
   * @param classes as many as the matrix has
   * @return one line each; empty if there is nothing to say, also where there were no labels
   */
  public static List<String> of(ConfusionMatrix counts, ClassSet classes) {
    if (classes.size() != counts.classes()) {
      throw new IllegalArgumentException(
          classes.size() + " classes are named, but the matrix has " + counts.classes());
    }
    ScoreNotes found = new ScoreNotes(counts, classes);
    found.look();
    return List.copyOf(found.notes);
  }

  private void look() {
    if (scored == 0) {
      nothingScored();
      return;
    }
    // The likely cause first.
    boolean numbers = numberedOtherwise();
    outOfRange();
    List<Integer> present = classes(c -> labelled[c] > 0);
    if (present.size() == 1) {
      notes.add(
          "every scored pixel is labelled "
              + named(present)
              + ": masks of one thing make no class maps, and a score on one class says little");
    } else if (!numbers) {
      chance();
    }
    if (!numbers) {
      absent();
    }
  }

  private void nothingScored() {
    long all = IntStream.range(classes, 256).mapToLong(counts::ignored).sum();
    if (all > 0) {
      notes.add(
          "no score: all "
              + all
              + " labelled pixels are ignored (values: "
              + values(IntStream.range(classes, 256).toArray())
              + "); "
              + rule());
    }
  }

  /** 255 and the first value after the classes are how labels say that a pixel has none. */
  private void outOfRange() {
    int[] odd = IntStream.range(classes + 1, ClassMap.IGNORE).toArray();
    long pixels = Arrays.stream(odd).mapToLong(counts::ignored).sum();
    if (pixels > 0) {
      notes.add(
          pixels
              + " labelled pixels were not scored, since their values are no class ("
              + values(odd)
              + "); "
              + rule());
    }
  }

  private String rule() {
    return "classes are 0 to "
        + (classes - 1)
        + (classes == ClassMap.IGNORE
            ? ", 255 means unlabelled"
            : ", " + classes + " and 255 mean unlabelled");
  }

  private String values(int[] of) {
    List<Integer> found =
        Arrays.stream(of)
            .filter(v -> counts.ignored(v) > 0)
            .boxed()
            .sorted(Comparator.comparingLong((Integer v) -> -counts.ignored(v)))
            .toList();
    return shown(found.stream().map(v -> v + " x " + counts.ignored(v)).toList());
  }

  /** Whether the labels count the classes in another way, which is then said. */
  private boolean numberedOtherwise() {
    double score = counts.meanIou();
    int[] lower = IntStream.range(0, classes).map(t -> t - 1).toArray();
    int[] higher = IntStream.range(0, classes).map(t -> t + 1 < classes ? t + 1 : OUT).toArray();
    int[] matched = matched();
    double ifLower = meanIou(lower);
    double ifHigher = meanIou(higher);
    double ifMatched = meanIou(matched);
    double shifted = Math.max(ifLower, ifHigher);
    if (fits(shifted, score) && ifMatched < shifted + GAIN) {
      boolean down = ifLower >= ifHigher;
      notes.add(
          String.format(
              Locale.ROOT,
              "the labels look shifted by one: mIoU is %.4f, but would be %.4f with every label one"
                  + " %s (labels have %d for class %d, %s)",
              score,
              shifted,
              down ? "lower" : "higher",
              down ? 1 : 0,
              down ? 0 : 1,
              names.get(down ? 0 : 1)));
      return true;
    }
    if (fits(ifMatched, score)) {
      List<String> moved = new ArrayList<>();
      for (int t = 0; t < classes; t++) {
        if (matched[t] != t && matched[t] != OUT) {
          moved.add(t + " for class " + matched[t] + ", " + names.get(matched[t]));
        }
      }
      notes.add(
          String.format(
              Locale.ROOT,
              "the labels look numbered otherwise: mIoU is %.4f, but would be %.4f if they have %s",
              score,
              ifMatched,
              String.join("; ", moved.subList(0, Math.min(SHOWN, moved.size())))
                  + (moved.size() > SHOWN ? "; and so on" : "")));
      return true;
    }
    return false;
  }

  private static boolean fits(double other, double score) {
    return other >= score + GAIN && other >= TIMES * score;
  }

  /** For each label the class that it is answered with, each class once, largest counts first. */
  private int[] matched() {
    record Cell(int label, int answer, long pixels) {}

    List<Cell> cells = new ArrayList<>();
    for (int t = 0; t < classes; t++) {
      for (int g = 0; g < classes; g++) {
        if (counts.count(t, g) > 0) {
          cells.add(new Cell(t, g, counts.count(t, g)));
        }
      }
    }
    cells.sort(Comparator.comparingLong(Cell::pixels).reversed());
    int[] matched = new int[classes];
    Arrays.fill(matched, OUT);
    boolean[] taken = new boolean[classes];
    for (Cell cell : cells) {
      if (matched[cell.label] == OUT && !taken[cell.answer]) {
        matched[cell.label] = cell.answer;
        taken[cell.answer] = true;
      }
    }
    return matched;
  }

  /**
   * The mean IoU if label {@code t} meant class {@code meant[t]}; 0 where too few pixels are left,
   * or where they say so of one class alone, as where a model has but one answer.
   */
  private double meanIou(int[] meant) {
    long[] rows = new long[classes];
    long[] columns = new long[classes];
    long[] right = new long[classes];
    long left = 0;
    for (int t = 0; t < classes; t++) {
      if (meant[t] != OUT) {
        rows[meant[t]] += labelled[t];
        right[meant[t]] += counts.count(t, meant[t]);
        left += labelled[t];
        for (int g = 0; g < classes; g++) {
          columns[g] += counts.count(t, g);
        }
      }
    }
    long agreeing = Arrays.stream(right).filter(pixels -> pixels > 0).count();
    return left < SHARE * scored || agreeing < 2 ? 0 : mean(rows, columns, right);
  }

  private double mean(long[] rows, long[] columns, long[] right) {
    double sum = 0;
    int present = 0;
    for (int c = 0; c < classes; c++) {
      if (rows[c] + columns[c] > 0) {
        sum += (double) right[c] / (rows[c] + columns[c] - right[c]);
        present++;
      }
    }
    return present == 0 ? 0 : sum / present;
  }

  private void chance() {
    double chance = 0;
    int present = 0;
    for (int c = 0; c < classes; c++) {
      if (labelled[c] + answered[c] > 0) {
        double agree = (double) labelled[c] * answered[c] / scored;
        chance += agree / (labelled[c] + answered[c] - agree);
        present++;
      }
    }
    chance /= present;
    double score = counts.meanIou();
    if (score <= chance + MARGIN * (1 - chance)) {
      notes.add(
          String.format(
              Locale.ROOT,
              "mIoU %.4f is what chance would reach (%.4f with these class frequencies): the labels"
                  + " may belong to other images or count other classes, or the model knows"
                  + " nothing of such frames",
              score,
              chance));
    }
  }

  private void absent() {
    List<Integer> unanswered = classes(c -> labelled[c] > 0 && answered[c] == 0);
    if (!unanswered.isEmpty()) {
      notes.add(
          "no answer has "
              + named(unanswered)
              + ", labelled in "
              + unanswered.stream().mapToLong(c -> labelled[c]).sum()
              + " pixels");
    }
    List<Integer> unlabelled = classes(c -> labelled[c] == 0 && answered[c] > 0);
    if (!unlabelled.isEmpty()) {
      notes.add(
          "no label has "
              + named(unlabelled)
              + ", answered in "
              + unlabelled.stream().mapToLong(c -> answered[c]).sum()
              + " pixels: an IoU of 0 for each lowers the mean");
    }
    List<Integer> neither = classes(c -> labelled[c] == 0 && answered[c] == 0);
    if (!neither.isEmpty()) {
      notes.add("neither labels nor answers have " + named(neither) + ": the mean is without it");
    }
  }

  private List<Integer> classes(java.util.function.IntPredicate wanted) {
    return IntStream.range(0, classes).filter(wanted).boxed().toList();
  }

  private String named(List<Integer> of) {
    return (of.size() == 1 ? "class " : "classes ")
        + shown(of.stream().map(c -> c + " (" + names.get(c) + ")").toList());
  }

  private static String shown(List<String> all) {
    return all.stream().limit(SHOWN).collect(Collectors.joining(", "))
        + (all.size() > SHOWN ? " and " + (all.size() - SHOWN) + " more" : "");
  }
}
