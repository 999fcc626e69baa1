package io.seamark.knowledge.model;

import com.fasterxml.jackson.annotation.JsonProperty;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * How a version came to be: enough to make it again.
 *
 * @param kind {@code file} for a model that was brought, {@code training} for one from a round
 * @param source the brought file's name; null for training
 * @param parentSha256 digest of the weights that training started from; null for a brought file
 * @param buffer what was read of the replay buffer; null for a brought file
 * @param retained the labelled frames it was mixed with; null if none
 * @param hyperparameters of the training, by configuration name
 * @param plugins choice and hyperparameters of each plugin that took part, by configuration key
 * @param seed every random choice derives from it
 * @param software versions of the libraries, the JVM and the system, by name
 * @param candidates models that the round made, the best first, and what became of each
 * @param chosen the name of the one that is this version; null where there was no choice
 * @param training figures of the training itself: {@code seconds}, {@code first_loss}, {@code
 *     last_loss}, {@code steps}, and those of each task, {@code task.ENTRY.trained} and others, and
 *     of each edge that was examined, {@code edge.NAME.agreement} and {@code edge.NAME.held_out}
 * @param curve how the loss fell, by ascending step; empty for a brought file
 */
public record Provenance(
    String kind,
    @Nullable String source,
    @Nullable String parentSha256,
    @Nullable BufferUse buffer,
    @Nullable RetainedUse retained,
    Map<String, String> hyperparameters,
    Map<String, String> plugins,
    long seed,
    Map<String, String> software,
    List<Candidate> candidates,
    @Nullable String chosen,
    Map<String, Double> training,
    List<Point> curve) {
  /** Kind of a model that was brought. */
  public static final String FILE = "file";

  /** Kind of a model that a round made. */
  public static final String TRAINING = "training";

  /** Copies the collections; absent ones in a file of another release become empty. */
  public Provenance {
    hyperparameters = sorted(hyperparameters);
    plugins = sorted(plugins);
    software = sorted(software);
    candidates = candidates == null ? List.of() : List.copyOf(candidates);
    training = sorted(training);
    curve = curve == null ? List.of() : List.copyOf(curve);
  }

  private static <V> Map<String, V> sorted(@Nullable Map<String, V> map) {
    return map == null ? Map.of() : java.util.Collections.unmodifiableMap(new TreeMap<>(map));
  }

  /**
   * Edges that the round held out, since their samples agree far less with the serving model than
   * those of the others.
   *
   * @return how many
   */
  public long heldOutEdges() {
    return training.keySet().stream()
        .filter(name -> name.startsWith("edge.") && name.endsWith(".held_out"))
        .count();
  }

  /**
   * The provenance of a brought file.
   *
   * @param name its name, without its folder
   * @return kind {@link #FILE}
   */
  public static Provenance ofFile(String name) {
    return new Provenance(
        FILE,
        name,
        null,
        null,
        null,
        Map.of(),
        Map.of(),
        0,
        Software.versions(),
        List.of(),
        null,
        Map.of(),
        List.of());
  }

  /**
   * The same with what a round gave.
   *
   * @param made the models that it made, the best first
   * @param name of the one that is the version
   * @param figures of it
   * @param points of its learning curve
   * @return a provenance
   */
  public Provenance with(
      List<Candidate> made, String name, Map<String, Double> figures, List<Point> points) {
    return new Provenance(
        kind,
        source,
        parentSha256,
        buffer,
        retained,
        hyperparameters,
        plugins,
        seed,
        software,
        made,
        name,
        figures,
        points);
  }

  /**
   * A point of a learning curve.
   *
   * @param step of the optimiser, from 1
   * @param loss mean over the steps since the point before
   * @param learningRate of the step
   * @param seconds that the training had taken
   * @param phase what the step learnt from
   */
  public record Point(int step, double loss, double learningRate, double seconds, Phase phase) {
    /** Checks the phase, which Jackson leaves null where it is absent. */
    public Point {
      if (phase == null) {
        throw new IllegalArgumentException("a point of a learning curve lacks phase");
      }
    }
  }

  /** What a step learns from. */
  public enum Phase {
    /** Retained frames in the look of the stream. */
    @JsonProperty("restyled")
    RESTYLED,
    /** These and frames of the stream that the model of the round has labelled anew. */
    @JsonProperty("relabelled")
    RELABELLED,
    /** The stream with the cloud's answers, and retained frames where there are any. */
    @JsonProperty("answered")
    ANSWERED
  }

  /**
   * What a round read of the replay buffer.
   *
   * @param first lowest sequence the buffer held
   * @param next the sequence after the highest
   * @param trained sequences that training drew from
   * @param heldOut sequences the models were judged on
   * @param segments SHA-256 of each sealed segment file that those samples were in when the round
   *     began, by file name; samples in the journal, which grows still, are in none
   */
  public record BufferUse(
      long first,
      long next,
      List<Range> trained,
      List<Range> heldOut,
      Map<String, String> segments) {
    /** Copies the collections; absent ones become empty. */
    public BufferUse {
      trained = trained == null ? List.of() : List.copyOf(trained);
      heldOut = heldOut == null ? List.of() : List.copyOf(heldOut);
      segments = sorted(segments);
    }
  }

  /**
   * A run of sequences.
   *
   * @param first inclusive
   * @param last inclusive
   */
  public record Range(long first, long last) {
    /**
     * Whether a sequence is in it.
     *
     * @param sequence any
     * @return true from first to last
     */
    public boolean contains(long sequence) {
      return first <= sequence && sequence <= last;
    }

    /**
     * Writes ascending sequences as runs.
     *
     * @param sequences ascending, without repetition
     * @return as few ranges as possible
     */
    public static List<Range> of(List<Long> sequences) {
      List<Range> ranges = new java.util.ArrayList<>();
      for (long s : sequences) {
        int end = ranges.size() - 1;
        if (end >= 0 && ranges.get(end).last() + 1 == s) {
          ranges.set(end, new Range(ranges.get(end).first(), s));
        } else {
          ranges.add(new Range(s, s));
        }
      }
      return ranges;
    }
  }

  /**
   * A model that a round made.
   *
   * @param name as {@code seamark.training.candidates} names it
   * @param agreement mean IoU with the mean of all candidates on held-out new frames, 0 to 1, or
   *     null
   * @param viewAgreement mean IoU with what it and the serving model say together over several
   *     views of these frames, 0 to 1, or null
   * @param retainedMeanIou mean IoU on held-out retained frames, 0 to 1, or null
   * @param outcome {@code accepted} or {@code rejected} with the reason
   */
  public record Candidate(
      String name,
      @Nullable Double agreement,
      @Nullable Double viewAgreement,
      @Nullable Double retainedMeanIou,
      String outcome) {}

  /**
   * The labelled frames of a round.
   *
   * @param source what they are, as configured
   * @param frames how many were offered to training
   * @param heldOut how many were kept for judging
   */
  public record RetainedUse(String source, int frames, int heldOut) {}
}
