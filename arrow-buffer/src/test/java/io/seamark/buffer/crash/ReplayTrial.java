package io.seamark.buffer.crash;

import io.seamark.buffer.BufferOptions;
import io.seamark.buffer.ReplayBuffer;
import io.seamark.buffer.ReplayBufferWriter;
import io.seamark.buffer.crash.Ledger.Act;
import io.seamark.buffer.crash.Ledger.Line;
import io.seamark.buffer.crash.Ledger.Stage;
import io.seamark.buffer.format.Disk;
import io.seamark.setting.MaximumAges;
import java.io.IOException;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicLong;

/**
 * A replay buffer that reaches its bounds, is made smaller, and forgets. What a crash left
 * unanswered is sent again, as an edge does.
 */
final class ReplayTrial implements Trial {
  private static final int SAMPLES = 96;
  private static final int OF_AN_EDGE = 40;

  private static final BufferOptions OPTIONS =
      new BufferOptions(16 << 10, 256L << 20, SAMPLES, OF_AN_EDGE, 8, MaximumAges.NONE, 8 << 20);

  /** Whole segments are dropped, of an eighth of the samples. */
  private static final int SURELY = SAMPLES - SAMPLES / 8 - 2;

  /** What is forgotten: samples whose number leaves a remainder. */
  private static final int KINDS = 8;

  private final Map<Long, Known> known = new TreeMap<>();
  private final Set<Long> used = new HashSet<>();
  private final Set<Long> forgetting = new HashSet<>();
  private long next;

  /** What is known of a sample. */
  private static final class Known {
    long sequence = -1;
    boolean answered;

    /** It was there after a crash, answered or not. */
    boolean there;

    boolean refused;
    boolean gone;

    /** Somebody wanted it forgotten, and may have had it. */
    boolean mayGo;

    /** It was there when that began. */
    boolean condemned;

    /** It is forgotten. */
    boolean mustGo;
  }

  private record Open(ReplayBufferWriter buffer) implements OpenStore {
    @Override
    public String failure() {
      return buffer.failure();
    }

    @Override
    public void close() throws IOException {
      buffer.close();
    }
  }

  @Override
  public String name() {
    return "replay";
  }

  @Override
  public Start start() {
    return new Start(
        next,
        known.entrySet().stream()
            .filter(e -> !e.getValue().answered && !e.getValue().mayGo)
            .map(Map.Entry::getKey)
            .toList());
  }

  @Override
  public Opened open(Path folder, Disk disk, Start start, Ledger ledger) throws IOException {
    Voice voice = new Voice(name(), ledger);
    AtomicLong numbers = new AtomicLong(start.nextNumber());
    Queue<Long> again = new ConcurrentLinkedQueue<>(start.unanswered());
    ReplayBufferWriter buffer = ReplayBuffer.open(folder, OPTIONS, disk);
    Worker appender =
        random -> {
          Long waits = again.poll();
          long number = waits != null ? waits : numbers.getAndIncrement();
          voice.does(Act.APPEND, number, -1, () -> buffer.append(Contents.buffered(number)));
        };
    Worker keeper =
        random -> {
          switch (random.nextInt(6)) {
            case 0 -> buffer.compact();
            case 1 -> buffer.seal();
            case 2 -> require(buffer.verify().isEmpty(), buffer.report().toString());
            case 3 -> {
              long kind = random.nextInt(KINDS);
              voice.does(
                  Act.FORGET,
                  kind,
                  -1,
                  () -> {
                    ReplayBufferWriter.Forgotten forgotten =
                        buffer.forget((entry, s) -> s.capturedMillis() % KINDS == kind);
                    require(
                        forgotten.unread().isEmpty() && forgotten.remains().isEmpty(),
                        forgotten.toString());
                    return kind;
                  });
            }
            default -> {
              // Mostly the bounds are at work.
            }
          }
        };
    return new Opened(new Open(buffer), List.of(appender, appender), List.of(keeper));
  }

  @Override
  public void learn(Line line) {
    if (line.act() == Act.FORGET) {
      forget(line);
    } else if (line.stage() == Stage.BEGUN) {
      Known sample = known.computeIfAbsent(line.number(), number -> new Known());
      sample.answered = false;
      sample.gone = false;
      sample.mayGo |= forgetting.contains(line.number() % KINDS);
      next = Math.max(next, line.number() + 1);
    } else {
      Known sample = of(line.number());
      sample.refused = line.stage() == Stage.FAILED;
      sample.answered = line.stage() == Stage.DONE;
      if (line.sequence() >= 0 && line.sequence() != sample.sequence) {
        require(used.add(line.sequence()), "sequence is given out again: " + line);
        require(
            sample.sequence < 0 || sample.mayGo, "it was " + sample.sequence + " before: " + line);
        sample.sequence = line.sequence();
      }
    }
  }

