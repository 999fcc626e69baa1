package io.seamark.measure;

import io.seamark.edge.AnswerSink;
import io.seamark.edge.EdgeAnswer;
import io.seamark.edge.upload.CloudAnswer;
import io.seamark.perception.Frame;
import io.seamark.perception.Sample;
import io.seamark.perception.SourceItem;
import io.seamark.perception.UnreadableSample;
import io.seamark.plugin.SampleSource;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.zip.CRC32C;

/**
 * Both ends of a loop that is measured: the source, of which so many frames are taken, at a rate
 * where one is asked for, and the sink of its answers. The first frames warm the machine up and are
 * not counted.
 */
final class MeasuredStream implements SampleSource, AnswerSink {
  private final SampleSource source;
  private final int warmUp;
  private final long frames;
  private final double framesPerSecond;
  private final Runnable atFirst;
  private final Runnable atEach;
  private final CRC32C content = new CRC32C();
  private final AtomicLong started = new AtomicLong(Long.MIN_VALUE);
  private long given;
  private int width;
  private int height;

  // Written by the loop's thread, read by the one that samples the machine.
  final Times capture = new Times();
  final Times inference = new Times();
  final Times mining = new Times();
  final Times answer = new Times();
  final Times cloud = new Times();
  private final AtomicLong skipped = new AtomicLong();
  private final AtomicLong late = new AtomicLong();
  private volatile long last;

  /**
   * A stream.
   *
   * @param source stays open
   * @param warmUp frames that are answered before counting begins
   * @param frames to be counted at most
   * @param framesPerSecond to be given; 0 for as fast as they are asked for
   * @param atFirst called before the first counted frame is read
   * @param atEach called for each item that was answered or skipped
   */
  MeasuredStream(
      SampleSource source,
      int warmUp,
      long frames,
      double framesPerSecond,
      Runnable atFirst,
      Runnable atEach) {
    this.source = source;
    this.warmUp = warmUp;
    this.frames = frames;
    this.framesPerSecond = framesPerSecond;
    this.atFirst = atFirst;
    this.atEach = atEach;
  }

  /** Nanoseconds of the clock at which counting began; empty before. */
  OptionalLong started() {
    long at = started.get();
    return at == Long.MIN_VALUE ? OptionalLong.empty() : OptionalLong.of(at);
  }

  @Override
  public Optional<SourceItem> next() throws IOException {
    if (given == warmUp + frames) {
      return Optional.empty();
    }
    boolean counted = given >= warmUp;
    if (counted && started().isEmpty()) {
      atFirst.run();
      started.set(System.nanoTime());
    }
    if (counted && framesPerSecond > 0) {
      awaitDue();
    }
    long before = System.nanoTime();
    Optional<SourceItem> item = source.next();
    double seconds = (System.nanoTime() - before) / 1e9;
    if (item.isPresent() && item.get() instanceof Sample sample) {
      given++;
      if (counted) {
        capture.add(seconds);
        note(sample.frame());
      }
    }
    return item;
  }

  private void awaitDue() throws IOException {
    long wait = due(given - warmUp) - System.nanoTime();
    if (wait > 0) {
      try {
        // The rate that was asked for.
        TimeUnit.NANOSECONDS.sleep(wait);
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        throw new InterruptedIOException("stopped while waiting for a frame to be due");
      }
    }
  }

  private long due(long frame) {
    return started.get() + (long) (1e9 * frame / framesPerSecond);
  }

  private void note(Frame frame) {
    if (width == 0) {
      width = frame.width();
      height = frame.height();
    }
    content.update(frame.rgb());
    byte[] depth = frame.depth();
    if (depth != null) {
      content.update(depth);
    }
  }

  @Override
  public void answered(EdgeAnswer given) {
    if (given.index() >= warmUp) {
      long now = System.nanoTime();
      inference.add(given.inferSeconds());
      mining.add(given.totalSeconds() - given.inferSeconds());
      answer.add(given.totalSeconds());
      last = now;
      if (framesPerSecond > 0 && now > due(given.index() - warmUp + 1)) {
        late.incrementAndGet();
      }
    }
    atEach.run();
  }

  @Override
  public void improved(CloudAnswer given) {
    if (started().isPresent()) {
      cloud.add(given.seconds());
    }
  }

  @Override
  public void skipped(UnreadableSample item) {
    skipped.incrementAndGet();
    atEach.run();
  }

  /** Seconds from the first counted frame to the last answer. */
  double seconds() {
    return started().isPresent() && last > 0 ? (last - started.get()) / 1e9 : 0;
  }

  long skipped() {
    return skipped.get();
  }

  long late() {
    return late.get();
  }

  String content() {
    return String.format("%08x", content.getValue());
  }

  int width() {
    return width;
  }

  int height() {
    return height;
  }

  @Override
  public OptionalInt size() {
    return source.size();
  }

  @Override
  public List<String> notes() {
    return source.notes();
  }

  @Override
  public void close() {
    // Whoever opened it closes it.
  }
}
