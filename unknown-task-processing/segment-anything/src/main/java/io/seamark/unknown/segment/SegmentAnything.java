package io.seamark.unknown.segment;

import io.seamark.host.CacheFolder;
import io.seamark.perception.ClassScores;
import io.seamark.perception.Frame;
import io.seamark.perception.PixelConfidence;
import io.seamark.perception.SegmentMask;
import io.seamark.perception.SegmentMask.Box;
import io.seamark.plugin.MaskGenerator;
import io.seamark.plugin.MemoryNeed;
import io.seamark.street.StreetModels;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.function.Function;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * SAM's automatic mask generation, and masks for given prompts. In {@link Mode#REFERENCE} the masks
 * are the original's, in its order: by descending predicted IoU within a crop, crop after crop;
 * with several crops by ascending area of the crop; with {@code min-mask-region-area} masks that
 * were not changed first. Results do not depend on the number of threads.
 */
public final class SegmentAnything implements MaskGenerator {
  /** Prompts that are chosen at once in the fast mode, whatever the number of threads. */
  private static final int ROUND = 16;

  /** Masks that the fast mode gives at most: the ones it believes most. */
  static final int MOST = 256;

  /** More than SAM finds in any picture; what goes beyond it ends the request that it is for. */
  private static final int MOST_REFERENCE = 1024;

  /** Bytes of a mask's runs in a row of pixels: four runs. */
  private static final long ROW = 32;

  /** Share of the crop that a mask must add to stay for it, in the fast mode. */
  private static final double NEW_AREA = 0.01;

  private final PromptedNetwork network;
  private final SegmentAnythingParameters settings;
  private final ExecutorService workers;
  private boolean closed;

  /** What a prompt found, at the size of its crop. */
  private record Candidate(
      Crop crop, float x, float y, float predictedIou, MaskScan.Scanned scanned) {
    int[] boundsInImage() {
      int[] b = scanned.bounds();
      return new int[] {b[0] + crop.x0(), b[1] + crop.y0(), b[2] + crop.x0(), b[3] + crop.y0()};
    }
  }

  /** Nanoseconds by stage. */
  private static final class Stopwatch {
    private long encoder;
    private long decoder;
    private long filter;
  }

  /**
   * Takes an open network, which is closed with this.
   *
   * @param settings complete
   */
  SegmentAnything(PromptedNetwork network, SegmentAnythingParameters settings) {
    this.network = network;
    this.settings = settings;
    this.workers =
        Executors.newFixedThreadPool(
            network.workers(),
            task -> {
              Thread thread = new Thread(task, "segment-anything");
              thread.setDaemon(true);
              return thread;
            });
  }

  /**
   * Opens a model folder, or where none is configured the small segmenter of the procedural street.
   * A folder is opened and run in a bounded process first; the embedded one is our own.
   *
   * @param parameters what is configured
   * @param threads how many threads may compute, at least 1
   * @return an open generator
   * @throws IOException if a file is missing or is no such model; the message names file and rule
   * @throws IllegalArgumentException if the parameters contradict each other
   */
  public static SegmentAnything open(SegmentAnythingParameters parameters, int threads)
      throws IOException {
    Path folder = parameters.folder();
    boolean embedded = folder.toString().isEmpty();
    if (embedded) {
      folder = StreetModels.segmenter(CacheFolder.path());
    }
    GeneratorFile file = GeneratorFile.read(folder);
    SegmentAnythingParameters complete = file.complete(parameters);
    SamFolder files = SamFolder.find(folder, parameters.variant());
    if (!embedded) {
      SamProbe.check(
          files, file.imageSize(), threads, parameters.probeMemory(), parameters.probeSeconds());
    }
    return new SegmentAnything(OnnxNetwork.open(files, file.imageSize(), threads), complete);
  }

  /** The values in use, from configuration, model folder and SAM's defaults. */
  SegmentAnythingParameters settings() {
    return settings;
  }

