package io.seamark.unknown.segment;

import io.seamark.host.ChildJvm;
import io.seamark.network.onnx.OnnxFile;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Consumer;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * Opens a model folder for the first time, in a process that may not take more than a bound. An
 * engine computes what is constant in a graph while it opens it, and a file of 125 bytes can name a
 * constant of gigabytes; so nobody knows what a graph takes before it was tried. Which folders are
 * sound is remembered for as long as this process runs and their files stay as they are.
 */
final class SamProbe {
  /** What a graph may take whatever its size: the largest published encoder's activations. */
  private static final long LEAST_MEGABYTES = 2048;

  /** Encoders of SAM take up to ten times their weights, most for their attention. */
  private static final long TIMES_ITS_SIZE = 16;

  private static final int HEAP_MEGABYTES = 512;
  private static final int MAX_FILES = 10_000;

  /** Of a process that the system ended, for want of memory. */
  private static final int KILLED = 137;

  private static final String AT_WORK = "at work ";
  private static final String REFUSED = "refused ";
  private static final String SOUND = "sound";
  private static final Pattern NO_MEMORY =
      Pattern.compile(
          "(?i)bad_alloc|bad allocation|failed to allocate|cannot allocate|OutOfMemory"
              + "|insufficient memory|allocation failure");

  private static final Set<Set<State>> SOUND_FOLDERS = new HashSet<>();

  /** A file as it was. */
  private record State(Path file, FileTime modified, long bytes) {}

  private SamProbe() {}

  /**
   * Opens a folder's graphs elsewhere and runs them once.
   *
   * @param folder where its files are
   * @param configuredSize as {@link OnnxNetwork#open} takes it
   * @param threads as it takes them
   * @param memory most megabytes; 0 for a bound that grows with the files
   * @param seconds most that it may take
   * @throws IOException naming the file and what is wrong with it, or the bound and how to raise it
   */
  static void check(SamFolder folder, int configuredSize, int threads, int memory, int seconds)
      throws IOException {
    long bytes = OnnxFile.size(folder.decoder()) + OnnxFile.size(folder.encoder());
    Set<State> states = states(folder);
    synchronized (SOUND_FOLDERS) {
      if (SOUND_FOLDERS.contains(states)) {
        return;
      }
    }
    long megabytes = memory > 0 ? memory : LEAST_MEGABYTES + TIMES_ITS_SIZE * (bytes >> 20);
    int heap = HEAP_MEGABYTES + 4 * (int) (Files.size(folder.decoder()) >> 20);
    ChildJvm.Ended ended =
        ChildJvm.run(
            SamProbe.class,
            List.of(
                folder.encoder().toString(),
                folder.decoder().toString(),
                Integer.toString(configuredSize),
                Integer.toString(threads)),
            new ChildJvm.Limits(heap, megabytes, Duration.ofSeconds(seconds)));
    if (ended.status() == 0 && ended.line(SOUND) != null) {
      synchronized (SOUND_FOLDERS) {
        SOUND_FOLDERS.add(states);
      }
      return;
    }
    throw new IOException(reason(ended, folder, megabytes, seconds));
  }

  private static String reason(
      ChildJvm.Ended ended, SamFolder folder, long megabytes, int seconds) {
    String named = ended.line(AT_WORK);
    String file = named == null ? folder.encoder().toString() : named;
    if (ended.late()) {
      return String.format(
          "%s takes more than %d s to open and run once;"
              + " mask_generator.segment_anything.probe-seconds allows more",
          file, seconds);
    }
    if (NO_MEMORY.matcher(ended.output()).find()) {
      return String.format(
          "%s needs more than %d MB to open and run once;"
              + " mask_generator.segment_anything.probe-memory allows more",
          file, megabytes);
    }
    if (ended.status() == KILLED) {
      return file + " needs more memory to open and run once than this machine has free";
    }
    String refused = ended.line(REFUSED);
    if (refused != null) {
      return refused;
    }
    return String.format(
        "%s ended the process that tried it with status %d: %s",
        file, ended.status(), ended.output().lines().limit(3).toList());
  }

  /** Prompts of several points have a graph of their own, which not every export can be cut to. */
  private static void prompts(OnnxNetwork network) throws IOException {
    try {
      network.decode(new float[] {1, 1, 0, 0}, new float[] {1, -1}, null, true);
    } catch (IllegalArgumentException | IllegalStateException e) {
      if (NO_MEMORY.matcher(String.valueOf(e.getMessage())).find()) {
        throw new IOException(e.getMessage(), e);
      }
    }
  }

  /** The graphs' files and all that lies beside them, where their weights may be. */
  private static Set<State> states(SamFolder folder) throws IOException {
    Set<State> states = new HashSet<>();
    for (Path graph : List.of(folder.encoder(), folder.decoder())) {
      Path parent = graph.toRealPath().getParent();
      if (parent != null) {
        try (Stream<Path> files = Files.list(parent)) {
          for (Path file : files.limit(MAX_FILES).filter(Files::isRegularFile).toList()) {
            states.add(new State(file, Files.getLastModifiedTime(file), Files.size(file)));
          }
        }
      }
      states.add(
          new State(graph.toRealPath(), Files.getLastModifiedTime(graph), Files.size(graph)));
    }
    return states;
  }

  /**
   * The process that may be exhausted.
   *
   * @param arguments encoder, decoder, size of the image or 0, threads
   */
  public static void main(String[] arguments) {
    ChildJvm.endWithParent();
    Consumer<Path> atWork = file -> System.out.println(AT_WORK + file);
    int status = 1;
    try (OnnxNetwork network =
        OnnxNetwork.open(
            new SamFolder(Path.of(arguments[0]), Path.of(arguments[1])),
            Integer.parseInt(arguments[2]),
            Integer.parseInt(arguments[3]),
            atWork)) {
      network.probe(atWork);
      prompts(network);
      System.out.println(SOUND);
      status = 0;
    } catch (IOException | RuntimeException e) {
      String message = String.valueOf(e.getMessage());
      System.out.println(REFUSED + message.replaceAll("\\s*[\\r\\n]+\\s*", "; "));
    } catch (OutOfMemoryError e) {
      System.out.println(REFUSED + e);
    }
    System.out.flush();
    // Native threads may be at work still; nothing is left to be kept.
    Runtime.getRuntime().halt(status);
  }
}
