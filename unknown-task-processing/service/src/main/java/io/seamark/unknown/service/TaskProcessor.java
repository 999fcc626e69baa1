package io.seamark.unknown.service;

import io.seamark.buffer.ArrowMessages;
import io.seamark.buffer.FusedAnswer;
import io.seamark.buffer.HardSample;
import io.seamark.buffer.ReplayBuffer;
import io.seamark.buffer.ReplayBufferWriter;
import io.seamark.buffer.TooManyEdgesException;
import io.seamark.buffer.format.DamagedRecordException;
import io.seamark.exchange.Exchange;
import io.seamark.exchange.MemoryBudget;
import io.seamark.failure.BadInputException;
import io.seamark.failure.NotReadyException;
import io.seamark.imaging.DecodingMemory;
import io.seamark.imaging.Images;
import io.seamark.perception.ClassMap;
import io.seamark.perception.ClassScores;
import io.seamark.perception.Frame;
import io.seamark.plugin.MemoryNeed;
import io.seamark.plugin.UnseenTaskProcessing;
import io.seamark.unknown.processing.FrameProcessing;
import io.seamark.unknown.processing.HardSamples;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Semaphore;
import java.util.concurrent.locks.ReentrantLock;
import java.util.concurrent.locks.ReentrantReadWriteLock;
import org.jspecify.annotations.Nullable;

/**
 * Answers hard samples one at a time, by turns of their edges, and keeps each in the replay buffer
 * before its answer goes out. One that re-recognition calls seen is answered from the edge's scores
 * and not kept. While one is answered, the image of the next is decoded and those before it are
 * stored, which share an fsync. Thread-safe.
 *
 * <p>What a frame will take is counted before anything of it is allocated, see {@link
 * ServiceMemory}: what its request holds, what it is decoded into, and all that is made of it while
 * it is in work.
 *
 * <p>One at a time, since a frame already fills the processors and its planes the cache: in batches
 * of two and four MobileSAM's encoder took 1.2 and 1.8 times as long a frame, on two cores.
 */
final class TaskProcessor implements AutoCloseable {
  /** The most bytes a request may have. */
  static final int LIMIT = 16 << 20;

  /** When what is not ready may be. */
  private static final int RETRY_SECONDS = 1;

  /** When to come again while samples cannot be stored, in seconds. */
  private static final int STORAGE_RETRY_SECONDS = 10;

  /** Requests beyond those that may wait which are looked at: one may take another's place. */
  private static final int SPARE = 8;

  /** Bytes a cell of the scores that a generator may make of them. */
  private static final int CONFIDENCE = 12;

  /** Times that a row and an answer lie in memory while they are encoded. */
  private static final int ENCODED = 3;

  /** Times that a file lies in memory beside itself while its header and structure are read. */
  static final int READING = 3;

  /** Part of what there is outside of the heap that is for the frame that is decoded ahead. */
  private static final int AHEAD = 16;