  /**
   * Finds the masks of a frame.
   *
   * @param frame RGB; depth is not used
   * @return masks at the frame's size, and the seconds of {@code encoder} (with making its input),
   *     {@code decoder} and {@code filter}, which add up to the whole time
   * @throws IllegalStateException if the generator is closed or inference fails
   * @throws IllegalArgumentException if they are more than 1,024
   */
  @Override
  public Generated generate(Frame frame) {
    return generate(frame, (PixelConfidence) null);
  }

  /**
   * Finds the masks of a frame; in the fast mode prompts are drawn to where the edge model is
   * unsure, as much as {@code uncertainty} says.
   *
   * @param frame RGB; depth is not used
   * @param scores the edge model's logits, at any resolution
   * @return as {@link #generate(Frame)}
   */
  @Override
  public Generated generate(Frame frame, ClassScores scores) {
    boolean drawn = settings.mode() == Mode.FAST && settings.uncertainty() > 0;
    return generate(frame, drawn ? PixelConfidence.of(scores) : null);
  }

  private synchronized Generated generate(Frame frame, @Nullable PixelConfidence confidence) {
    if (closed) {
      throw new IllegalStateException("the mask generator is closed");
    }
    List<Crop> crops =
        Crop.of(frame.width(), frame.height(), settings.cropNLayers(), settings.cropOverlapRatio());
    Stopwatch watch = new Stopwatch();
    List<Candidate> found = new ArrayList<>();
    for (Crop crop : crops) {
      long start = System.nanoTime();
      network.encode(frame, crop);
      watch.encoder += System.nanoTime() - start;
      found.addAll(
          settings.mode() == Mode.FAST
              ? fast(frame, crop, confidence, watch)
              : every(frame, crop, watch));
    }
    long start = System.nanoTime();
    if (crops.size() > 1) {
      found =
          keep(
              found,
              found.stream().map(Candidate::boundsInImage).toList(),
              scores(found, c -> 1f / ((long) c.crop.width() * c.crop.height())),
              settings.cropNmsThresh());
    }
    if (settings.mode() == Mode.FAST && found.size() > MOST) {
      found.sort(Comparator.comparing(Candidate::predictedIou, Comparator.reverseOrder()));
      found = found.subList(0, MOST);
    }
    if (found.size() > MOST_REFERENCE) {
      // No more were counted, see memory.
      throw new IllegalArgumentException(
          "the frame has "
              + found.size()
              + " masks, but at most "
              + MOST_REFERENCE
              + " are taken; a lower box-nms-thresh or a higher pred-iou-thresh leaves fewer");
    }
    List<SegmentMask> masks = new ArrayList<>(found.size());
    for (Candidate candidate : found) {
      masks.add(mask(frame, candidate));
    }
    if (settings.minMaskRegionArea() > 0) {
      masks = cleaned(frame, masks);
    }
    watch.filter += System.nanoTime() - start;
    return new Generated(
        masks,
        Map.of(
            "encoder", watch.encoder / 1e9,
            "decoder", watch.decoder / 1e9,
            "filter", watch.filter / 1e9));
  }

  /**
   * Counts the masks, what was found before it is filtered, the encoder's input and what each
   * worker decodes. The networks' own workspace does not depend on the frame and stays.
   */
  @Override
  public MemoryNeed memory(int width, int height) {
    long pixels = (long) width * height;
    long crops = 0;
    long prompts = 0;
    for (int layer = 0; layer <= settings.cropNLayers(); layer++) {
      long side = settings.pointsPerSide(layer);
      long ofCrop =
          settings.mode() == Mode.FAST ? Math.min(settings.maxPrompts(), side * side) : side * side;
      prompts = Math.max(prompts, ofCrop);
      crops += 1L << (2 * layer);
    }
    long candidates = 3 * prompts;
    long masks = Math.min(settings.mode() == Mode.FAST ? MOST : MOST_REFERENCE, candidates * crops);
    boolean cleaned = settings.minMaskRegionArea() > 0;
    long ofMask = (cleaned ? 2 : 1) * (pixels / 8);
    long size = network.imageSize();
    long input = 3 * size * (height + size) + 16 * size * size;
    long decoded = 32L * network.side() * network.side() + 64L * (width + height);
    return MemoryNeed.ofHeap(
        masks * ofMask
            + Math.max(candidates, masks) * ROW * height
            + input
            + network.workers() * decoded
            + (cleaned ? 9 : 1) * pixels);
  }

