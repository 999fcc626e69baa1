package io.seamark.run;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.seamark.cli.SampleFiles;
import io.seamark.cli.Seamark;
import io.seamark.cloud.LibertyServer;
import io.seamark.durable.DurableFiles;
import io.seamark.durable.OutputFolder;
import io.seamark.host.FolderTree;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * What a run leaves: {@code report.html}, {@code summary.json}, {@code models/}, {@code buffer/},
 * {@code answers/} (the newest class map of each frame), {@code edge/} (what the edge must keep
 * over a restart), {@code logs/}. The folder has one owner until it is closed.
 *
 * <p>A former run stays where it is. Only where the user says so is it replaced, and then the new
 * one is made below {@value #NEW} and takes the former one's place when it is complete: one that
 * fails or is killed leaves the former one as it was. What a person put into the folder is never
 * touched; a file of a name that a run needs stops the start.
 */
final class RunFolder implements AutoCloseable {
  /** Where results go that the user names no folder for; later ones get a number. */
  static final Path DEFAULT = Path.of("seamark-out");

  /** Marks a folder as a run's. */
  private static final String MARK = ".seamark-run";

  /** A run that shall take a former one's place. */
  private static final String NEW = ".seamark-new";

  /** In {@link #NEW} once it is complete: the names of its files. */
  private static final String COMPLETE = ".complete";

  private static final String STARTING = "A run of seamark has been started here.\n";
  private static final String BEGUN = "A run of seamark keeps its results here.\n";
  private static final String REPORT = "report.html";
  private static final String SUMMARY = "summary.json";
  private static final List<String> FOLDERS =
      List.of("models", "buffer", "answers", "edge", "logs");

  /** Where knowledge management notes how far it has read other buffers, if there are some. */
  private static final String REPLICAS = "replicas";

  /** What a link or a file may not stand for. */
  private static final Set<String> PLACES =
      Set.of(
          "models",
          "buffer",
          "answers",
          "edge",
          "edge/models",
          "edge/outbox",
          "logs",
          "logs/unknown-task-processing",
          "logs/knowledge-management",
          REPLICAS);

  /** Files that are written through {@link OutputFolder}, which knows them to the byte. */
  private static final Pattern RECORDED =
      Pattern.compile("report\\.html|summary\\.json|answers/[^/]+\\.(png|id)");

  /** Files of the services, the edge and the log, by their names. */
  private static final Pattern NAMED =
      Pattern.compile(
          String.join(
              "|",
              "(models|edge/models)/(v[0-9]+|champion|current)\\.(json|safetensors)",
              "models/(\\.lock|\\.staged-.*|\\.embedded.*|[^/]*\\.part)",
              "edge/models/\\.seamark-output[^/]*",
              "(buffer|edge/outbox)/([0-9]{10,}\\.(arrow|journal)|cursor|lock|[^/]*\\.tmp)",
              "replicas/[^/]+/cursor(\\.tmp)?",
              "logs/edge\\.log[^/]*",
              "logs/(unknown-task-processing|knowledge-management)/process",
              "logs/(unknown-task-processing|knowledge-management)/(logs|workarea|resources)/.*",
              "(.*/)?\\.seamark-[0-9a-f]{32}\\.new"),
          Pattern.DOTALL);

  private static final String WEIGHTS = ".safetensors";
  private static final String CHAMPION = "models/champion" + WEIGHTS;
  private static final Pattern NUMBERED = Pattern.compile("models/v([0-9]{1,9})\\.json");

  /** A version of a cloud elsewhere, which may be called anything. */
  private static final Pattern DESCRIPTION = Pattern.compile("models/[^/]+\\.json");

  /** Models that the edge has fetched, of which it has a record of its own. */
  private static final String FETCHED = "edge/models/";

  private static final Pattern WORK_AREA =
      Pattern.compile("logs/[^/]+/((workarea|resources)/.*|process)");
  private static final Duration ENDING = Duration.ofSeconds(40);
  private static final int MOST = 10_000;
  private static final ObjectMapper JSON = new ObjectMapper();

  private final Path named;
  private final Path real;
  private final Path root;
  private final OutputFolder owner;
  private final OutputFolder output;
  private final SampleFiles answers;
  private boolean begun;

  private RunFolder(Path named, Path real, Path root, OutputFolder owner, OutputFolder output) {
    this.named = named;
    this.real = real;
    this.root = root;
    this.owner = owner;
    this.output = output;
    this.answers = new SampleFiles(output, "answers/");
  }

  /** A folder that a default must pass over: it holds something, or is in use. */
  private static final class Taken extends IllegalArgumentException {
    private static final long serialVersionUID = 1L;

    Taken(String message) {
      super(message);
    }
  }

  /**
   * Takes a folder over. Whatever else a run needs should have been checked before.
   *
   * @param out as the user named it; null for the first of {@code seamark-out}, {@code
   *     seamark-out-2} and so on that is free
   * @param overwrite whether a former run in it is replaced once the new one is complete
   * @param inputs what the run reads, by the name of its option
   * @return ready to be filled, to be closed by its owner
   * @throws IllegalArgumentException if it holds something else, or a former run that is not to be
   *     replaced, is an input or has one in it, is in use, or cannot be made; nothing was changed
   *     then
   */
  static RunFolder open(@Nullable Path out, boolean overwrite, Map<String, Path> inputs)
      throws InterruptedException {
    return out != null || overwrite
        ? take(out == null ? DEFAULT : out, overwrite, inputs)
        : firstFree(DEFAULT, inputs);
  }

  /** A folder of that name or, where it is taken, of that name with a number. */
  static RunFolder firstFree(Path first, Map<String, Path> inputs) throws InterruptedException {
    for (int i = 1; i <= MOST; i++) {
      try {
        return take(
            i == 1 ? first : first.resolveSibling(first.getFileName() + "-" + i), false, inputs);
      } catch (Taken e) {
        // The next number, then.
      }
    }
    throw new IllegalArgumentException(
        first + " to " + first + "-" + MOST + " are taken: name a folder with --out");
  }

  private static RunFolder take(Path named, boolean overwrite, Map<String, Path> inputs)
      throws InterruptedException {
    OutputFolder owner = null;
    try {
      Path folder = named.toAbsolutePath().normalize();
      refuseInputs(named, inputs);
      refuseForeign(named, folder);
      owner = own(folder);
      // Once more, since nobody else can be at it any more.
      refuseForeign(named, folder);
      return prepare(named, folder.toRealPath(), overwrite, owner);
    } catch (IOException e) {
      close(owner);
      throw new IllegalArgumentException(
          "--out " + named + " cannot be prepared: " + Seamark.message(e), e);
    } catch (RuntimeException | InterruptedException e) {
      close(owner);
      throw e;
    }
  }

  private static OutputFolder own(Path folder) {
    boolean there = Files.isDirectory(folder);
    try {
      return OutputFolder.open(folder, Map.of());
    } catch (IllegalArgumentException e) {
      if (there && Files.isWritable(folder)) {
        throw new Taken(String.valueOf(e.getMessage()));
      }
      throw e;
    }
  }

  private static void close(@Nullable OutputFolder owner) {
    if (owner != null) {
      try {
        owner.close();
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }
  }

  private static void refuseForeign(Path named, Path folder) throws IOException {
    if (!Files.exists(folder, LinkOption.NOFOLLOW_LINKS)) {
      return;
    }
    if (!Files.isDirectory(folder)) {
      throw new Taken("--out " + named + " is a file, but must be a folder");
    }
    Set<String> names;
    try (Stream<Path> files = Files.list(folder)) {
      names = files.map(file -> file.getFileName().toString()).collect(Collectors.toSet());
    }
    boolean run = names.contains(MARK);
    names.removeIf(name -> name.startsWith(OutputFolder.RECORD) || NAMED.matcher(name).matches());
    if (!names.isEmpty() && !run) {
      throw new Taken(
          "--out "
              + named
              + " is not empty and not a former run's folder: name another one, or empty it");
    }
  }

  /** What lies in the folder would be deleted with a former run, or taken for a part of one. */
  private static void refuseInputs(Path named, Map<String, Path> inputs) throws IOException {
    Path folder = real(named);
    for (Map.Entry<String, Path> input : inputs.entrySet()) {
      Path read = real(input.getValue());
      if (read.startsWith(folder)) {
        throw new Taken(
            "--out "
                + named
                + (read.equals(folder) ? " is also " : " holds ")
                + input.getKey()
                + (read.equals(folder) ? "" : " " + input.getValue())
                + ": name another folder, so that nothing is overwritten");
      }
    }
  }

  /** A path without links, as far as it is there. */
  private static Path real(Path path) throws IOException {
    Path absolute = path.toAbsolutePath().normalize();
    Path there = absolute;
    while (there != null && !Files.exists(there)) {
      there = there.getParent();
    }
    return there == null ? absolute : there.toRealPath().resolve(there.relativize(absolute));
  }

  private static RunFolder prepare(Path named, Path real, boolean overwrite, OutputFolder owner)
      throws IOException, InterruptedException {
    for (Path logs : List.of(real.resolve("logs"), real.resolve(NEW).resolve("logs"))) {
      if (!LibertyServer.awaitEnded(logs, ENDING)) {
        throw new Taken(
            "--out " + named + ": a server of a run that was killed still writes there; stop it");
      }
    }
    if (Files.isRegularFile(real.resolve(NEW).resolve(COMPLETE), LinkOption.NOFOLLOW_LINKS)) {
      publish(real, owner);
    }
    boolean former = holdsFormer(real.resolve(MARK));
    if (former && !overwrite) {
      throw new Taken(
          "--out "
              + named
              + " holds a former run: name another folder, or say --overwrite to replace it");
    }
    Set<String> old = own(real, owner);
    refuseForeignWeights(real, old);
    FolderTree.delete(real.resolve(NEW));
    if (!former) {
      for (String name : old) {
        Files.deleteIfExists(real.resolve(name));
      }
      DurableFiles.replace(real.resolve(MARK), STARTING.getBytes(StandardCharsets.UTF_8));
    }
    Path root = former ? Files.createDirectory(real.resolve(NEW)) : real;
    for (String sub : FOLDERS) {
      Files.createDirectories(root.resolve(sub));
    }
    OutputFolder output = former ? OutputFolder.open(root, Map.of()) : owner;
    return new RunFolder(named, real, root, owner, output);
  }

  /** A run of which no frame was ever answered left nothing to keep. */
  private static boolean holdsFormer(Path mark) throws IOException {
    if (!Files.exists(mark, LinkOption.NOFOLLOW_LINKS)) {
      return false;
    }
    return !Files.isRegularFile(mark, LinkOption.NOFOLLOW_LINKS)
        || Files.size(mark) != STARTING.length()
        || !Files.readString(mark).equals(STARTING);
  }

  /**
   * The files that a run left.
   *
   * @throws Taken if a person's file has a name that a run needs
   */
  private static Set<String> own(Path folder, OutputFolder owner) throws IOException {
    Set<String> own = new TreeSet<>();
    List<String> foreign = new ArrayList<>();
    List<String> recorded = new ArrayList<>();
    List<String> others = new ArrayList<>();
    for (String name : names(folder)) {
      if (PLACES.contains(name)) {
        foreign.add(name);
      } else if (RECORDED.matcher(name).matches()) {
        recorded.add(name);
      } else if (NAMED.matcher(name).matches()) {
        (Files.isRegularFile(folder.resolve(name), LinkOption.NOFOLLOW_LINKS) ? own : foreign)
            .add(name);
      } else {
        others.add(name);
      }
    }
    // Of another name it is a run's only if it is on record, and a person's otherwise.
    List<String> known = owner.names();
    others.stream().filter(known::contains).forEach(recorded::add);
    if (!foreign.isEmpty()) {
      String first = folder.resolve(foreign.get(0)).toString();
      throw new Taken(
          first
              + (foreign.size() > 1 ? " and " + (foreign.size() - 1) + " more were" : " was")
              + " not written by seamark: name another output folder, or move "
              + (foreign.size() > 1 ? "them" : "it")
              + " away");
    }
    try {
      owner.check(recorded);
    } catch (IllegalArgumentException e) {
      throw new Taken(String.valueOf(e.getMessage()));
    }
    own.addAll(recorded);
    own.addAll(fetched(folder, others.stream().filter(name -> name.startsWith(FETCHED)).toList()));
    return own;
  }

  /**
   * Those of the names that the edge's own record has.
   *
   * @throws Taken if a person has changed one
   */
  private static List<String> fetched(Path folder, List<String> names) throws IOException {
    if (names.isEmpty()) {
      return List.of();
    }
    try (OutputFolder models = OutputFolder.open(folder.resolve(FETCHED), Map.of())) {
      List<String> known = models.names();
      List<String> here =
          names.stream()
              .map(name -> name.substring(FETCHED.length()))
              .filter(known::contains)
              .toList();
      models.check(here);
      return here.stream().map(name -> FETCHED + name).toList();
    } catch (IllegalArgumentException e) {
      throw new Taken(String.valueOf(e.getMessage()));
    }
  }

  /** Whether a run's file can be told by its name. */
  private static boolean expected(String name) {
    return RECORDED.matcher(name).matches() || NAMED.matcher(name).matches();
  }

  /**
   * Refuses weights that are not those that their version's description names. Of the next version
   * a kill leaves weights alone.
   */
  private static void refuseForeignWeights(Path folder, Set<String> own) throws IOException {
    Map<String, String> described = new TreeMap<>();
    int next = 0;
    List<String> fetched = new ArrayList<>();
    for (String name : own) {
      Matcher numbered = NUMBERED.matcher(name);
      if (numbered.matches()) {
        next = Math.max(next, Integer.parseInt(numbered.group(1)) + 1);
      }
      if (numbered.matches() || (!expected(name) && DESCRIPTION.matcher(name).matches())) {
        String version = name.substring(0, name.length() - ".json".length());
        described.put(version + WEIGHTS, digest(folder.resolve(name)));
      } else if (name.startsWith(FETCHED) && !name.startsWith(FETCHED + ".")) {
        fetched.add(name.substring(FETCHED.length()));
      }
    }
    for (String name : own) {
      if (!name.startsWith("models/") || !name.endsWith(WEIGHTS) || !expected(name)) {
        continue;
      }
      Collection<String> right =
          name.equals(CHAMPION)
              ? described.values()
              : described.containsKey(name) ? List.of(described.get(name)) : List.of();
      boolean cut =
          right.isEmpty() && (name.equals(CHAMPION) || name.equals("models/v" + next + WEIGHTS));
      if (!cut && !right.contains(DurableFiles.sha256(folder.resolve(name)))) {
        throw new Taken(
            folder.resolve(name)
                + " is no model of the former run: name another output folder, or move it away");
      }
    }
    if (!fetched.isEmpty()) {
      try (OutputFolder models = OutputFolder.open(folder.resolve(FETCHED), Map.of())) {
        models.check(fetched);
      } catch (IllegalArgumentException e) {
        throw new Taken(String.valueOf(e.getMessage()));
      }
    }
  }

  private static String digest(Path version) throws IOException {
    try {
      return Files.size(version) > 1 << 20
          ? ""
          : JSON.readTree(Files.readAllBytes(version)).path("sha256").asText();
    } catch (JsonProcessingException e) {
      return "";
    }
  }

  /** Everything that is no folder among what a run may leave, and links in place of folders. */
  private static List<String> names(Path folder) throws IOException {
    List<String> names = new ArrayList<>();
    for (String top : List.of(REPORT, SUMMARY)) {
      if (Files.exists(folder.resolve(top), LinkOption.NOFOLLOW_LINKS)) {
        names.add(top);
      }
    }
    List<String> tops = new ArrayList<>(FOLDERS);
    tops.add(REPLICAS);
    for (String top : tops) {
      Path sub = folder.resolve(top);
      if (!Files.exists(sub, LinkOption.NOFOLLOW_LINKS)) {
        continue;
      }
      Files.walkFileTree(
          sub,
          new SimpleFileVisitor<>() {
            @Override
            public FileVisitResult visitFile(Path file, BasicFileAttributes facts) {
              names.add(folder.relativize(file).toString());
              return FileVisitResult.CONTINUE;
            }
          });
    }
    return names;
  }

  /** Puts a complete new run in the former one's place. May be cut short and done again. */
  private static void publish(Path real, OutputFolder owner) throws IOException {
    Path from = real.resolve(NEW);
    Set<String> complete = new TreeSet<>(Files.readAllLines(from.resolve(COMPLETE)));
    Set<String> old = own(real, owner);
    Set<String> others = new TreeSet<>();
    for (String name : complete) {
      if (!expected(name) && Files.exists(from.resolve(name), LinkOption.NOFOLLOW_LINKS)) {
        others.add(name);
        if (!old.contains(name) && Files.exists(real.resolve(name), LinkOption.NOFOLLOW_LINKS)) {
          throw new Taken(
              real.resolve(name)
                  + " was not written by seamark, but the new run has a file of that name: move it"
                  + " away");
        }
      }
    }
    // What is told by a record goes before that record is replaced.
    for (String name : old) {
      if (others.contains(name) || (!complete.contains(name) && !expected(name))) {
        Files.deleteIfExists(real.resolve(name));
      }
    }
    for (String name : old) {
      if (!complete.contains(name)) {
        Files.deleteIfExists(real.resolve(name));
      }
    }
    // Report and summary last: they speak of the rest.
    List<String> order = new ArrayList<>(complete);
    order.removeAll(List.of(SUMMARY, REPORT));
    order.addAll(List.of(SUMMARY, REPORT));
    for (String name : order) {
      Path file = from.resolve(name);
      Path to = real.resolve(name).normalize();
      if (!to.startsWith(real) || !Files.isRegularFile(file, LinkOption.NOFOLLOW_LINKS)) {
        continue;
      }
      // The edge has a record of its own, which is moved too.
      if (RECORDED.matcher(name).matches() || (!expected(name) && !name.startsWith(FETCHED))) {
        owner.take(file, name);
      } else {
        Path folder = to.getParent();
        if (folder != null) {
          Files.createDirectories(folder);
        }
        DurableFiles.rename(file, to);
      }
    }
    FolderTree.delete(from);
  }

  /** Says that the first frame has been answered: from now on this is a run to be kept. */
  synchronized void begun() throws IOException {
    if (!begun && !replaces()) {
      DurableFiles.replace(real.resolve(MARK), BEGUN.getBytes(StandardCharsets.UTF_8));
    }
    begun = true;
  }

  /**
   * Says that everything is written and nobody writes any more: a former run goes now.
   *
   * @throws IOException if it cannot be replaced; the message says where the new one is
   */
  void complete() throws IOException {
    if (!replaces()) {
      return;
    }
    if (!begun) {
      throw stays("no frame was answered");
    }
    List<String> all =
        names(root).stream().filter(name -> !WORK_AREA.matcher(name).matches()).toList();
    try {
      DurableFiles.replace(
          root.resolve(COMPLETE), (String.join("\n", all) + "\n").getBytes(StandardCharsets.UTF_8));
      publish(real, owner);
    } catch (IOException | IllegalArgumentException e) {
      throw new IOException(
          "the former run in "
              + named
              + " could not be replaced, the new one is in "
              + root
              + ": "
              + Seamark.message(e),
          e);
    }
  }

  /**
   * What to throw where this run shall not take the former one's place.
   *
   * @param why such as "no frame was answered"
   */
  IOException stays(String why) {
    return new IOException(
        why
            + ", so the former run in "
            + named
            + " stays; what there is of the new one is in "
            + root);
  }

  /** Whether a former run is there until this one is complete. */
  boolean replaces() {
    return !root.equals(real);
  }

  /** Where results can be found by who named the folder, once the run is complete. */
  Path named() {
    return named;
  }

  /** Where knowledge management keeps a copy of the version that serves. */
  Path champion() {
    return root.resolve(CHAMPION);
  }

  /** Writes a frame's class map, a PNG, in place of an earlier one. */
  void answer(String id, byte[] png) throws IOException {
    answers.write(id, ".png", png);
  }

  /** Keeps what a cloud elsewhere says of a version. */
  void version(String version, byte[] description) throws IOException {
    output.write("models/" + version + ".json", description);
  }

  /** Keeps a version's weights; the file is gone where it was. */
  void weights(String version, Path file) throws IOException {
    output.take(file, "models/" + version + WEIGHTS);
  }

  void report(byte[] page) throws IOException {
    output.write(REPORT, page);
  }

  void summary(byte[] json) throws IOException {
    output.write(SUMMARY, json);
  }

  Path root() {
    return root;
  }

  Path models() {
    return root.resolve("models");
  }

  Path buffer() {
    return root.resolve("buffer");
  }

  Path answers() {
    return root.resolve("answers");
  }

  Path edge() {
    return root.resolve("edge");
  }

  Path logs() {
    return root.resolve("logs");
  }

  /** Gives the folder free. */
  @Override
  public void close() throws IOException {
    try (owner) {
      if (output != owner) {
        output.close();
      }
    }
  }
}
