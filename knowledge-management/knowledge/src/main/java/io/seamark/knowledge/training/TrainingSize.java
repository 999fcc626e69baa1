package io.seamark.knowledge.training;

import io.seamark.knowledge.frames.LabelledFrames;
import io.seamark.plugin.TrainableModel;
import io.seamark.setting.FrameSize;
import io.seamark.setting.TrainingSettings;
import java.io.IOException;
import java.util.Locale;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The size at which a model is trained and judged, within the memory that it may take. The frames
 * that edges send have no say in it: they are brought to this size, stretched where their aspect
 * ratio is another. A padded frame would keep its ratio, but teach the network borders that no
 * camera has.
 */
public final class TrainingSize {
  /** What holds where nothing is set and there are no labelled frames. */
  public static final FrameSize DEFAULT = new FrameSize(480, 360);

  /** Own frames that are tried, should the first be damaged. */
  private static final int TRIED = 16;

  private static final Logger LOG = LoggerFactory.getLogger(TrainingSize.class);

  private TrainingSize() {}

  /**
   * Decides on the size for a model: the configured one, or that of the user's own labelled frames,
   * or {@link #DEFAULT} where there are none; the latter two are halved until their memory fits.
   *
   * @param settings may name a size, and bound the memory
   * @param model to be trained
   * @param own labelled frames of the user's, or {@link LabelledFrames#NONE}
   * @param batch frames of a step
   * @return the size of every frame that is trained or judged on
   * @throws IllegalArgumentException if the configured size takes more than the bound, or any would
   * @throws IOException if none of the own frames can be read
   */
  public static FrameSize of(
      TrainingSettings settings, TrainableModel model, LabelledFrames own, int batch)
      throws IOException {
    FrameSize wanted = settings.frameSize();
    long maxBytes = settings.maxBytes();
    if (wanted != null) {
      long bytes = model.memory(wanted.width(), wanted.height(), batch);
      if (bytes > maxBytes) {
        throw new IllegalArgumentException(
            String.format(
                Locale.ROOT,
                "%s is %s: with %d frames a step a training would take about %d MB, but %s allows"
                    + " %d MB; name a smaller size or batch",
                TrainingSettings.SIZE,
                wanted,
                batch,
                bytes >> 20,
                TrainingSettings.MAX_BYTES,
                maxBytes >> 20));
      }
      return wanted;
    }
    FrameSize natural = own.size() > 0 ? sizeOf(own) : DEFAULT;
    FrameSize fits = natural;
    while (model.memory(fits.width(), fits.height(), batch) > maxBytes) {
      FrameSize half = fits.half();
      if (half.equals(fits)) {
        throw new IllegalArgumentException(
            String.format(
                Locale.ROOT,
                "%s allows %d MB, but this model cannot be trained in that at any size",
                TrainingSettings.MAX_BYTES,
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
          TrainingSettings.MAX_BYTES,
          TrainingSettings.SIZE);
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