  /**
   * Finds what prompts point at. Nothing is filtered.
   *
   * @param frame RGB
   * @param prompts in pixels of the frame
   * @return the masks of each prompt, by descending predicted IoU: for one point alone the nested
   *     masks, usually three, else one. A mask's point is the prompt's first, or the middle of its
   *     box
   * @throws IllegalArgumentException if a prompt lies outside of the frame, or is of a kind that
   *     the network does not take
   * @throws IllegalStateException if the generator is closed or inference fails
   */
  public List<List<SegmentMask>> prompt(Frame frame, List<Prompt> prompts) {
    return prompt(frame, prompts, Answer::mask);
  }

  /**
   * What a prompt found, and what to give for a mask prompt to ask for the same thing again.
   *
   * @param mask at the frame's size
   * @param logits that it comes from
   */
  public record Answer(SegmentMask mask, MaskPrompt.Logits logits) {}

  /**
   * Finds what prompts point at, and keeps the logits. Nothing is filtered.
   *
   * @param frame RGB
   * @param prompts in pixels of the frame
   * @return as {@link #prompt}
   */
  public List<List<Answer>> answers(Frame frame, List<Prompt> prompts) {
    return prompt(frame, prompts, answer -> answer);
  }

  private synchronized <T> List<List<T>> prompt(
      Frame frame, List<Prompt> prompts, Function<Answer, T> wanted) {
    if (closed) {
      throw new IllegalStateException("the mask generator is closed");
    }
    prompts.forEach(prompt -> prompt.checkInside(frame.width(), frame.height()));
    if (prompts.isEmpty()) {
      return List.of();
    }
    Crop crop = new Crop(0, 0, frame.width(), frame.height(), 0);
    network.encode(frame, crop);
    PromptTask task = new PromptTask(0, frame, crop, new double[0]);
    List<List<T>> found = new ArrayList<>(prompts.size());
    for (Prompt prompt : prompts) {
      found.add(task.any(prompt).stream().map(wanted).toList());
    }
    return found;
  }

  /** Decodes a crop's whole grid in batches and filters what comes out as the original does. */
  private List<Candidate> every(Frame frame, Crop crop, Stopwatch watch) {
    double[] points = crop.points(settings.pointsPerSide(crop.layer()));
    int prompts = points.length / 2;
    PromptTask[] tasks = tasks(frame, crop, points);
    List<Candidate> found = new ArrayList<>();
    for (int from = 0; from < prompts; from += settings.pointsPerBatch()) {
      int to = Math.min(prompts, from + settings.pointsPerBatch());
      found.addAll(decode(tasks, IntStream.range(from, to).toArray(), watch));
    }
    long start = System.nanoTime();
    List<Candidate> kept = distinct(found);
    watch.filter += System.nanoTime() - start;
    return kept;
  }