  private final HardSamples samples;
  private final FrameProcessing processing;
  private final ReplayBufferWriter buffer;
  private final ServiceMemory memory;
  private final MemoryBudget outside;
  // Of its own, so that the frame in work is never refused for what the next one takes.
  private final MemoryBudget outsideAhead;
  private final MemoryBudget storing;
  private final FairQueue line;
  // Each holds a thread: so many read what arrived or wait, and more are told to come again.
  private final Semaphore admitted;
  // Unpacked, a message can be many times as large as it came, so they are unpacked one by one.
  private final ReentrantLock unpacking = new ReentrantLock();
  // Fair, so that frames are answered in the order they were let in.
  private final ReentrantLock turn = new ReentrantLock(true);
  // Shared by those that store a sample after their turn.
  private final ReentrantReadWriteLock keeping = new ReentrantReadWriteLock();
  private boolean closed;

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
     * @throws BadInputException if there is no frame in it
     */
    Frame decode();
  }

  /**
   * A frame to be answered and forgotten.
   *
   * @param width of the frame, in pixels
   * @param height of the frame, in pixels
   * @param file bytes of the file that it is decoded from; 0 if it is no file
   * @param frame makes it
   * @param scores the edge model's logits, at any resolution; null to have the frame labelled here
   */
  record Question(
      int width, int height, int file, FrameSource frame, @Nullable ClassScores scores) {}

  /**
   * An answer without the masks that it rests on.
   *
   * @param classMap of the frame's size
   * @param masks their number
   * @param classes of the scores
   * @param seconds by stage
   */
  record Answered(ClassMap classMap, int masks, int classes, Map<String, Double> seconds) {}

  /**
   * What questions led to.
   *
   * @param answers in the questions' order, each with the seconds of its stages
   * @param waited seconds in the queue
   */
  record Answers(List<Answered> answers, double waited) {
    Answers {
      answers = List.copyOf(answers);
    }
  }

  /**
   * Takes over open plugins and an open buffer, which are closed with this.
   *
   * @param samples answers and keeps them
   * @param queue how many frames may wait, at least 0
   * @param memory what there is on the heap
   * @param outside what frames may take outside of it, the one in work and the next one
   */
  TaskProcessor(HardSamples samples, int queue, ServiceMemory memory, MemoryBudget outside) {
    this.samples = samples;
    this.processing = samples.processing();
    this.buffer = samples.buffer();
    this.line = new FairQueue(queue);
    this.admitted = new Semaphore(1 + queue + SPARE);
    this.memory = memory;
    this.outsideAhead = new MemoryBudget("the next frame", outside.size() / AHEAD);
    this.outside = outside.less(outsideAhead.size());
    this.storing = new MemoryBudget("storing a sample", buffer.writingLimit());
  }

  /**
   * Answers one request.
   *
   * @param exchange whose body is a sample's message
   * @return the answer
   * @throws BusyException if too many frames wait, or the buffer has no room for another edge
   * @throws io.seamark.exchange.RefusedException if there is no room for it, now or ever
   * @throws BadInputException if the body is no sample that can be answered
   * @throws io.seamark.registry.PluginFailedException if a plugin fails, which says nothing of the
   *     sample
   * @throws NotReadyException after {@link #close}, and while samples cannot be stored
   * @throws IOException if an answer that was stored is damaged
   */
  Outcome process(Exchange exchange) throws IOException {
    int received = exchange.body().length;
    checkStorage();
    admit();
    try (MemoryBudget.Claim early = memory.ahead().claim()) {
      long start = System.nanoTime();
      HardSample sample = unpacked(exchange);
      MemoryNeed need = checkedNeed(sample);
      double unpackSeconds = secondsSince(start);
      start = System.nanoTime();
      Answering made;
      line.enter("edge " + sample.edge());
      try {
        double waited = secondsSince(start);
        start = System.nanoTime();
        Frame frame = decodedAhead(sample, early);
        double decodeSeconds = unpackSeconds + secondsSince(start);
        made = inTurn(sample, frame, early, need, new Waited(received, decodeSeconds, waited));
      } finally {
        line.leave();
      }
      Outcome kept = made.kept();
      return kept == null ? keptApart(made) : kept;
    } finally {
      admitted.release();
    }
  }

  /** What came of a request before its turn: its bytes, and seconds. */
  private record Waited(int received, double decodeSeconds, double seconds) {}

  /**
   * Answers a frame when its turn comes. It is to be stored after that, which nobody waits for but
   * {@link #close}; where there is no room for it beside the next frame it is stored here.
   */
  private Answering inTurn(
      HardSample sample,
      @Nullable Frame frame,
      MemoryBudget.Claim early,
      MemoryNeed need,
      Waited before)
      throws IOException {
    long start = System.nanoTime();
    turn.lock();
    try (MemoryBudget.Claim heap = memory.work().claim();
        MemoryBudget.Claim workspace = outside.claim()) {
      checkOpen();
      double waited = before.seconds() + secondsSince(start);
      heap.grow(need.heap());
      workspace.grow(need.outside());
      start = System.nanoTime();
      // Decoded for one that was answered before, too: what is damaged is always refused.
      Frame decoded = frame == null ? decodeFrame(sample) : frame;
      double decodeSeconds = before.decodeSeconds() + secondsSince(start);
      Answering made =
          answering(sample, decoded, new Waited(before.received(), decodeSeconds, waited));
      // The decoded frame goes now, and what is stored takes its place.
      if (!early.tryGrow(Math.max(0, storedBytes(sample) - early.bytes()))) {
        return made.with(kept(made));
      }
      keeping.readLock().lock();
      return made;
    } finally {
      turn.unlock();
    }
  }

  /** Stores a sample whose turn is over. */
  private Outcome keptApart(Answering made) throws IOException {
    try {
      return kept(made);
    } finally {
      keeping.readLock().unlock();
    }
  }

  /** The frame, where there is room to decode it while another is in work; else null. */
  private @Nullable Frame decodedAhead(HardSample sample, MemoryBudget.Claim early) {
    boolean depth = sample.depthPng() != null;
    long peak =
        DecodingMemory.peak(sample.width(), sample.height(), depth) + READING * files(sample);
    try (MemoryBudget.Claim workspace = outsideAhead.claim()) {
      if (!workspace.tryGrow(DecodingMemory.outside(sample.width(), sample.height()))
          || !early.tryGrow(peak)) {
        return null;
      }
      Frame frame = decodeFrame(sample);
      early.shrink(peak - DecodingMemory.frame(sample.width(), sample.height(), depth));
      return frame;
    }
  }

  /**
   * Answers frames that are neither looked up nor kept, in one turn.
   *
   * @param client whose line to stand in
   * @param questions the frames; each of a size that {@link #check} lets pass
   * @return the answers
   * @throws BusyException if too many frames wait
   * @throws io.seamark.exchange.RefusedException if there is no room for a frame
   * @throws BadInputException if a frame cannot be decoded, or its scores cannot be used
   * @throws io.seamark.registry.PluginFailedException if a plugin fails
   * @throws NotReadyException after {@link #close}
   */
  Answers answer(String client, List<Question> questions) {
    long start = System.nanoTime();
    admit();
    try {
      line.enter(client);
      try {
        turn.lock();
        try {
          checkOpen();
          double waited = secondsSince(start);
          List<Answered> answers = new ArrayList<>();
          for (Question question : questions) {
            start = System.nanoTime();
            answers.add(answer(question));
            line.took(secondsSince(start));
          }
          return new Answers(answers, waited);
        } finally {
          turn.unlock();
        }
      } finally {
        line.leave();
      }
    } finally {
      admitted.release();
    }
  }

  private Answered answer(Question question) {
    int width = question.width();
    int height = question.height();
    ClassScores scores = question.scores();
    try (MemoryBudget.Claim heap = memory.work().claim();
        MemoryBudget.Claim workspace = outside.claim()) {
      MemoryNeed need = need(width, height, false, scores, question.file(), 0);
      heap.grow(need.heap());
      workspace.grow(need.outside());
      long start = System.nanoTime();
      Frame frame = question.frame().decode();
      if (frame.width() != width || frame.height() != height) {
        throw new BadInputException(
            String.format(
                "the image's header says %dx%d, but it is %dx%d",
                width, height, frame.width(), frame.height()));
      }
      Map<String, Double> seconds = new HashMap<>();
      seconds.put("decode", secondsSince(start));
      if (scores == null) {
        start = System.nanoTime();
        scores = processing.label(frame);
        // Only now is it known how many classes there are.
        MemoryNeed more = need(width, height, false, scores, question.file(), 0);
        check(more, width, height, scores.classes());
        heap.grow(Math.max(0, more.heap() - need.heap()));
        workspace.grow(Math.max(0, more.outside() - need.outside()));
        seconds.put("label", secondsSince(start));
      }
      UnseenTaskProcessing.Answer made = processing.answer(frame, scores);
      seconds.putAll(made.seconds());
      return new Answered(made.classMap(), made.masks().size(), scores.classes(), seconds);
    }
  }

  /**
   * Refuses what there will never be room for.
   *
   * @param width of the frame, in pixels
   * @param height of the frame, in pixels
   * @param file bytes of the file that it comes in; 0 if it comes in none
   * @param scores that came with it; null if it is to be labelled here
   * @throws io.seamark.exchange.RefusedException if there is not
   * @throws NotReadyException if there is no model to label it yet
   */
  void check(int width, int height, int file, @Nullable ClassScores scores) {
    String unlabelled = scores == null ? processing.unlabelled() : "";
    if (!unlabelled.isEmpty()) {
      throw new NotReadyException(unlabelled, RETRY_SECONDS);
    }
    check(
        need(width, height, false, scores, file, 0),
        width,
        height,
        scores == null ? 0 : scores.classes());
  }

  private void check(MemoryNeed need, int width, int height, int classes) {
    String what = what(width, height, classes);
    memory.work().check(need.heap(), what);
    outside.check(need.outside(), what);
  }

  private static String what(int width, int height, int classes) {
    return "a frame of "
        + width
        + "x"
        + height
        + (classes == 0 ? " without scores" : " with scores of " + classes + " classes");
  }

  private MemoryNeed checkedNeed(HardSample sample) {
    long files = files(sample);
    int classes = sample.scores().classes();
    MemoryNeed need =
        need(
            sample.width(),
            sample.height(),
            sample.depthPng() != null,
            sample.scores(),
            files,
            files + sample.scores().logits().length);
    check(need, sample.width(), sample.height(), classes);
    // What cannot be stored is not worked on: it would come again and again.
    storing.check(
        ReplayBuffer.writingBytes(sample),
        what(sample.width(), sample.height(), classes) + " and a file of " + files + " bytes");
    return need;
  }

  /** What a frame takes while it is in work: decoded, then answered, then stored and sent. */
  private MemoryNeed need(
      int width, int height, boolean depth, @Nullable ClassScores scores, long files, long stored) {
    long pixels = (long) width * height;
    long frame = DecodingMemory.frame(width, height, depth);
    // Only what is stored has its masks numbered, one byte a pixel.
    long numbered = stored == 0 ? 0 : pixels;
    MemoryNeed answering = MemoryNeed.ofHeap(frame + pixels + numbered);
    if (scores == null) {
      answering = answering.plus(processing.memory(width, height, 0));
    } else {
      long cells = (long) scores.width() * scores.height();
      answering =
          answering
              .plus(MemoryNeed.ofHeap(CONFIDENCE * cells))
              .plus(processing.memory(width, height, scores.classes()));
    }
    return new MemoryNeed(
            DecodingMemory.peak(width, height, depth) + READING * files,
            DecodingMemory.outside(width, height))
        .then(answering)
        .then(MemoryNeed.ofHeap(frame + storedBytes(pixels, numbered, stored)));
  }

  /** Answer and masks, and all that is stored as often as it lies in memory while it is. */
  private static long storedBytes(long pixels, long numbered, long stored) {
    return pixels + numbered + ENCODED * (stored + pixels + numbered);
  }

  private static long storedBytes(HardSample sample) {
    long pixels = (long) sample.width() * sample.height();
    return storedBytes(pixels, pixels, files(sample) + sample.scores().logits().length);
  }

  private void admit() {
    if (!admitted.tryAcquire()) {
      throw line.busy();
    }
  }

  /** Whether frames without scores are labelled here, if not now then once the model is there. */
  boolean labels() {
    return processing.labels();
  }

  /** Why frames need scores of their own; empty if those without are labelled now. */
  String unlabelled() {
    return processing.unlabelled();
  }

  /** What keeps every frame from being answered; empty if nothing does. */
  String failure() {
    String failure = processing.failure();
    return failure.isEmpty() ? storageFailure() : failure;
  }

  /** Why hard samples cannot be kept now; asking lets the buffer try again. */
  private String storageFailure() {
    String failure = buffer.failure();
    return failure.isEmpty() ? "" : "samples cannot be stored: " + failure;
  }

  /** Refuses what could not be kept before it is worked on; whoever sent it keeps it. */
  private void checkStorage() {
    String failure = storageFailure();
    if (!failure.isEmpty()) {
      throw new NotReadyException(failure, STORAGE_RETRY_SECONDS);
    }
  }

  /** What the plugin is called. */
  String name() {
    return processing.name();
  }

  /** Frames that wait or are being answered. */
  int waiting() {
    return line.waiting();
  }

  /** Refuses an edge for whose samples the buffer has no room, before anything is done for it. */
  private void checkEdge(String edge) {
    try {
      buffer.checkEdge(edge);
    } catch (TooManyEdgesException e) {
      throw busy(e);
    }
  }

  private BusyException busy(TooManyEdgesException e) {
    return new BusyException(String.valueOf(e.getMessage()), line.waiting(), line.queue(), 60);
  }

  /** Samples that are being stored after their turn. */
  int storing() {
    return keeping.getReadLockCount();
  }

  /** Samples in the buffer. */
  int buffered() {
    return buffer.size();
  }

  /** The buffer, to be asked how it stands. */
  ReplayBufferWriter buffer() {
    return buffer;
  }

  /** Waits for the frames that are being answered or stored, then closes plugin and buffer. */
  @Override
  public void close() throws IOException {
    turn.lock();
    try {
      // Those that are being stored have had their turn.
      keeping.writeLock().lock();
      try {
        if (!closed) {
          closed = true;
          samples.close();
        }
      } finally {
        keeping.writeLock().unlock();
      }
    } finally {
      turn.unlock();
    }
  }

  private void checkOpen() {
    if (closed) {
      throw new NotReadyException("the service is stopping", RETRY_SECONDS);
    }
  }

  /** An answer; {@code kept} is null while it is not. */
  private record Answering(
      HardSample sample,
      HardSamples.Answered answered,
      double seconds,
      Waited before,
      @Nullable Outcome kept) {
    Answering with(Outcome outcome) {
      return new Answering(sample, answered, seconds, before, outcome);
    }
  }

  private Answering answering(HardSample sample, Frame frame, Waited before) throws IOException {
    long start = System.nanoTime();
    try {
      HardSamples.Answered answered =
          samples.answer(sample, frame, Map.of("decode", before.decodeSeconds()));
      return new Answering(sample, answered, secondsSince(start), before, null);
    } catch (IOException e) {
      throw failed(e);
    }
  }

  private Outcome kept(Answering made) throws IOException {
    long start = System.nanoTime();
    HardSamples.Outcome outcome;
    try {
      outcome = samples.keep(made.answered());
    } catch (TooManyEdgesException e) {
      // Another new edge has taken the last place meanwhile.
      throw busy(e);
    } catch (IOException e) {
      throw failed(e);
    }
    if (outcome.sequence() >= 0 && !outcome.resent()) {
      line.took(made.seconds() + secondsSince(start));
    }
    return new Outcome(
        made.sample(),
        outcome.answer(),
        ArrowMessages.encode(outcome.answer()),
        outcome.sequence(),
        made.before().received(),
        outcome.seconds(),
        made.before().seconds(),
        outcome.resent());
  }

  /**
   * What is damaged stays so; else it is the disk's fault and not the sample's, to be sent again.
   */
  private static IOException failed(IOException e) {
    if (e instanceof DamagedRecordException) {
      return e;
    }
    throw new NotReadyException(
        "samples cannot be stored: " + e.getMessage(), STORAGE_RETRY_SECONDS);
  }

  /** What the body holds, once it is known that there is room for it. */
  private HardSample unpacked(Exchange exchange) {
    HardSample sent = decode(exchange);
    checkEdge(sent.edge());
    checkedNeed(sent);
    return trimmed(sent, exchange.memory());
  }

  /** Unpacks the body and forgets it; what the sample holds takes its place. */
  private HardSample decode(Exchange exchange) {
    unpacking.lock();
    try {
      long unpacked = ArrowMessages.sampleSizes(exchange.body(), LIMIT).decodingBytes();
      exchange.memory().grow(unpacked);
      HardSample sample = ArrowMessages.decodeSample(exchange.body(), LIMIT);
      byte[] depth = sample.depthPng();
      long kept =
          sample.image().bytes().length
              + (depth == null ? 0 : depth.length)
              + (long) Float.BYTES * sample.scores().logits().length;
      exchange.release();
      exchange.memory().shrink(Math.max(0, unpacked - kept));
      return sample;
    } catch (IOException e) {
      throw new BadInputException("the body is no sample: " + e.getMessage());
    } finally {
      unpacking.unlock();
    }
  }

  /** What is kept is what is read: no bytes after a picture's end, and little beside it. */
  private HardSample trimmed(HardSample sample, MemoryBudget.Claim memory) {
    long reading = READING * files(sample);
    unpacking.lock();
    try {
      memory.grow(reading);
      try {
        byte[] depth = sample.depthPng();
        return sample.withFiles(
            Images.encoded(sample.image().bytes()),
            depth == null ? null : Images.encoded(depth).bytes());
      } catch (IOException e) {
        throw new BadInputException(
            "image of sample '" + sample.id() + "' cannot be read: " + e.getMessage());
      } finally {
        memory.shrink(reading);
      }
    } finally {
      unpacking.unlock();
    }
  }

  private static long files(HardSample sample) {
    byte[] depth = sample.depthPng();
    return sample.image().bytes().length + (depth == null ? 0L : depth.length);
  }

  private static Frame decodeFrame(HardSample sample) {
    try {
      byte[] file = sample.image().bytes();
      // Asked first: what is not checked against the heap must not be decoded.
      Images.Size size = Images.size(file);
      if (size.width() != sample.width() || size.height() != sample.height()) {
        throw new BadInputException(
            String.format(
                "sample '%s' says %dx%d, but its image is %dx%d",
                sample.id(), sample.width(), sample.height(), size.width(), size.height()));
      }
      Frame rgb = Images.decodeFrame(file);
      byte[] depth = sample.depthPng();
      return depth == null ? rgb : Images.withDepth(rgb, depth);
    } catch (IOException e) {
      throw new BadInputException(
          "image of sample '" + sample.id() + "' cannot be read: " + e.getMessage());
    }
  }

  private static double secondsSince(long start) {
    return (System.nanoTime() - start) / 1e9;
  }
}
