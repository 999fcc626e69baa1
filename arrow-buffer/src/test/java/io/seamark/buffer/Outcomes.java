package io.seamark.buffer;

import io.seamark.buffer.format.DamagedRecordException;
import io.seamark.buffer.format.Disk;
import io.seamark.buffer.format.SimulatedDisk;
import io.seamark.setting.MaximumAges;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.stream.Stream;

/**
 * Gives bytes to everything that reads Arrow here and says what came of it. {@code main} prints a
 * line for each file of the folders named.
 */
final class Outcomes {
  /** The most that reading a small file may take from the heap, in bytes, all together. */
  static final long MEMORY = 64L << 20;

  /** Options of a buffer that needs little memory itself. */
  static final BufferOptions SMALL =
      new BufferOptions(
          16384,
          Long.MAX_VALUE,
          Integer.MAX_VALUE,
          Integer.MAX_VALUE,
          Integer.MAX_VALUE,
          MaximumAges.NONE,
          1 << 22);

  private static final String PROGRAM = "Exception:";

  private final Path folder;

  /**
   * What came of it.
   *
   * @param lines by reader: what it said, or that it accepted
   * @param memory the most bytes that one of them took from the heap
   */
  record Outcome(Map<String, String> lines, long memory) {}

  private interface Reader {
    /** Reads; gives what is damaged, or an empty text. */
    String read() throws IOException;
  }

  Outcomes(Path folder) {
    this.folder = folder;
  }

  /** Everything that can be done with a file whose origin is unknown. */
  Outcome of(byte[] bytes) throws IOException {
    Map<String, Reader> readers = new TreeMap<>();
    readers.put("segment, read", () -> reading("0000000000.arrow", bytes));
    readers.put("journal, read", () -> reading("0000000000.journal", bytes));
    readers.put("segment, written on", () -> writing("0000000000.arrow", bytes));
    readers.put("journal, written on", () -> writing("0000000000.journal", bytes));
    readers.put("segment, outbox", () -> outbox("0000000000.arrow", bytes));
    readers.put("journal, outbox", () -> outbox("0000000000.journal", bytes));
    readers.put("sample", () -> refusal(bytes, () -> ArrowMessages.decodeSample(bytes, 16 << 20)));
    readers.put("sizes", () -> refusal(bytes, () -> ArrowMessages.sampleSizes(bytes, 16 << 20)));
    readers.put("answer", () -> refusal(bytes, () -> ArrowMessages.decodeAnswer(bytes, 16 << 20)));
    Map<String, String> lines = new TreeMap<>();
    long most = 0;
    for (Map.Entry<String, Reader> reader : readers.entrySet()) {
      long took =
          Allocated.by(
              () -> {
                String said = reader.getValue().read();
                lines.put(reader.getKey(), said.isEmpty() ? "accepted" : said);
              });
      most = Math.max(most, took);
    }
    return new Outcome(lines, most);
  }

  private static String refusal(byte[] bytes, Allocated.Work work) {
    try {
      work.run();
      return "";
    } catch (IOException e) {
      return oneLine(e, bytes);
    }
  }

  /** What was refused, for a person; only what the input itself holds may look like a program. */
  static String oneLine(IOException e, byte[] input) {
    String line = String.valueOf(e.getMessage());
    boolean plain = line.length() >= 8 && !line.matches("(?s).*[\\n\\r\\x1b].*");
    if (plain && line.contains(PROGRAM)) {
      plain = new String(input, StandardCharsets.ISO_8859_1).contains(PROGRAM);
    }
    if (!plain) {
      throw new AssertionError("no line for a person: " + line, e);
    }
    return line;
  }

  private SimulatedDisk disk(String name, byte[] bytes) {
    SimulatedDisk disk = new SimulatedDisk();
    disk.put(folder.resolve(name), bytes);
    return disk;
  }

  /** As a reader beside a writer does, and {@code seamark buffer verify}. */
  String reading(String name, byte[] bytes) throws IOException {
    Disk disk = disk(name, bytes);
    try (ReplayBuffer buffer = ReplayBuffer.openReadOnly(folder, disk)) {
      buffer.refresh();
      return String.join("; ", buffer.verify());
    } catch (IOException e) {
      return oneLine(e, bytes);
    }
  }

  /** As the service does at its start: it must go on, and what it cannot read must stay. */
  String writing(String name, byte[] bytes) throws IOException {
    SimulatedDisk disk = disk(name, bytes);
    List<String> damages;
    try (ReplayBufferWriter buffer = ReplayBuffer.open(folder, SMALL, disk)) {
      damages = new ArrayList<>(buffer.verify());
      long sequence = buffer.append(Samples.buffered(77));
      ReplayBufferTest.assertSame(Samples.buffered(77), buffer.read(sequence));
      boolean kept = disk.files().stream().anyMatch(file -> Arrays.equals(disk.bytes(file), bytes));
      if (!buffer.report().unreadable().isEmpty() && !kept) {
        throw new AssertionError(name + " is gone: " + disk.files());
      }
    } catch (IOException e) {
      return oneLine(e, bytes);
    }
    try (ReplayBufferWriter again = ReplayBuffer.open(folder, SMALL, disk)) {
      if (again.find("edge-2", "frame-77").isEmpty()) {
        throw new AssertionError("the new sample is gone");
      }
    }
    return String.join("; ", damages);
  }

  /** As an edge does at its start, and when it delivers. */
  String outbox(String name, byte[] bytes) throws IOException {
    SimulatedDisk disk = disk(name, bytes);
    try (Outbox outbox = Outbox.open(folder, SMALL, disk)) {
      outbox.append(Samples.small(77));
      int delivered = 0;
      Optional<Outbox.Pending> next = outbox.peek();
      while (next.isPresent()) {
        delivered++;
        outbox.acknowledge(next.get().sequence());
        next = outbox.peek();
      }
      if (delivered == 0) {
        throw new AssertionError("the new sample was not delivered");
      }
      return String.join("; ", outbox.report().damages())
          + (outbox.lost() == 0 ? "" : "; lost " + outbox.lost());
    } catch (DamagedRecordException e) {
      throw new AssertionError("an outbox must pass over what is damaged", e);
    } catch (IOException e) {
      return oneLine(e, bytes);
    }
  }

  /** The files below a folder, in the order of their names. */
  static List<Path> files(Path folder) throws IOException {
    try (Stream<Path> files = Files.walk(folder)) {
      return files.filter(Files::isRegularFile).sorted().toList();
    }
  }

  /** Prints what came of the files in folders. */
  public static void main(String[] arguments) throws IOException {
    Path work = Files.createTempDirectory("outcomes");
    Outcomes outcomes = new Outcomes(work);
    for (String argument : arguments) {
      for (Path file : files(Path.of(argument))) {
        Outcome outcome = outcomes.of(Files.readAllBytes(file));
        System.out.printf("%s (at most %d KiB)%n", file.getFileName(), outcome.memory() >> 10);
        outcome.lines().forEach((reader, line) -> System.out.printf("  %-20s %s%n", reader, line));
      }
    }
    try (Stream<Path> left = Files.walk(work).sorted(Comparator.reverseOrder())) {
      for (Path path : (Iterable<Path>) left::iterator) {
        Files.delete(path);
      }
    }
  }
}
