package io.seamark.buffer;

import io.seamark.buffer.format.Forgery;
import io.seamark.buffer.format.SimulatedDisk;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.management.BufferPoolMXBean;
import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.Consumer;

/**
 * What a fuzzer gives its inputs to. Each input is tried as it is, and once more with its checksums
 * made right, so that what lies behind them is reached. Only documented exceptions may come of it;
 * little memory may be taken; and a record that is read is the one that was written, unless its
 * checksums say that somebody meant it so.
 */
public final class FuzzTargets {
  private static final String SEALED = "0000000000.arrow";
  private static final String JOURNAL = "0000000000.journal";
  private static final int MESSAGE = 1 << 20;

  /** Native memory outlives a call until it is collected. */
  private static final long DIRECT = 128L << 20;

  /** Processor time that an input may take, classes it is first to load included. */
  private static final long MOST_NANOS = 5_000_000_000L;

  private static final ThreadMXBean THREADS = ManagementFactory.getThreadMXBean();
  private static final Path FOLDER = folder();
  private static final List<BufferPoolMXBean> POOLS =
      ManagementFactory.getPlatformMXBeans(BufferPoolMXBean.class);

  private static boolean warm;

  private FuzzTargets() {}

  /** Something that is done with an input. */
  private interface Reader {
    void read(byte[] bytes) throws IOException;
  }

  /** A sealed segment, of a replay buffer or where an outbox would not expect one. */
  public static final class Segment {
    private Segment() {}

    /** Called by the fuzzer once. */
    public static void fuzzerInitialize() throws IOException {
      warm(Segment.class, Segment::fuzzerTestOneInput);
    }

    /** Called by the fuzzer. */
    public static void fuzzerTestOneInput(byte[] input) {
      log(SEALED, input);
    }
  }

  /** A journal of a replay buffer or an outbox. */
  public static final class Journal {
    private Journal() {}

    /** Called by the fuzzer once. */
    public static void fuzzerInitialize() throws IOException {
      warm(Journal.class, Journal::fuzzerTestOneInput);
    }

    /** Called by the fuzzer. */
    public static void fuzzerTestOneInput(byte[] input) {
      log(JOURNAL, input);
    }
  }

  /** An outbox's cursor. */
  public static final class Cursor {
    private Cursor() {}

    /** Called by the fuzzer once. */
    public static void fuzzerInitialize() throws IOException {
      warm(Cursor.class, Cursor::fuzzerTestOneInput);
    }

    /** Called by the fuzzer. */
    public static void fuzzerTestOneInput(byte[] input) {
      both(input, FuzzTargets::cursor);
    }
  }

  /** A message from edge to cloud. */
  public static final class Sample {
    private Sample() {}

    /** Called by the fuzzer once. */
    public static void fuzzerInitialize() throws IOException {
      warm(Sample.class, Sample::fuzzerTestOneInput);
    }

    /** Called by the fuzzer. */
    public static void fuzzerTestOneInput(byte[] input) {
      within(input, FuzzTargets::sample);
    }
  }

  /** A message from cloud to edge. */
  public static final class Answer {
    private Answer() {}

    /** Called by the fuzzer once. */
    public static void fuzzerInitialize() throws IOException {
      warm(Answer.class, Answer::fuzzerTestOneInput);
    }

    /** Called by the fuzzer. */
    public static void fuzzerTestOneInput(byte[] input) {
      within(input, FuzzTargets::answer);
    }
  }

  /** Loads what the valid inputs need, which takes more time and memory than any input may. */
  private static void warm(Class<?> target, Consumer<byte[]> input) throws IOException {
    seeds().getOrDefault(target, Map.of()).values().forEach(input);
    warm = true;
  }

  /** Valid inputs to begin with, by target. */
  static Map<Class<?>, Map<String, byte[]>> seeds() throws IOException {
    SimulatedDisk disk = new SimulatedDisk();
    Path replay = FOLDER.resolve("replay");
    Map<String, byte[]> segments = new TreeMap<>();
    Map<String, byte[]> journals = new TreeMap<>();
    for (int records : new int[] {1, 3}) {
      Path made = replay.resolve(Integer.toString(records));
      try (ReplayBufferWriter buffer = ReplayBuffer.open(made, Outcomes.SMALL, disk)) {
        for (int i = 0; i < records; i++) {
          buffer.append(record(i));
        }
        journals.put("replay-" + records, disk.bytes(made.resolve(JOURNAL)).clone());
        buffer.seal();
        segments.put("replay-" + records, disk.bytes(made.resolve(SEALED)));
      }
    }
    Path made = FOLDER.resolve("outbox");
    Map<String, byte[]> cursors = new TreeMap<>();
    try (Outbox outbox = Outbox.open(made, Outcomes.SMALL, disk)) {
      cursors.put("new", disk.bytes(made.resolve("cursor")).clone());
      for (int i = 0; i < 3; i++) {
        outbox.append(Samples.small(i));
      }
      journals.put("outbox", disk.bytes(made.resolve(JOURNAL)).clone());
      outbox.setAside(0, "refused");
      outbox.acknowledge(1);
      cursors.put("aside", disk.bytes(made.resolve("cursor")));
    }
    return Map.of(
        Segment.class,
        segments,
        Journal.class,
        journals,
        Cursor.class,
        cursors,
        Sample.class,
        Map.of(
            "day", ArrowMessages.encode(Samples.small(0)),
            "dusk", ArrowMessages.encode(Samples.small(1))),
        Answer.class,
        Map.of("one", ArrowMessages.encode(Samples.buffered(0).answer())));
  }