  private void forget(Line line) {
    boolean done = line.stage() == Stage.DONE;
    known.forEach(
        (number, sample) -> {
          if (number % KINDS == line.number()) {
            sample.mustGo |= done && sample.condemned;
            sample.mayGo = true;
            sample.condemned |= line.stage() == Stage.BEGUN && sample.answered;
          }
        });
    if (line.stage() == Stage.BEGUN) {
      forgetting.add(line.number());
    } else {
      forgetting.remove(line.number());
    }
  }

  private Known of(long number) {
    Known sample = known.get(number);
    if (sample == null) {
      throw new AssertionError("replay: sample " + number + " was never written");
    }
    return sample;
  }

  private static void require(boolean holds, String otherwise) {
    if (!holds) {
      throw new AssertionError("replay: " + otherwise);
    }
  }

  @Override
  public int check(Path folder, Disk disk) throws IOException {
    try (ReplayBufferWriter buffer = ReplayBuffer.open(folder, OPTIONS, disk)) {
      Map<Long, Long> found = read(buffer);
      hold(found, buffer.next(), false);
      forgetting.clear();
      restarted();
      for (Map.Entry<Long, Known> entry : known.entrySet()) {
        Known sample = entry.getValue();
        Long at = found.get(entry.getKey());
        if (sample.sequence < 0 && at != null) {
          require(used.add(at), "sequence " + at + " is that of two samples");
          sample.sequence = at;
          sample.there = true;
        }
        sample.gone |= sample.sequence < 0;
      }
      return found.size();
    }
  }

  @Override
  public int look(Path folder) throws IOException {
    try (ReplayBuffer buffer = ReplayBuffer.openReadOnly(folder)) {
      Map<Long, Long> found = read(buffer);
      hold(found, buffer.next(), false);
      return found.size();
    }
  }

  @Override
  public void restarted() {
    known.values().forEach(sample -> sample.refused = false);
  }

  @Override
  public int check(OpenStore store) throws IOException {
    ReplayBufferWriter buffer = ((Open) store).buffer();
    Map<Long, Long> found = read(buffer);
    hold(found, buffer.next(), true);
    return found.size();
  }

  private Map<Long, Long> read(ReplayBuffer buffer) throws IOException {
    require(buffer.report().damages().isEmpty(), buffer.report().toString());
    require(buffer.report().unreadable().isEmpty(), buffer.report().toString());
    Map<Long, Long> found = new TreeMap<>();
    for (ReplayBuffer.Entry entry : buffer.entries().toList()) {
      long number = Contents.require(buffer.read(entry.sequence()));
      require(
          entry.id().equals(Contents.id(number)) && entry.edge().equals(Contents.edge(number)),
          "the index has " + entry + " for sample " + number);
      require(
          buffer.find(entry.edge(), entry.id()).orElse(-1) == entry.sequence(),
          "sample " + number + " is not found by its name");
      require(found.put(number, entry.sequence()) == null, "sample " + number + " is there twice");
    }
    return found;
  }

  private void hold(Map<Long, Long> found, long nextSequence, boolean live) {
    for (Map.Entry<Long, Long> entry : found.entrySet()) {
      long number = entry.getKey();
      Known sample = of(number);
      require(!sample.gone, "sample " + number + " was gone and is there again");
      require(!sample.mustGo, "sample " + number + " was forgotten");
      require(!live || !sample.refused, "sample " + number + " was refused");
      // Forgotten and sent again, it is another record.
      require(
          sample.sequence < 0 || sample.mayGo || sample.sequence == entry.getValue(),
          "sample " + number + " is " + entry.getValue() + ", not " + sample.sequence);
    }
    int[] later = new int[3];
    long inFlight =
        known.values().stream().filter(sample -> sample.sequence < 0 && !sample.gone).count();
    List<Map.Entry<Long, Known>> newestFirst =
        known.entrySet().stream()
            .filter(entry -> entry.getValue().answered || entry.getValue().there)
            .sorted((a, b) -> Long.compare(b.getValue().sequence, a.getValue().sequence))
            .toList();
    for (Map.Entry<Long, Known> entry : newestFirst) {
      Known sample = entry.getValue();
      require(sample.sequence < nextSequence, "sequence " + sample.sequence + " comes again");
      int ofItsEdge = later[(int) (entry.getKey() % 3)]++;
      boolean needed =
          !sample.mayGo
              && (sample.sequence < 0 || nextSequence - sample.sequence <= SURELY)
              && ofItsEdge + inFlight <= OF_AN_EDGE - 2;
      require(
          !needed || found.containsKey(entry.getKey()),
          "sample " + entry.getKey() + " was acknowledged as " + sample.sequence + " and is lost");
    }
  }
}
