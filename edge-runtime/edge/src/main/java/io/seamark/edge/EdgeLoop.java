package io.seamark.edge;

import io.seamark.buffer.HardSample;
import io.seamark.buffer.Outbox;
import io.seamark.edge.metrics.EdgeMetrics;
import io.seamark.edge.sync.LiveModel;
import io.seamark.edge.upload.CloudAnswer;
import io.seamark.edge.upload.CloudLink;
import io.seamark.imaging.Images;
import io.seamark.perception.EncodedImage;
import io.seamark.perception.Frame;
import io.seamark.perception.Prediction;
import io.seamark.perception.Sample;
import io.seamark.perception.SourceItem;
import io.seamark.perception.UnreadableSample;
import io.seamark.plugin.Delivery;
import io.seamark.plugin.HardExampleMining;
import io.seamark.plugin.MiningDecision;
import io.seamark.plugin.SampleSource;
import io.seamark.registry.PluginFailedException;
import java.io.IOException;
import java.time.Instant;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The loop: frame, known-sample inference, hard-example mining, answer. An easy frame's answer
 * stands. A hard frame is answered as well, at once, and put in the outbox; the cloud's answer
 * replaces the edge's when it comes. A few easy frames go there too, to learn how far edge and
 * cloud agree on them; nothing else is different with these. Nothing that happens to the network or
 * the cloud stops the loop.
 */
public final class EdgeLoop implements CloudLink.Receiver {
  private static final Logger LOG = LoggerFactory.getLogger(EdgeLoop.class);

  private final EdgeOptions options;
  private final SeenTaskInference inference;
  private final HardExampleMining miner;
  private final EdgeMetrics metrics;
  private final AnswerSink sink;
  private @Nullable Outbox outbox;
  private @Nullable CloudLink link;
  private volatile boolean stopped;
  private long index;

  /**
   * A loop without a cloud.
   *
   * @param options how it behaves
   * @param inference labels the frames
   * @param miner decides which are hard
   * @param metrics counts them
   * @param sink takes the answers
   */
  public EdgeLoop(
      EdgeOptions options,
      SeenTaskInference inference,
      HardExampleMining miner,
      EdgeMetrics metrics,
      AnswerSink sink) {
    this.options = options;
    this.inference = inference;
    this.miner = miner;
    this.metrics = metrics;
    this.sink = sink;
  }

  /**
   * Sends hard and audited frames to a cloud from now on. To be called before {@link #run}.
   *
   * @param box where they wait
   * @param cloud carries them
   */
  public void connect(Outbox box, CloudLink cloud) {
    outbox = box;
    link = cloud;
    metrics.watchOutbox(box);
  }

  /**
   * Runs to the end of the source or until {@link #stop}.
   *
   * @param source the frames; stays open
   * @throws IOException if the source as a whole failed
   * @throws InterruptedException if the thread was interrupted
   */
  public void run(SampleSource source) throws IOException, InterruptedException {
    while (!stopped) {
      CloudLink cloud = link;
      if (cloud != null && options.window() > 0) {
        cloud.awaitRoom(options.window(), options.patience());
      }
      Optional<SourceItem> next = source.next();
      if (next.isEmpty()) {
        return;
      }
      SourceItem item = next.get();
      if (item instanceof UnreadableSample unreadable) {
        skip(unreadable);
      } else if (item instanceof Sample sample) {
        answer(sample);
      }
    }
  }

  private void skip(UnreadableSample item) {
    LOG.warn("event=frame_skipped id={} reason=\"{}\"", item.id(), item.reason());
    metrics.skipped();
    sink.skipped(item);
  }

  private void answer(Sample sample) {
    long start = System.nanoTime();
    LiveModel.Labelled labelled;
    MiningDecision decision;
    long inferred;
    try {
      labelled = inference.infer(sample);
      inferred = System.nanoTime();
      decision = miner.mine(labelled.prediction());
    } catch (IOException | IllegalArgumentException | PluginFailedException e) {
      // This frame cannot be labelled, for its size or what came out; the next one may.
      skip(new UnreadableSample(sample.id(), sample.id() + ": " + e.getMessage()));
      return;
    }
    boolean sent = decision.hard() || options.audit().draws(sample.id());
    boolean kept = sent && store(sample, labelled, decision);
    EdgeAnswer answer =
        new EdgeAnswer(
            index++,
            sample,
            labelled.prediction(),
            decision,
            labelled.version(),
            kept && decision.hard(),
            (inferred - start) / 1e9,
            (System.nanoTime() - start) / 1e9);
    metrics.answered(decision, answer.inferSeconds(), answer.totalSeconds());
    sink.answered(answer);
    if (kept && link != null) {
      link.offered();
    }
  }

  private boolean store(Sample sample, LiveModel.Labelled labelled, MiningDecision decision) {
    Outbox box = outbox;
    if (box == null) {
      return false;
    }
    try {
      box.append(hardSample(sample, labelled, decision));
      return true;
    } catch (IOException | IllegalArgumentException e) {
      LOG.error("event=outbox_rejected id={} reason=\"{}\"", sample.id(), e.getMessage());
      if (decision.hard()) {
        metrics.notStored();
      }
      return false;
    }
  }

  private HardSample hardSample(Sample sample, LiveModel.Labelled labelled, MiningDecision decision)
      throws IOException {
    Frame frame = sample.frame();
    EncodedImage image = sample.encoded();
    if (image == null) {
      image =
          new EncodedImage(
              EncodedImage.JPEG, Images.encodeJpeg(frame, (float) options.jpegQuality()));
    }
    Prediction prediction = labelled.prediction();
    return new HardSample(
        sample.id(),
        options.edge(),
        sample.domain(),
        System.currentTimeMillis(),
        frame.width(),
        frame.height(),
        image,
        frame.depth() == null ? null : Images.encodeDepth(frame),
        prediction.scores(),
        labelled.version(),
        decision.hard() ? options.miner() : HardSample.auditOf(options.miner()),
        decision.score(),
        decision.threshold());
  }

  /** Ends {@link #run} after the frame at hand. */
  public void stop() {
    stopped = true;
  }

  @Override
  public void answered(CloudAnswer answer) {
    if (answer.sample().audited()) {
      // No hard frame: no miner's budget pays for it.
      sink.audited(answer);
      return;
    }
    try {
      miner.delivered(
          new Delivery(
              answer.bytesUp(),
              answer.seconds(),
              Instant.ofEpochMilli(answer.sample().capturedMillis())));
    } catch (RuntimeException e) {
      // A miner's fault must not send the frame again and again.
      LOG.warn("event=delivery_not_counted reason=\"{}\"", e.toString(), e);
    }
    sink.improved(answer);
  }

  @Override
  public void refused(String id, String reason) {
    sink.refused(id, reason);
  }
}
