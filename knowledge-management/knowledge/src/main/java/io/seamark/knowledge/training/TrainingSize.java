package io.seamark.knowledge.training;

import io.seamark.knowledge.frames.FrameSize;
import io.seamark.knowledge.frames.LabelledFrames;
import io.seamark.network.EdgeModel;
import io.seamark.network.tensorflow.RfNetTrainer;
import java.io.IOException;
import java.util.Locale;
import java.util.Optional;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The size at which a model is trained and judged, and the memory that it may take. The frames that
 * edges send have no say in it: they are brought to this size, stretched where their aspect ratio
 * is another. A padded frame would keep its ratio, but teach the network borders that no camera
 * has.
 *
 * @param set the configured size, or null for that of the user's own labelled frames, or {@link
 *     #DEFAULT} where there are none; either is halved until its memory fits
 * @param maxBytes what a trainer may take of native memory, at least 512 MiB
 */
public record TrainingSize(@Nullable FrameSize set, long maxBytes) {
  /** What holds where nothing is set and there are no labelled frames. */
  public static final FrameSize DEFAULT = new FrameSize(480, 360);

  /** Fits a machine of 8 GB beside the other processes. */
  public static final TrainingSize DEFAULTS = new TrainingSize(null, 4L << 30);

  /** Configuration key of the size. */
  public static final String SIZE = "seamark.training.size";

  /** Configuration key of the bound. */
  public static final String MAX_BYTES = "seamark.training.max-bytes";

  private static final long LEAST_BYTES = 512L << 20;

  /** Own frames that are tried, should the first be damaged. */
  private static final int TRIED = 16;

  private static final Logger LOG = LoggerFactory.getLogger(TrainingSize.class);

  /** Checks the bound. */
  public TrainingSize {
    if (maxBytes < LEAST_BYTES) {
      throw new IllegalArgumentException(
          MAX_BYTES + " is " + maxBytes + ", but must be at least " + LEAST_BYTES + " (512 MiB)");
    }
  }

  /**
   * Reads configuration; both keys have a default.
   *
   * @param lookup value of a key, empty if it is not set
   * @return settings
   * @throws IllegalArgumentException with one line for each wrong value
   */
  public static TrainingSize from(Function<String, Optional<String>> lookup) {
    String size = lookup.apply(SIZE).map(String::strip).orElse("");
    String bytes = lookup.apply(MAX_BYTES).map(String::strip).orElse("");
    StringBuilder failures = new StringBuilder();
    FrameSize set = null;
    try {
      set = size.isEmpty() ? null : FrameSize.parse(SIZE, size);
    } catch (IllegalArgumentException e) {
      failures.append(e.getMessage());
    }
    try {
      TrainingSize read =
          new TrainingSize(set, bytes.isEmpty() ? DEFAULTS.maxBytes() : Long.parseLong(bytes));
      if (failures.isEmpty()) {
        return read;
      }
    } catch (NumberFormatException e) {
      failures.append(failures.isEmpty() ? "" : "\n");
      failures.append(MAX_BYTES + " is '" + bytes + "', but must be a whole number");
    } catch (IllegalArgumentException e) {
      failures.append(failures.isEmpty() ? "" : "\n").append(e.getMessage());
    }
    throw new IllegalArgumentException(failures.toString());
  }

  /**
   * Decides on the size for a model.
   *
   * @param model to be trained
   * @param own labelled frames of the user's, or {@link LabelledFrames#NONE}
   * @param batch frames of a step
   * @return the size of every frame that is trained or judged on
   * @throws IllegalArgumentException if the configured size takes more than the bound, or any would
   * @throws IOException if none of the own frames can be read
   */
  public FrameSize of(EdgeModel model, LabelledFrames own, int batch) throws IOException {
    FrameSize wanted = set;
    if (wanted != null) {
      long bytes = RfNetTrainer.memory(model, wanted.width(), wanted.height(), batch);
      if (bytes > maxBytes) {
        throw new IllegalArgumentException(
            String.format(
                Locale.ROOT,
                "%s is %s: with %d frames a step a training would take about %d MB, but %s allows"
                    + " %d MB; name a smaller size or batch",
                SIZE,
                wanted,
                batch,
                bytes >> 20,
                MAX_BYTES,
                maxBytes >> 20));
      }
      return wanted;
    }
    FrameSize natural = own.size() > 0 ? sizeOf(own) : DEFAULT;
    FrameSize fits = natural;
    while (RfNetTrainer.memory(model, fits.width(), fits.height(), batch) > maxBytes) {
      FrameSize half = fits.half();
      if (half.equals(fits)) {
        throw new IllegalArgumentException(
            String.format(
                Locale.ROOT,
                "%s allows %d MB, but this model cannot be trained in that at any size",
                MAX_BYTES,
                maxBytes >> 20));
      }
      fits = half;
    }
    if (!fits.equals(natural)) {
      LOG.warn(
          "trains at {}: {} frames of {} would take more than the {} MB of {}; {} names another"
              + " size",
          fits,
          batch,
          natural,
          maxBytes >> 20,
          MAX_BYTES,
          SIZE);
    }
    return fits;
  }

  private static FrameSize sizeOf(LabelledFrames own) throws IOException {
    IOException last = new IOException("there are no frames");
    int tried = Math.min(own.size(), TRIED);
    for (int i = 0; i < tried; i++) {
      try {
        var frame = own.read(i).frame();
        return new FrameSize(frame.width(), frame.height());
      } catch (IOException e) {
        last = e;
      }
    }
    throw new IOException(
        "none of the first " + tried + " of the " + own.source() + " can be read", last);
  }
}
