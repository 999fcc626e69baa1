package io.seamark.buffer.crash;

import io.seamark.buffer.crash.Ledger.Act;
import io.seamark.buffer.crash.Ledger.Line;
import io.seamark.buffer.crash.Ledger.Stage;
import io.seamark.buffer.format.Disk;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.locks.LockSupport;

/**
 * Works on the stores until it is killed. Says on standard output {@code o} before it opens them,
 * and {@code w} once each has acknowledged something.
 */
final class KilledProcess {
  /** Of the lines that say what is appended, what a faulty store would say. */
  static final String EARLY = "early";

  /** Ends by itself after a moment, so that the Java machine writes down which classes it had. */
  static final String BRIEF = "brief";

  private KilledProcess() {}

  /** Arguments: folder, ledger, seed, mode, and for each trial its start. */
  public static void main(String[] arguments) throws IOException {
    Path folder = Path.of(arguments[0]);
    Ledger file = Ledger.inFile(Path.of(arguments[1]));
    Random random = new Random(Long.parseLong(arguments[2]));
    String mode = arguments[3];
    Ledger ledger = announcing(mode.equals(EARLY) ? early(file) : file);
    say('o');
    int at = 4;
    List<Thread> threads = new ArrayList<>();
    for (Trial trial : Trial.all()) {
      Trial.Opened opened =
          trial.open(folder.resolve(trial.name()), Disk.local(), start(arguments[at++]), ledger);
      for (Trial.Worker worker : opened.appenders()) {
        threads.add(thread(worker, random.nextLong(), 0));
      }
      for (Trial.Worker worker : opened.keepers()) {
        threads.add(thread(worker, random.nextLong(), 4_000_000));
      }
    }
    threads.forEach(Thread::start);
    if (mode.equals(BRIEF)) {
      LockSupport.parkNanos(500_000_000);
      System.exit(0);
    }
  }

  static String text(Trial.Start start) {
    StringBuilder text = new StringBuilder().append(start.nextNumber());
    start.unanswered().forEach(number -> text.append(',').append(number));
    return text.toString();
  }

  private static Trial.Start start(String text) {
    List<Long> numbers = Arrays.stream(text.split(",", -1)).map(Long::valueOf).toList();
    return new Trial.Start(numbers.get(0), numbers.subList(1, numbers.size()));
  }

  private static Thread thread(Trial.Worker worker, long seed, int pauseNanos) {
    Random random = new Random(seed);
    return new Thread(
        () -> {
          try {
            while (true) {
              worker.step(random);
              if (pauseNanos > 0) {
                LockSupport.parkNanos(random.nextInt(pauseNanos));
              }
            }
          } catch (IOException | RuntimeException | Error e) {
            e.printStackTrace();
            Runtime.getRuntime().halt(3);
          }
        });
  }

  private static void say(char what) {
    System.out.write(what);
    System.out.flush();
  }

  private static Ledger announcing(Ledger ledger) {
    Set<String> warm = ConcurrentHashMap.newKeySet();
    return line -> {
      ledger.say(line);
      if (line.act() == Act.APPEND
          && line.stage() == Stage.DONE
          && warm.add(line.store())
          && warm.size() == 3) {
        say('w');
      }
    };
  }

  /** What a store would say that acknowledges a record before it has written it. */
  private static Ledger early(Ledger ledger) {
    return line -> {
      ledger.say(line);
      if (line.act() == Act.APPEND && line.stage() == Stage.BEGUN) {
        ledger.say(new Line(line.store(), Act.APPEND, Stage.DONE, line.number(), -1));
      }
    };
  }
}
