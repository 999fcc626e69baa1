package io.seamark.unknown.service;

import io.seamark.buffer.ArrowMessages;
import io.seamark.buffer.BufferedSample;
import io.seamark.buffer.FusedAnswer;
import io.seamark.buffer.HardSample;
import io.seamark.buffer.ReplayBuffer;
import io.seamark.imaging.Images;
import io.seamark.perception.Frame;
import io.seamark.plugin.TaskSample;
import io.seamark.plugin.UnseenSampleReRecognition;
import io.seamark.plugin.UnseenTaskAllocation;
import io.seamark.plugin.UnseenTaskProcessing;
import java.io.IOException;
import java.io.InputStream;
import java.util.HashMap;
import java.util.Map;
import java.util.OptionalLong;
import java.util.concurrent.Semaphore;
import java.util.concurrent.locks.ReentrantLock;

/**
 * Answers hard samples one at a time and keeps each in the replay buffer before its answer goes
 * out. One that re-recognition calls seen is answered from the edge's scores and not kept.
 * Thread-safe.
 */
final class TaskProcessor implements AutoCloseable {
  /** The most bytes a request may have. */
  static final int LIMIT = 16 << 20;

  /** Stands in the answer for the processing of a sample that was called seen. */
  static final String SEEN = "seen: edge scores";

  private final UnseenTaskProcessing processing;
  private final UnseenSampleReRecognition reRecognition;
  private final UnseenTasks tasks;
  private final String name;
  private final ReplayBuffer buffer;
  private final int queue;
  private final Semaphore places;
  // Fair, so that frames are answered in the order they came.
  private final ReentrantLock turn = new ReentrantLock(true);
  private volatile double meanSeconds = 1;
  private boolean closed;
  private long looked;

  /**
   * What a request led to.
   *
   * @param sample as received
   * @param answer made now, or before if {@code resent}
   * @param reply the answer's message
   * @param sequence the sample's place in the buffer, or -1 if it was called seen and not kept
   * @param received bytes of the request
   * @param seconds time by stage: those of the processing, {@code decode} and {@code store}; empty
   *     if {@code resent}
   * @param resent whether the sample had been answered before
   */
  @SuppressWarnings("ArrayRecordComponent")
  record Outcome(
      HardSample sample,
      FusedAnswer answer,
      byte[] reply,
      long sequence,
      int received,
      Map<String, Double> seconds,
      boolean resent) {}

  /**
   * Takes over an open plugin and an open buffer; both are closed with this.
   *
   * @param processing answers frames
   * @param reRecognition looks again at each before that
   * @param allocation names the task of those that have no domain
   * @param name of the plugin
   * @param buffer keeps them; what it holds already counts as answered
   * @param queue how many frames may wait, at least 0
   */
  TaskProcessor(
      UnseenTaskProcessing processing,
      UnseenSampleReRecognition reRecognition,
      UnseenTaskAllocation allocation,
      String name,
      ReplayBuffer buffer,
      int queue) {
    this.processing = processing;
    this.reRecognition = reRecognition;
    this.tasks = new UnseenTasks(allocation, buffer);
    this.name = name;
    this.buffer = buffer;
    this.queue = queue;
    this.places = new Semaphore(1 + queue);
  }

  /**
   * Answers one request.
   *
   * @param body a sample's message; read up to {@link #LIMIT}
   * @return the answer
   * @throws BusyException if too many frames wait; the body is not read then
   * @throws BadSampleException if the body is too large or no sample that can be answered
   * @throws NotReadyException after {@link #close}
   * @throws IOException if the buffer fails
   */
  Outcome process(InputStream body) throws IOException {
    // A place is taken before the body is read, which bounds the memory for bodies too.
    if (!places.tryAcquire()) {
      throw new BusyException(queue, Math.max(1, Math.round(meanSeconds * (queue + 1))));
    }
    try {
      long start = System.nanoTime();
      byte[] message = read(body);
      HardSample sample = decode(message);
      Frame frame = decodeFrame(sample);
      double decodeSeconds = secondsSince(start);
      turn.lock();
      try {
        if (closed) {
          throw new NotReadyException("the service is stopping");
        }
        OptionalLong before = buffer.find(sample.edge(), sample.id());
        return before.isPresent()
            ? again(sample, before.getAsLong(), message.length)
            : first(sample, frame, message.length, decodeSeconds);
      } finally {
        turn.unlock();
      }
    } finally {
      places.release();
    }
  }