  /** Decodes what the plan asks for, and holds no more than the masks that are worth keeping. */
  private List<Candidate> fast(
      Frame frame, Crop crop, @Nullable PixelConfidence confidence, Stopwatch watch) {
    int perSide = settings.pointsPerSide(crop.layer());
    double[] points = crop.points(perSide);
    PromptTask[] tasks = tasks(frame, crop, points);
    PromptPlan plan =
        new PromptPlan(perSide, settings.maxPrompts(), weights(frame, crop, confidence, points));
    List<Candidate> kept = List.of();
    int[] covered = new int[perSide * perSide];
    for (int[] next = plan.next(ROUND, covered);
        next.length > 0;
        next = plan.next(ROUND, covered)) {
      List<Candidate> found = decode(tasks, next, watch);
      long start = System.nanoTime();
      if (!found.isEmpty()) {
        found.addAll(0, kept);
        kept = covering(crop, found);
        Arrays.fill(covered, 0);
        for (Candidate candidate : kept) {
          for (int i = 0; i < covered.length; i++) {
            int column = (int) points[2 * i];
            int row = (int) points[2 * i + 1];
            covered[i] += candidate.scanned.covers(row * crop.width() + column) ? 1 : 0;
          }
        }
      }
      watch.filter += System.nanoTime() - start;
    }
    return kept;
  }

  /** 1 where the edge model is sure of its class, more the less it is. */
  private double[] weights(
      Frame frame, Crop crop, @Nullable PixelConfidence confidence, double[] points) {
    double[] weights = new double[points.length / 2];
    Arrays.fill(weights, 1);
    if (confidence != null) {
      for (int i = 0; i < weights.length; i++) {
        int x = (int) ((crop.x0() + points[2 * i]) * confidence.width() / frame.width());
        int y = (int) ((crop.y0() + points[2 * i + 1]) * confidence.height() / frame.height());
        int cell = y * confidence.width() + x;
        weights[i] +=
            settings.uncertainty() * (1 - (confidence.top()[cell] - confidence.second()[cell]));
      }
    }
    return weights;
  }

  private List<Candidate> distinct(List<Candidate> found) {
    return keep(
        found,
        found.stream().map(c -> c.scanned.bounds()).toList(),
        scores(found, c -> c.predictedIou),
        settings.boxNmsThresh());
  }

  /**
   * What non-maximum suppression keeps, and what covers a part of the crop that nothing else does.
   */
  private List<Candidate> covering(Crop crop, List<Candidate> found) {
    List<Candidate> kept = distinct(found);
    int size = crop.width() * crop.height();
    BitSet covered = new BitSet(size);
    kept.forEach(candidate -> candidate.scanned.addTo(covered));
    List<Candidate> others = new ArrayList<>(found);
    others.removeAll(new HashSet<>(kept));
    others.sort(Comparator.comparing(Candidate::predictedIou, Comparator.reverseOrder()));
    for (Candidate candidate : others) {
      if (candidate.scanned.outside(covered) > NEW_AREA * size) {
        candidate.scanned.addTo(covered);
        kept.add(candidate);
      }
    }
    kept.sort(Comparator.comparing(Candidate::predictedIou, Comparator.reverseOrder()));
    return kept;
  }

  private PromptTask[] tasks(Frame frame, Crop crop, double[] points) {
    PromptTask[] tasks = new PromptTask[Math.min(network.workers(), points.length / 2)];
    for (int w = 0; w < tasks.length; w++) {
      tasks[w] = new PromptTask(w, frame, crop, points);
    }
    return tasks;
  }

  private List<Candidate> decode(PromptTask[] tasks, int[] prompts, Stopwatch watch) {
    long start = System.nanoTime();
    List<List<Candidate>> byPrompt = run(tasks, prompts);
    long wall = System.nanoTime() - start;
    List<Candidate> found = new ArrayList<>();
    byPrompt.forEach(found::addAll);
    long decoding = 0;
    long scanning = 0;
    for (PromptTask task : tasks) {
      decoding += task.decoding;
      scanning += task.scanning;
      task.decoding = 0;
      task.scanning = 0;
    }
    // Workers overlap, so the wall time is shared out as their own times are.
    long filter = (long) (wall * ((double) scanning / Math.max(1, scanning + decoding)));
    watch.filter += filter;
    watch.decoder += wall - filter;
    return found;
  }