  private static BufferedSample record(int number) {
    return number % 2 == 0 ? Samples.withSegments(number) : Samples.buffered(number);
  }

  private static void both(byte[] input, Reader reader) {
    within(input, reader);
    byte[] confirmed = Forgery.confirmed(input);
    if (!Arrays.equals(confirmed, input)) {
      within(confirmed, reader);
    }
  }

  private static void within(byte[] input, Reader reader) {
    long before = THREADS.getCurrentThreadCpuTime();
    try {
      long took = Allocated.by(() -> reader.read(input));
      if (took > Outcomes.MEMORY) {
        // Classes that were loaded meanwhile are the fuzzer's affair.
        took = Allocated.by(() -> reader.read(input));
      }
      if (took > Outcomes.MEMORY) {
        throw new AssertionError(input.length + " bytes took " + took + " bytes of heap");
      }
      for (BufferPoolMXBean pool : POOLS) {
        if (pool.getMemoryUsed() > DIRECT) {
          throw new AssertionError(pool.getName() + " takes " + pool.getMemoryUsed() + " bytes");
        }
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    long nanos = THREADS.getCurrentThreadCpuTime() - before;
    if (nanos > MOST_NANOS && warm) {
      throw new AssertionError(input.length + " bytes took " + nanos / 1_000_000 + " ms");
    }
  }

  private static void log(String name, byte[] input) {
    Outcomes outcomes = new Outcomes(FOLDER);
    both(
        input,
        bytes -> {
          written(name, bytes);
          if (Arrays.hashCode(bytes) % 2 == 0) {
            outcomes.writing(name, bytes);
          } else {
            outcomes.outbox(name, bytes);
          }
        });
  }

  /** Every record that is read is one that was written. */
  private static void written(String name, byte[] bytes) throws IOException {
    SimulatedDisk disk = new SimulatedDisk();
    disk.put(FOLDER.resolve(name), bytes);
    try (ReplayBuffer buffer = ReplayBuffer.openReadOnly(FOLDER, disk)) {
      for (ReplayBuffer.Entry entry : buffer.entries().toList()) {
        boolean same = false;
        try {
          BufferedSample read = buffer.read(entry.sequence());
          ReplayBufferTest.assertSame(record((int) entry.sequence()), read);
          same = true;
        } catch (IOException e) {
          same = true;
        } catch (AssertionError e) {
          same = Forgery.isConfirmed(bytes, entry.sequence());
        }
        if (!same) {
          throw new AssertionError("record " + entry.sequence() + " was never written");
        }
      }
      buffer.verify();
    } catch (IOException e) {
      Outcomes.oneLine(e, bytes);
    }
  }

  private static void cursor(byte[] bytes) throws IOException {
    SimulatedDisk disk = new SimulatedDisk();
    try (Outbox outbox = Outbox.open(FOLDER, Outcomes.SMALL, disk)) {
      outbox.append(Samples.small(0));
      outbox.append(Samples.small(1));
    }
    disk.put(FOLDER.resolve("cursor"), bytes);
    try (Outbox outbox = Outbox.open(FOLDER, Outcomes.SMALL, disk)) {
      outbox.asides();
      outbox.retryAsides();
      long sequence = outbox.append(Samples.small(2));
      Optional<Outbox.Pending> pending = outbox.peek();
      while (pending.isPresent() && pending.get().sequence() != sequence) {
        outbox.acknowledge(pending.get().sequence());
        pending = outbox.peek();
      }
      if (pending.isEmpty()) {
        throw new AssertionError("a new sample is not delivered");
      }
    } catch (IOException e) {
      Outcomes.oneLine(e, bytes);
    }
  }

  private static void sample(byte[] bytes) {
    SampleSizes sizes;
    try {
      sizes = ArrowMessages.sampleSizes(bytes, MESSAGE);
    } catch (IOException e) {
      Outcomes.oneLine(e, bytes);
      return;
    }
    try {
      HardSample sample = ArrowMessages.decodeSample(bytes, MESSAGE);
      if (sample.width() != sizes.width() || sample.height() != sizes.height()) {
        throw new AssertionError(sizes + " were promised");
      }
      for (float logit : sample.scores().logits()) {
        if (!Float.isFinite(logit)) {
          return;
        }
      }
      HardSample again = ArrowMessages.decodeSample(ArrowMessages.encode(sample), 2 * MESSAGE);
      if (!again.showsWhat(sample) || !again.id().equals(sample.id())) {
        throw new AssertionError("sample " + sample + " came back as " + again);
      }
    } catch (IOException e) {
      Outcomes.oneLine(e, bytes);
    }
  }

  private static void answer(byte[] bytes) {
    try {
      FusedAnswer answer = ArrowMessages.decodeAnswer(bytes, MESSAGE);
      FusedAnswer again = ArrowMessages.decodeAnswer(ArrowMessages.encode(answer), 2 * MESSAGE);
      if (!again.seconds().equals(answer.seconds()) || again.masks() != answer.masks()) {
        throw new AssertionError("answer " + answer + " came back as " + again);
      }
    } catch (IOException e) {
      Outcomes.oneLine(e, bytes);
    }
  }

  private static Path folder() {
    try {
      Path folder = Files.createTempDirectory("fuzz");
      folder.toFile().deleteOnExit();
      return folder;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