  /** Frames that wait or are being answered. */
  int waiting() {
    return 1 + queue - places.availablePermits();
  }

  /** Samples in the buffer. */
  int buffered() {
    return buffer.size();
  }

  /** Waits for the frame that is being answered, then closes plugin and buffer. */
  @Override
  public void close() throws IOException {
    turn.lock();
    try {
      if (!closed) {
        closed = true;
        try (buffer) {
          processing.close();
          // Sealed, what was kept can be read by any Arrow library.
          buffer.seal();
        }
      }
    } finally {
      turn.unlock();
    }
  }

  private Outcome first(HardSample sample, Frame frame, int received, double decodeSeconds)
      throws IOException {
    TaskSample known = taskSample(sample);
    if (!reRecognition.unseen(known, sample.scores())) {
      return seen(sample, frame, received, decodeSeconds);
    }
    long start = System.nanoTime();
    UnseenTaskProcessing.Answer made = processing.process(frame, sample.scores());
    Map<String, Double> seconds = new HashMap<>(made.seconds());
    seconds.put("decode", decodeSeconds);
    FusedAnswer answer = new FusedAnswer(made.classMap(), made.masks().size(), name, seconds);
    long storing = System.nanoTime();
    long sequence = buffer.append(new BufferedSample(tasks.named(sample, known), answer));
    seconds.put("store", secondsSince(storing));
    meanSeconds = 0.8 * meanSeconds + 0.2 * secondsSince(start);
    return new Outcome(
        sample, answer, ArrowMessages.encode(answer), sequence, received, seconds, false);
  }

  private TaskSample taskSample(HardSample sample) {
    Map<String, String> attributes = new HashMap<>();
    attributes.put(TaskSample.ID, sample.id());
    attributes.put(TaskSample.EDGE, sample.edge());
    if (!sample.domain().isEmpty()) {
      attributes.put(TaskSample.DOMAIN, sample.domain());
    }
    return new TaskSample(looked++, attributes);
  }

  /** The edge model's own answer; it teaches nothing, so it is not kept. */
  private static Outcome seen(HardSample sample, Frame frame, int received, double decodeSeconds)
      throws IOException {
    Map<String, Double> seconds = Map.of("decode", decodeSeconds);
    FusedAnswer answer =
        new FusedAnswer(
            sample.scores().resize(frame.width(), frame.height()).argmax(), 0, SEEN, seconds);
    return new Outcome(sample, answer, ArrowMessages.encode(answer), -1, received, seconds, false);
  }

  private Outcome again(HardSample sample, long sequence, int received) throws IOException {
    FusedAnswer answer = buffer.read(sequence).answer();
    return new Outcome(
        sample, answer, ArrowMessages.encode(answer), sequence, received, Map.of(), true);
  }

  private static byte[] read(InputStream body) {
    try {
      byte[] message = body.readNBytes(LIMIT + 1);
      if (message.length > LIMIT) {
        throw new BadSampleException("the body has more than " + LIMIT + " bytes", true);
      }
      return message;
    } catch (IOException e) {
      throw new BadSampleException("the body ended early: " + e.getMessage(), false);
    }
  }

  private static HardSample decode(byte[] message) {
    try {
      return ArrowMessages.decodeSample(message, LIMIT);
    } catch (IOException e) {
      throw new BadSampleException("the body is no sample: " + e.getMessage(), false);
    }
  }

  private static Frame decodeFrame(HardSample sample) {
    try {
      Frame rgb = Images.decodeFrame(sample.image().bytes());
      if (rgb.width() != sample.width() || rgb.height() != sample.height()) {
        throw new BadSampleException(
            String.format(
                "sample '%s' says %dx%d, but its image is %dx%d",
                sample.id(), sample.width(), sample.height(), rgb.width(), rgb.height()),
            false);
      }
      byte[] depth = sample.depthPng();
      return depth == null ? rgb : Images.withDepth(rgb, depth);
    } catch (IOException e) {
      throw new BadSampleException(
          "image of sample '" + sample.id() + "' cannot be read: " + e.getMessage(), false);
    }
  }

  private static double secondsSince(long start) {
    return (System.nanoTime() - start) / 1e9;
  }
}
