package io.seamark.unknown.service;

import io.seamark.buffer.ArrowMessages;
import io.seamark.buffer.BufferedSample;
import io.seamark.buffer.FusedAnswer;
import io.seamark.buffer.HardSample;
import io.seamark.buffer.ReplayBuffer;
import io.seamark.imaging.Images;
import io.seamark.perception.ClassScores;
import io.seamark.perception.Frame;
import io.seamark.plugin.TaskSample;
import io.seamark.plugin.UnseenSampleReRecognition;
import io.seamark.plugin.UnseenTaskAllocation;
import io.seamark.plugin.UnseenTaskProcessing;
import jakarta.ws.rs.core.Response.Status;
import java.io.IOException;
import java.io.InputStream;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.concurrent.locks.ReentrantLock;

/**
 * Answers hard samples one at a time, by turns of their edges, and keeps each in the replay buffer
 * before its answer goes out. One that re-recognition calls seen is answered from the edge's scores
 * and not kept. While one is answered, the image of the next is decoded. Thread-safe.
 *
 * <p>One at a time, since a frame already fills the processors and its planes the cache: in batches
 * of two and four MobileSAM's encoder took 1.2 and 1.8 times as long a frame, on two cores.
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
  private final BodyReader reader;
  private final FairQueue line;
  // Unpacked, a message can be many times as large as it came, so they are unpacked one by one.
  private final ReentrantLock unpacking = new ReentrantLock();
  // Fair, so that frames are answered in the order they were let in.
  private final ReentrantLock turn = new ReentrantLock(true);
  private final long frameBytes;
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
   * @param waited seconds in the queue
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
      double waited,
      boolean resent) {}

  /** Makes a frame when its turn comes, so that what waits is small. */
  interface FrameSource {
    /**
     * Decodes.
     *
     * @throws BadSampleException if there is no frame in it
     */
    Frame decode();
  }

  /**
   * A frame to be answered and forgotten.
   *
   * @param frame makes it
   * @param scores the edge model's logits, at any resolution
   */
  record Question(FrameSource frame, ClassScores scores) {}

  /**
   * What questions led to.
   *
   * @param answers in the questions' order, each with the seconds of its stages
   * @param waited seconds in the queue
   */
  record Answers(List<UnseenTaskProcessing.Answer> answers, double waited) {
    Answers {
      answers = List.copyOf(answers);
    }
  }

  /**
   * Takes over an open plugin and an open buffer; both are closed with this.
   *
   * @param processing answers frames
   * @param reRecognition looks again at each before that
   * @param allocation names the task of those that have no domain
   * @param name of the plugin
   * @param buffer keeps them; what it holds already counts as answered
   * @param queue how many frames may wait, at least 0
   * @param patience how long a request's body may take to arrive
   */
  TaskProcessor(
      UnseenTaskProcessing processing,
      UnseenSampleReRecognition reRecognition,
      UnseenTaskAllocation allocation,
      String name,
      ReplayBuffer buffer,
      int queue,
      Duration patience) {
    this.processing = processing;
    this.reRecognition = reRecognition;
    this.tasks = new UnseenTasks(allocation, buffer);
    this.name = name;
    this.buffer = buffer;
    this.line = new FairQueue(queue);
    long heap = Runtime.getRuntime().maxMemory();
    this.reader = new BodyReader(LIMIT, patience, heap / 8, line::busy);
    this.frameBytes = heap / 5 * 2;
  }

  /**
   * Answers one request.
   *
   * @param message a sample's; read up to {@link #LIMIT}, before the request takes a place
   * @return the answer
   * @throws BusyException if too many frames wait
   * @throws BadSampleException if the body is too large, too slow or no sample that can be answered
   * @throws NotReadyException after {@link #close}
   * @throws IOException if the buffer fails
   */
  Outcome process(InputStream message) throws IOException {
    try (BodyReader.Body body = reader.read(message)) {
      long start = System.nanoTime();
      HardSample sample = decode(body);
      checkSize(sample.width(), sample.height(), sample.scores());
      double unpackSeconds = secondsSince(start);
      start = System.nanoTime();
      line.enter("edge " + sample.edge());
      try {
        double waited = secondsSince(start);
        start = System.nanoTime();
        Frame frame = decodeFrame(sample);
        double decodeSeconds = unpackSeconds + secondsSince(start);
        start = System.nanoTime();
        turn.lock();
        try {
          checkOpen();
          waited += secondsSince(start);
          int received = body.bytes().length;
          OptionalLong before = buffer.find(sample.edge(), sample.id());
          return before.isPresent()
              ? again(sample, before.getAsLong(), received, waited)
              : first(sample, frame, received, decodeSeconds, waited);
        } finally {
          turn.unlock();
        }
      } finally {
        line.leave();
      }
    }
  }

  /**
   * Reads a body within the bounds that hold for samples.
   *
   * @param body not closed
   * @return to be closed once the request is answered
   * @throws BusyException if there is no memory for it now
   * @throws BadSampleException if it is too large, too slow or ends early
   */
  BodyReader.Body read(InputStream body) {
    return reader.read(body);
  }

  /**
   * Answers frames that are neither looked up nor kept, in one turn.
   *
   * @param client whose line to stand in
   * @param questions the frames; each of a size that {@link #checkSize} lets pass
   * @return the answers
   * @throws BusyException if too many frames wait
   * @throws BadSampleException if a frame cannot be decoded
   * @throws NotReadyException after {@link #close}
   */
  Answers answer(String client, List<Question> questions) {
    long start = System.nanoTime();
    line.enter(client);
    try {
      turn.lock();
      try {
        checkOpen();
        double waited = secondsSince(start);
        List<UnseenTaskProcessing.Answer> answers = new ArrayList<>();
        for (Question question : questions) {
          start = System.nanoTime();
          Frame frame = question.frame().decode();
          checkSize(frame.width(), frame.height(), question.scores());
          double decoded = secondsSince(start);
          UnseenTaskProcessing.Answer made = processing.process(frame, question.scores());
          Map<String, Double> seconds = new HashMap<>(made.seconds());
          seconds.put("decode", decoded);
          answers.add(new UnseenTaskProcessing.Answer(made.classMap(), made.masks(), seconds));
          line.took(secondsSince(start));
        }
        return new Answers(answers, waited);
      } finally {
        turn.unlock();
      }
    } finally {
      line.leave();
    }
  }

  /**
   * Refuses what would not fit into this service's heap: a fusion holds the scores twice at the
   * frame's size.
   *
   * @throws BadSampleException if it would not
   */
  void checkSize(int width, int height, ClassScores scores) {
    long needed = 8L * scores.classes() * width * height;
    if (needed > frameBytes) {
      throw new BadSampleException(
          Status.REQUEST_ENTITY_TOO_LARGE,
          String.format(
              "a frame of %dx%d with %d classes needs %d MB, but this service has %d MB for it;"
                  + " a larger heap (-Xmx) allows more",
              width, height, scores.classes(), needed >> 20, frameBytes >> 20));
    }
  }

  /** What the plugin is called. */
  String name() {
    return name;
  }

  /** Frames that wait or are being answered. */
  int waiting() {
    return line.waiting();
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

  private void checkOpen() {
    if (closed) {
      throw new NotReadyException("the service is stopping");
    }
  }

  private Outcome first(
      HardSample sample, Frame frame, int received, double decodeSeconds, double waited)
      throws IOException {
    TaskSample known = taskSample(sample);
    if (!reRecognition.unseen(known, sample.scores())) {
      return seen(sample, frame, received, decodeSeconds, waited);
    }
    long start = System.nanoTime();
    UnseenTaskProcessing.Answer made = processing.process(frame, sample.scores());
    Map<String, Double> seconds = new HashMap<>(made.seconds());
    seconds.put("decode", decodeSeconds);
    FusedAnswer answer = new FusedAnswer(made.classMap(), made.masks().size(), name, seconds);
    long storing = System.nanoTime();
    long sequence = buffer.append(new BufferedSample(tasks.named(sample, known), answer));
    seconds.put("store", secondsSince(storing));
    line.took(secondsSince(start));
    return new Outcome(
        sample, answer, ArrowMessages.encode(answer), sequence, received, seconds, waited, false);
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
  private static Outcome seen(
      HardSample sample, Frame frame, int received, double decodeSeconds, double waited) {
    Map<String, Double> seconds = Map.of("decode", decodeSeconds);
    FusedAnswer answer =
        new FusedAnswer(
            sample.scores().resize(frame.width(), frame.height()).argmax(), 0, SEEN, seconds);
    return new Outcome(
        sample, answer, ArrowMessages.encode(answer), -1, received, seconds, waited, false);
  }

  private Outcome again(HardSample sample, long sequence, int received, double waited)
      throws IOException {
    FusedAnswer answer = buffer.read(sequence).answer();
    return new Outcome(
        sample, answer, ArrowMessages.encode(answer), sequence, received, Map.of(), waited, true);
  }

  private HardSample decode(BodyReader.Body body) {
    unpacking.lock();
    try {
      HardSample sample = trimmed(ArrowMessages.decodeSample(body.bytes(), LIMIT));
      body.hold((long) Float.BYTES * sample.scores().logits().length);
      return sample;
    } catch (IOException e) {
      throw new BadSampleException("the body is no sample: " + e.getMessage());
    } finally {
      unpacking.unlock();
    }
  }

  /** What is kept is what is read: no bytes after a picture's end, and little beside it. */
  private static HardSample trimmed(HardSample sample) {
    try {
      byte[] depth = sample.depthPng();
      return sample.withFiles(
          Images.encoded(sample.image().bytes()),
          depth == null ? null : Images.encoded(depth).bytes());
    } catch (IOException e) {
      throw new BadSampleException(
          "image of sample '" + sample.id() + "' cannot be read: " + e.getMessage());
    }
  }

  private static Frame decodeFrame(HardSample sample) {
    try {
      byte[] file = sample.image().bytes();
      // Asked first: what is not checked against the heap must not be decoded.
      Images.Size size = Images.size(file);
      if (size.width() != sample.width() || size.height() != sample.height()) {
        throw new BadSampleException(
            String.format(
                "sample '%s' says %dx%d, but its image is %dx%d",
                sample.id(), sample.width(), sample.height(), size.width(), size.height()));
      }
      Frame rgb = Images.decodeFrame(file);
      byte[] depth = sample.depthPng();
      return depth == null ? rgb : Images.withDepth(rgb, depth);
    } catch (IOException e) {
      throw new BadSampleException(
          "image of sample '" + sample.id() + "' cannot be read: " + e.getMessage());
    }
  }

  private static double secondsSince(long start) {
    return (System.nanoTime() - start) / 1e9;
  }
}
