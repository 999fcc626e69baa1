package io.seamark.buffer.crash;

import io.seamark.buffer.BufferOptions;
import io.seamark.buffer.Outbox;
import io.seamark.buffer.crash.Ledger.Act;
import io.seamark.buffer.crash.Ledger.Line;
import io.seamark.buffer.crash.Ledger.Stage;
import io.seamark.buffer.format.Disk;
import java.io.IOException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.EnumSet;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.atomic.AtomicLong;

/** An outbox whose samples are delivered, set aside and delivered again. */
final class OutboxTrial implements Trial {
  private static final BufferOptions OPTIONS =
      BufferOptions.unbounded().withSegmentBytes(16 << 10).withMaxBytes(256L << 20);

  private static final String REASON = "status 503 ";

  /** Appenders wait while so many samples do. */
  private static final int BACKLOG = 24;

  private static final int MOST_ASIDE = 12;

  private final Map<Long, EnumSet<Is>> known = new TreeMap<>();
  private final Set<Long> refused = new HashSet<>();

  /** Perhaps before its appending was said to be done. */
  private final Set<Long> delivered = new HashSet<>();

  private final Set<Long> used = new HashSet<>();
  private long next;

  /** Where a sample can be. */
  private enum Is {
    /** It was never there, or is delivered. */
    NOWHERE,
    WAITING,
    ASIDE
  }

  private record Open(Outbox outbox) implements OpenStore {
    @Override
    public String failure() {
      // An outbox has no way to ask; appending shows it.
      return "";
    }

    @Override
    public void close() throws IOException {
      outbox.close();
    }
  }

  @Override
  public String name() {
    return "outbox";
  }

  @Override
  public Start start() {
    return new Start(next, List.of());
  }

  @Override
  public Opened open(Path folder, Disk disk, Start start, Ledger ledger) throws IOException {
    Voice voice = new Voice(name(), ledger);
    AtomicLong numbers = new AtomicLong(start.nextNumber());
    Outbox outbox = Outbox.open(folder, OPTIONS, disk);
    Worker appender =
        random -> {
          if (outbox.pending() < BACKLOG) {
            long number = numbers.getAndIncrement();
            voice.does(Act.APPEND, number, -1, () -> outbox.append(Contents.sample(number)));
          }
        };
    Worker deliverer =
        random -> {
          if (outbox.setAsideCount() > MOST_ASIDE) {
            voice.does(
                Act.RETRY,
                0,
                0,
                () -> {
                  outbox.retryAsides();
                  return 0;
                });
          }
          for (int i = 0; i < 8; i++) {
            Optional<Outbox.Pending> pending = outbox.peek();
            if (pending.isEmpty()) {
              return;
            }
            long sequence = pending.get().sequence();
            long number = Contents.require(pending.get().sample());
            voice.say(Act.DELIVER, Stage.DONE, number, sequence);
            if (random.nextInt(5) == 0) {
              voice.does(
                  Act.SET_ASIDE,
                  number,
                  sequence,
                  () -> {
                    outbox.setAside(sequence, REASON + number);
                    return sequence;
                  });
            } else {
              voice.does(
                  Act.ACKNOWLEDGE,
                  number,
                  sequence,
                  () -> {
                    outbox.acknowledge(sequence);
                    return sequence;
                  });
            }
          }
        };
    return new Opened(new Open(outbox), List.of(appender), List.of(deliverer));
  }

  @Override
  public void learn(Line line) {
    boolean done = line.stage() == Stage.DONE;
    switch (line.act()) {
      case APPEND -> {
        if (line.stage() == Stage.BEGUN) {
          known.put(line.number(), EnumSet.of(Is.NOWHERE, Is.WAITING));
          next = Math.max(next, line.number() + 1);
        } else if (done) {
          if (!delivered.contains(line.number())) {
            of(line.number()).remove(Is.NOWHERE);
          }
          require(
              line.sequence() < 0 || used.add(line.sequence()),
              "sequence is given out again: " + line);
        } else {
          refused.add(line.number());
        }
      }
      case DELIVER -> {
        EnumSet<Is> is = of(line.number());
        require(is.contains(Is.WAITING), "delivered although " + is + ": " + line);
        delivered.add(line.number());
      }
      case ACKNOWLEDGE -> move(line, Is.NOWHERE);
      case SET_ASIDE -> move(line, Is.ASIDE);
      case RETRY ->
          known.forEach(
              (number, is) -> {
                if (is.contains(Is.ASIDE)) {
                  is.add(Is.WAITING);
                  if (done) {
                    is.remove(Is.ASIDE);
                  }
                }
              });
      default -> throw new AssertionError(line.toString());
    }
  }