  private List<List<Candidate>> run(PromptTask[] tasks, int[] prompts) {
    List<List<Candidate>> byPrompt = new ArrayList<>(prompts.length);
    for (int i = 0; i < prompts.length; i++) {
      byPrompt.add(List.of());
    }
    List<Future<?>> running = new ArrayList<>();
    for (PromptTask task : tasks) {
      running.add(
          workers.submit(
              () -> {
                for (int i = task.worker; i < prompts.length; i += tasks.length) {
                  byPrompt.set(i, task.prompt(prompts[i]));
                }
              }));
    }
    // Always waits for all, since a worker that still runs would meet the next frame.
    boolean interrupted = false;
    Throwable failure = null;
    for (Future<?> task : running) {
      while (true) {
        try {
          task.get();
          break;
        } catch (ExecutionException e) {
          failure = e.getCause();
          break;
        } catch (InterruptedException e) {
          interrupted = true;
        }
      }
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
    if (failure != null) {
      throw new IllegalStateException("decoding failed: " + failure.getMessage(), failure);
    }
    return byPrompt;
  }

  /** One worker's share of a crop's prompts. */
  private final class PromptTask {
    private final int worker;
    private final Frame frame;
    private final Crop crop;
    private final double[] points;
    private final double scaleX;
    private final double scaleY;
    private final MaskScan scan;
    private final float[] logits;
    private long decoding;
    private long scanning;

    PromptTask(int worker, Frame frame, Crop crop, double[] points) {
      this.worker = worker;
      this.frame = frame;
      this.crop = crop;
      this.points = points;
      int longSide = Math.max(crop.width(), crop.height());
      int size = network.imageSize();
      this.scaleX = (double) InputImage.resized(crop.width(), longSide, size) / crop.width();
      this.scaleY = (double) InputImage.resized(crop.height(), longSide, size) / crop.height();
      int side = network.side();
      float offset = (float) settings.stabilityScoreOffset();
      this.scan = new MaskScan(side, size, crop.width(), crop.height(), offset);
      this.logits = new float[side * side];
    }

    List<Answer> any(Prompt prompt) {
      PromptedNetwork.Decoded decoded =
          network.decode(
              prompt.coordinates(scaleX, scaleY),
              prompt.labels(),
              rough(prompt.mask()),
              prompt.ambiguous());
      Box box = prompt.box();
      float x = box == null ? prompt.points().get(0).x() : box.x() + box.width() / 2f;
      float y = box == null ? prompt.points().get(0).y() : box.y() + box.height() / 2f;
      List<Answer> found = new ArrayList<>();
      for (int m = 0; m < decoded.ious().length; m++) {
        System.arraycopy(decoded.logits(), m * logits.length, logits, 0, logits.length);
        MaskScan.Scanned scanned = Objects.requireNonNull(scan.scan(logits, 0));
        Candidate candidate = new Candidate(crop, x, y, decoded.ious()[m], scanned);
        found.add(
            new Answer(
                mask(frame, candidate), new MaskPrompt.Logits(network.side(), logits.clone())));
      }
      found.sort(
          Comparator.comparing(answer -> answer.mask().predictedIou(), Comparator.reverseOrder()));
      return found;
    }

    /** What the network takes for a mask prompt. */
    private float @Nullable [] rough(@Nullable MaskPrompt mask) {
      int side = network.promptSide();
      if (mask != null && side == 0) {
        // The network says why.
        return new float[0];
      }
      if (mask instanceof MaskPrompt.Logits given) {
        if (given.side() != side) {
          throw new IllegalArgumentException(
              String.format(
                  "a mask prompt has logits of side %d, but this SAM's are of side %d",
                  given.side(), side));
        }
        return given.values();
      }
      if (mask instanceof MaskPrompt.Pixels marked) {
        double cell = (double) network.imageSize() / side;
        return marked
            .logits(side, scaleX * crop.width() / cell, scaleY * crop.height() / cell)
            .values();
      }
      return null;
    }

    List<Candidate> prompt(int i) {
      double x = points[2 * i];
      double y = points[2 * i + 1];
      long start = System.nanoTime();
      float[] ious = network.decode(worker, (float) (x * scaleX), (float) (y * scaleY));
      decoding += System.nanoTime() - start;
      List<Candidate> found = new ArrayList<>(ious.length);
      for (int m = 0; m < ious.length; m++) {
        if (settings.predIouThresh() > 0 && !(ious[m] > (float) settings.predIouThresh())) {
          continue;
        }
        start = System.nanoTime();
        network.logits(worker, m, logits);
        decoding += System.nanoTime() - start;
        start = System.nanoTime();
        MaskScan.Scanned scanned = scan.scan(logits, (float) settings.stabilityScoreThresh());
        if (scanned != null && !crop.cuts(scanned.bounds(), frame.width(), frame.height())) {
          found.add(
              new Candidate(
                  crop, (float) (x + crop.x0()), (float) (y + crop.y0()), ious[m], scanned));
        }
        scanning += System.nanoTime() - start;
      }
      return found;
    }
  }

  private interface Score<T> {
    float of(T item);
  }

  private static <T> float[] scores(List<T> items, Score<T> score) {
    float[] scores = new float[items.size()];
    for (int i = 0; i < scores.length; i++) {
      scores[i] = score.of(items.get(i));
    }
    return scores;
  }

  private static <T> List<T> keep(
      List<T> items, List<int[]> bounds, float[] scores, double threshold) {
    List<T> kept = new ArrayList<>();
    for (int i : BoxSuppression.keep(bounds, scores, threshold)) {
      kept.add(items.get(i));
    }
    return kept;
  }

  private static SegmentMask mask(Frame frame, Candidate candidate) {
    Crop crop = candidate.crop;
    BitSet pixels = new BitSet(frame.width() * frame.height());
    int[] runs = candidate.scanned.runs();
    for (int r = 0; r < runs.length; r += 2) {
      int y = runs[r] / crop.width();
      int shift = (y + crop.y0()) * frame.width() + crop.x0() - y * crop.width();
      pixels.set(runs[r] + shift, runs[r + 1] + shift);
    }
    return new SegmentMask(
        frame.width(),
        frame.height(),
        pixels,
        candidate.scanned.area(),
        MaskRecords.boxOf(pixels, frame.width()),
        candidate.predictedIou,
        candidate.scanned.stability(),
        candidate.x,
        candidate.y,
        new Box(crop.x0(), crop.y0(), crop.width(), crop.height()));
  }

  /** Removes small holes and islands; masks that had none win over those that had. */
  private List<SegmentMask> cleaned(Frame frame, List<SegmentMask> masks) {
    SmallRegions regions = new SmallRegions(frame.width(), frame.height());
    List<SegmentMask> cleaned = new ArrayList<>(masks.size());
    List<int[]> bounds = new ArrayList<>(masks.size());
    float[] unchanged = new float[masks.size()];
    Arrays.fill(unchanged, 1);
    for (int i = 0; i < masks.size(); i++) {
      SegmentMask mask = masks.get(i);
      BitSet pixels = (BitSet) mask.pixels().clone();
      if (regions.clean(pixels, settings.minMaskRegionArea())) {
        unchanged[i] = 0;
        mask =
            new SegmentMask(
                mask.width(),
                mask.height(),
                pixels,
                pixels.cardinality(),
                MaskRecords.boxOf(pixels, mask.width()),
                mask.predictedIou(),
                mask.stabilityScore(),
                mask.pointX(),
                mask.pointY(),
                mask.cropBox());
      }
      cleaned.add(mask);
      Box box = mask.box();
      bounds.add(
          new int[] {
            box.x(),
            box.y(),
            box.x() + Math.max(0, box.width() - 1),
            box.y() + Math.max(0, box.height() - 1)
          });
    }
    return keep(
        cleaned, bounds, unchanged, Math.max(settings.boxNmsThresh(), settings.cropNmsThresh()));
  }

  @Override
  public synchronized void close() {
    if (!closed) {
      closed = true;
      workers.shutdownNow();
      network.close();
    }
  }
}
