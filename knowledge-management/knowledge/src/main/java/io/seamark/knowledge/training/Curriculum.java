package io.seamark.knowledge.training;

import io.seamark.knowledge.frames.LabelledFrames;
import io.seamark.knowledge.model.Provenance;
import io.seamark.network.tensorflow.Augmentation;
import io.seamark.plugin.BaseModel;
import io.seamark.plugin.SampleAugmentation;
import io.seamark.plugin.TrainingSample;
import io.seamark.setting.FrameSize;
import io.seamark.setting.TrainingSettings;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * What the steps of a round learn from, in this order: first the retained frames alone, brought to
 * the look of the stream, so that the labels that are known reach the new world; then half of them
 * and half of the stream, labelled anew by the model that knows its look by now. A model that
 * labels a world before it has seen its look is taught its own mistakes. Without retained frames
 * there is the stream alone, with the cloud's answers.
 */
final class Curriculum {
  // The parts that the draws have.
  private static final int STREAM = 0;
  private static final int RETAINED = 1;
  private static final int RELABELLED = 2;
  private static final int STEPS = 3;

  private final TrainingSettings settings;
  private final List<LabelledFrames> stream;
  private final @Nullable ShuffledFrames old;
  private final @Nullable RareClasses rare;
  private final SampleAugmentation augmentation;
  private final FrameSize size;
  private final RandomView view;
  private final Draws draws;
  private final boolean depth;
  private final int relabelAt;
  private List<ShuffledFrames> fresh;

  /** The step from which on the stream's frames are counted. */
  private int freshFrom;

  private int relabelled;

  /**
   * What a step learns from.
   *
   * @param samples as many as a batch has
   * @param unreadable frames that were skipped for it
   */
  record Batch(List<TrainingSample> samples, int unreadable) {}

  /**
   * A curriculum at its beginning.
   *
   * @param settings of the round
   * @param steps of the optimiser in all
   * @param stream samples with the cloud's answers, one source for each task that is met equally
   *     often; all of one size
   * @param retained labelled frames of that size, or none
   * @param classes of the labels
   * @param augmentation of the retained frames
   * @param size of the frames
   * @param depth whether samples are to have depth
   * @param draws of everything
   */
  Curriculum(
      TrainingSettings settings,
      int steps,
      List<LabelledFrames> stream,
      LabelledFrames retained,
      int classes,
      SampleAugmentation augmentation,
      FrameSize size,
      boolean depth,
      Draws draws) {
    this.settings = settings;
    this.stream = List.copyOf(stream);
    this.draws = draws;
    this.fresh = shuffled(stream, draws.of(STREAM));
    this.old = retained.size() == 0 ? null : new ShuffledFrames(retained, draws.of(RETAINED));
    RareClasses counted =
        retained.size() == 0 || settings.rareClasses() == 0
            ? null
            : RareClasses.of(retained, classes, settings.rareClasses());
    this.rare = counted != null && counted.draws() ? counted : null;
    this.augmentation = augmentation;
    this.size = size;
    this.view = new RandomView(viewed(settings, size), settings.scale());
    this.depth = depth;
    this.relabelAt = old == null ? 0 : (int) Math.round(settings.relabelAfter() * steps);
  }

  /** The size of what a step is given. */
  static FrameSize viewed(TrainingSettings settings, FrameSize size) {
    FrameSize crop = settings.cropSize();
    return crop == null
        ? size
        : new FrameSize(
            Math.min(crop.width(), size.width()), Math.min(crop.height(), size.height()));
  }

  private static List<ShuffledFrames> shuffled(List<LabelledFrames> sources, Draws draws) {
    List<ShuffledFrames> all = new ArrayList<>();
    for (LabelledFrames source : sources) {
      all.add(new ShuffledFrames(source, draws.of(all.size())));
    }
    return all;
  }

  /** Whether the stream is to be labelled anew before a step. */
  boolean relabels(int step) {
    return old != null && step == relabelAt && settings.relabelFrames() > 0;
  }

  /** Whether the stream has been labelled anew when a step begins. */
  boolean relabelledBefore(int step) {
    return old != null && step > relabelAt && settings.relabelFrames() > 0;
  }

  /**
   * Labels the stream anew.
   *
   * @param model file of a model that knows the look of the stream
   * @param basemodel opens it
   * @param control watches and stops it
   * @throws IOException if the model cannot be opened, or no frame can be read
   */
  void relabel(Path model, BaseModel basemodel, RoundControl control) throws IOException {
    List<LabelledFrames> anew = new ArrayList<>();
    for (LabelledFrames source : stream) {
      List<Integer> all = IntStream.range(0, source.size()).boxed().toList();
      int most = StreamLabels.most(size, settings.relabelFrames());
      LabelledFrames some = source.choose(Learner.spread(all, most), source.source());
      LabelledFrames labelled =
          StreamLabels.of(
              some, model, basemodel, settings.relabelSure(), settings.relabelMasks(), control);
      relabelled += labelled.size();
      if (labelled.size() > 0) {
        anew.add(labelled);
      }
    }
    if (!anew.isEmpty()) {
      fresh = shuffled(anew, draws.of(RELABELLED));
      freshFrom = relabelAt;
    }
  }

  /**
   * The samples of a step, which depend on its number and on no other step.
   *
   * @param step from 0
   * @return its batch
   * @throws IOException if too many frames cannot be read
   */
  Batch batch(int step) throws IOException {
    int batch = settings.batch();
    int rehearsed = old == null ? 0 : step < relabelAt ? batch : batch / 2;
    long before = (long) Math.min(step, relabelAt) * batch;
    before += (long) Math.max(0, step - relabelAt) * (batch / 2);
    int unreadable = unreadable();
    List<TrainingSample> samples = new ArrayList<>();
    for (int i = 0; i < batch; i++) {
      SplittableRandom random = draws.of(STEPS).of(step).of(i).random();
      long number = (long) (step - freshFrom) * batch + i;
      ShuffledFrames source = fresh.get((int) (number % fresh.size()));
      TrainingSample seen = source.sample(number / fresh.size(), depth);
      TrainingSample sample =
          old != null && i < rehearsed
              ? augmentation.augment(labelled(old, before + i, random), seen, random)
              : seen;
      samples.add(Augmentation.STANDARD.apply(view.apply(sample, random), random));
    }
    return new Batch(samples, unreadable() - unreadable);
  }

  private TrainingSample labelled(ShuffledFrames from, long number, SplittableRandom random)
      throws IOException {
    return rare == null
        ? from.sample(number, depth)
        : from.sample(rare.next(random), number, depth);
  }

  /** What a step learns from. */
  Provenance.Phase phase(int step) {
    if (old != null && step < relabelAt) {
      return Provenance.Phase.RESTYLED;
    }
    return old != null && settings.relabelFrames() > 0
        ? Provenance.Phase.RELABELLED
        : Provenance.Phase.ANSWERED;
  }

  private int unreadable() {
    return fresh.stream().mapToInt(ShuffledFrames::unreadable).sum()
        + (old == null ? 0 : old.unreadable());
  }

  /** Frames that were labelled anew. */
  int relabelled() {
    return relabelled;
  }
}