  private void move(Line line, Is to) {
    EnumSet<Is> is = of(line.number());
    if (line.stage() == Stage.DONE) {
      is.clear();
    }
    is.add(to);
  }

  private EnumSet<Is> of(long number) {
    EnumSet<Is> is = known.get(number);
    if (is == null) {
      throw new AssertionError("outbox: sample " + number + " was never written");
    }
    return is;
  }

  private static void require(boolean holds, String otherwise) {
    if (!holds) {
      throw new AssertionError("outbox: " + otherwise);
    }
  }

  @Override
  public int check(Path folder, Disk disk) throws IOException {
    try (Outbox outbox = Outbox.open(folder, OPTIONS, disk)) {
      Map<Long, Is> found = read(outbox);
      hold(found);
      known.forEach(
          (number, is) -> {
            is.clear();
            is.add(found.getOrDefault(number, Is.NOWHERE));
          });
      restarted();
      return found.size();
    }
  }

  @Override
  public int look(Path folder) throws IOException {
    Outbox.Standing standing;
    try {
      standing = Outbox.look(folder);
    } catch (NoSuchFileException e) {
      require(known.isEmpty(), "it has no cursor");
      return 0;
    }
    Map<Long, Is> asides = new TreeMap<>();
    standing.asides().forEach(aside -> aside(asides, aside));
    known.forEach(
        (number, is) ->
            require(
                is.contains(Is.ASIDE) || !asides.containsKey(number),
                "sample " + number + " is aside, but must be " + is));
    long least = known.values().stream().filter(EnumSet.of(Is.WAITING)::equals).count();
    long most = known.values().stream().filter(is -> is.contains(Is.WAITING)).count();
    require(
        least <= standing.pending() && standing.pending() <= most,
        standing.pending() + " wait, but " + least + " to " + most + " must");
    return standing.pending() + asides.size();
  }

  @Override
  public void restarted() {
    refused.clear();
  }

  @Override
  public int check(OpenStore store) throws IOException {
    Map<Long, Is> found = read(((Open) store).outbox());
    hold(found);
    for (long number : refused) {
      require(!found.containsKey(number), "sample " + number + " was refused");
    }
    return found.size();
  }

  private static void aside(Map<Long, Is> found, Outbox.SetAside aside) {
    long number = Contents.require(aside.sample());
    require(aside.reason().equals(REASON + number), "reason of " + number + " " + aside.reason());
    require(found.put(number, Is.ASIDE) == null, "sample " + number + " is there twice");
  }

  private Map<Long, Is> read(Outbox outbox) throws IOException {
    require(outbox.report().damages().isEmpty(), outbox.report().toString());
    require(outbox.report().unreadable().isEmpty(), outbox.report().toString());
    Map<Long, Is> found = new TreeMap<>();
    Optional<Outbox.Pending> pending = outbox.peek();
    while (pending.isPresent()) {
      long number = Contents.require(pending.get().sample());
      require(found.put(number, Is.WAITING) == null, "sample " + number + " is there twice");
      pending = outbox.after(pending.get().sequence());
    }
    outbox.asides().forEach(aside -> aside(found, aside));
    require(outbox.lost() == 0 && outbox.dropped() == 0, outbox.lost() + " lost");
    return found;
  }

  private void hold(Map<Long, Is> found) {
    found.keySet().forEach(this::of);
    known.forEach(
        (number, is) -> {
          Is now = found.getOrDefault(number, Is.NOWHERE);
          require(is.contains(now), "sample " + number + " is " + now + ", but must be " + is);
        });
  }
}
