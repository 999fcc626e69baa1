package io.seamark.integration;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.seamark.bench.ExampleJob;
import io.seamark.buffer.ReplayBuffer;
import io.seamark.durable.DurableFiles;
import io.seamark.network.Safetensors;
import java.awt.image.BufferedImage;
import java.io.BufferedReader;
import java.io.File;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import java.util.UUID;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import javax.imageio.ImageIO;

/**
 * Random kills, full disks and second starts while {@code predict}, {@code edge}, {@code bench} and
 * {@code run} write, on tiny inputs, among files of a person: images, labels, notes in folders for
 * results, results of former runs. After each round every file that was there before is held
 * against its digest, whatever has a final name is decoded, and processes are looked for that
 * outlived the one that started them.
 *
 * <p>A full disk is a small tmpfs where that may be mounted, and a limit on the size of files
 * elsewhere. Most uses of {@code predict} and {@code edge} are of a process that has run some
 * before, so that a round takes no start of Java and a kill falls into the work; the rest are
 * processes of their own. As a main class: {@code --rounds N --seconds N --seed N --only VERB}.
 */
final class Havoc implements AutoCloseable {
  /** The environment variable by which a process and all that it starts are known. */
  static final String ROUND = "SEAMARK_HAVOC_ROUND";

  private static final Duration LIMIT = Duration.ofMinutes(10);
  private static final Duration AFTERMATH = Duration.ofSeconds(90);

  /** After a kill Java has to start again, so there are fewer of these. */
  private static final List<Kind> CHANCES =
      Stream.of(
              Stream.of(Kind.KILL),
              Stream.generate(() -> Kind.FULL_DISK).limit(4),
              Stream.generate(() -> Kind.SECOND_START).limit(3))
          .flatMap(kinds -> kinds)
          .toList();

  /** So many rounds are of the verbs that take little time. */
  private static final int QUICK = 45;

  /** One use in so many is a process of its own. */
  private static final int COLD = 20;

  private static final int IMAGES = 5;
  private static final ObjectMapper JSON = new ObjectMapper();

  private final Path world;
  private final Path results;
  private final Random random;
  private final long seed;
  private final String only;
  private final boolean mounts;
  private final List<String> faults = new ArrayList<>();
  private final Map<String, Map<Kind, Integer>> counts = new TreeMap<>();
  private final Map<String, Long> spent = new HashMap<>();
  private final Map<Path, String> decoded = new HashMap<>();
  private final Set<Path> persons = new HashSet<>();
  private final ExecutorService readers = Executors.newCachedThreadPool();
  private final Deque<Server> idle = new ArrayDeque<>();
  private int rounds;
  private int watched;

  /** What goes wrong in a round. */
  private enum Kind {
    KILL("kills"),
    FULL_DISK("full disks"),
    SECOND_START("second starts");

    private final String text;

    Kind(String text) {
      this.text = text;
    }
  }

  /**
   * One use of a verb.
   *
   * @param verb its name
   * @param out the folder that it may write to
   * @param arguments of the command line
   * @param replaces whether a former run in the folder is to be replaced
   */
  private record Use(String verb, Path out, List<String> arguments, boolean replaces) {}

  /** A use of a verb that has begun. */
  private sealed interface Running permits Started, Served {
    /** Whether it ended within so many milliseconds. */
    boolean ended(long milliseconds) throws Exception;

    /** As {@code kill -9}. */
    void kill() throws Exception;

    int exit() throws Exception;

    String errors() throws Exception;
  }

  /** In a process of its own. */
  private record Started(Process process, Path console) implements Running {
    @Override
    public boolean ended(long milliseconds) throws InterruptedException {
      return process.waitFor(milliseconds, TimeUnit.MILLISECONDS);
    }

    @Override
    public void kill() throws InterruptedException {
      process.destroyForcibly().waitFor();
    }

    @Override
    public int exit() {
      return process.exitValue();
    }

    @Override
    public String errors() throws IOException {
      return Files.readString(console);
    }
  }

  /** By one that runs command lines. */
  private record Served(Server server, Future<JsonNode> result) implements Running {
    @Override
    public boolean ended(long milliseconds) throws Exception {
      try {
        result.get(milliseconds, TimeUnit.MILLISECONDS);
        return true;
      } catch (TimeoutException e) {
        return false;
      }
    }

    @Override
    public void kill() throws InterruptedException {
      server.process.destroyForcibly().waitFor();
    }

    @Override
    public int exit() throws Exception {
      return result.get().path("status").asInt();
    }

    @Override
    public String errors() throws Exception {
      return result.get().path("err").asText();
    }
  }

  /** A process that runs {@link CommandLines}. */
  private record Server(Process process, BufferedReader answers) {
    Running begin(Use use, ExecutorService readers) throws IOException {
      byte[] line = (JSON.writeValueAsString(use.arguments()) + "\n").getBytes(UTF_8);
      process.getOutputStream().write(line);
      process.getOutputStream().flush();
      return new Served(
          this,
          readers.submit(
              () -> {
                String answer = answers.readLine();
                if (answer == null) {
                  throw new IOException("the process ended with status " + process.waitFor());
                }
                return JSON.readTree(answer);
              }));
    }
  }

  /**
   * Makes the inputs.
   *
   * @param folder new or empty
   * @param seed of every choice
   * @param only verb that is used; empty for all
   */
  Havoc(Path folder, long seed, String only) throws IOException {
    this.only = only;
    this.world = Files.createDirectories(folder.resolve("world"));
    this.results = Files.createDirectories(world.resolve("results"));
    this.seed = seed;
    this.random = new Random(seed);
    this.mounts = mounts(Files.createDirectories(world.resolve("disk")));
    images();
    Path job = new ExampleJob(96, 64, 4).write(world.resolve("job"));
    String text = Files.readString(job);
    Files.writeString(
        job,
        text.replace(
            world.resolve("job/workspace").toString(), results.resolve("bench").toString()));
  }

  private void images() throws IOException {
    Path images = Files.createDirectories(world.resolve("images"));
    Path labels = Files.createDirectories(world.resolve("labels"));
    for (int i = 0; i < IMAGES; i++) {
      BufferedImage image = new BufferedImage(96, 64, BufferedImage.TYPE_INT_RGB);
      BufferedImage label = new BufferedImage(96, 64, BufferedImage.TYPE_BYTE_GRAY);
      for (int p = 0; p < 96 * 64; p++) {
        image.setRGB(p % 96, p / 96, (p * 2_654_435 + i * 977) & 0xFFFFFF);
        label.getRaster().setSample(p % 96, p / 96, 0, p / 96 < 32 ? i % 3 : 1);
      }
      ImageIO.write(image, i % 2 == 0 ? "png" : "jpg", file(images, i).toFile());
      ImageIO.write(label, "png", labels.resolve("a" + i + ".png").toFile());
    }
  }

  private static Path file(Path images, int i) {
    return images.resolve("a" + i + (i % 2 == 0 ? ".png" : ".jpg"));
  }

  /**
   * Plays rounds.
   *
   * @param most rounds
   * @param limit no round begins after this time
   */
  void play(int most, Duration limit) throws Exception {
    long end = System.nanoTime() + limit.toNanos();
    while (rounds < most && System.nanoTime() < end) {
      round();
      rounds++;
    }
  }

  /** What was lost, changed, cut or left behind, a line each. */
  List<String> faults() {
    return List.copyOf(faults);
  }

  int rounds() {
    return rounds;
  }

  /** What was done, in one line. */
  String summary() {
    return String.format(
        Locale.ROOT,
        "%d rounds (seed %d, full disks by %s): %s; %d files watched, %d faults",
        rounds,
        seed,
        mounts ? "tmpfs" : "file size",
        counts.entrySet().stream()
            .map(
                verb ->
                    verb.getKey()
                        + " "
                        + verb.getValue().entrySet().stream()
                            .map(kind -> kind.getValue() + " " + kind.getKey().text)
                            .collect(Collectors.joining(", ", "(", ")")))
            .collect(Collectors.joining(", ")),
        watched,
        faults.size());
  }

  private void round() throws Exception {
    long begin = System.nanoTime();
    Kind kind = CHANCES.get(random.nextInt(CHANCES.size()));
    Path disk = kind == Kind.FULL_DISK && mounts ? world.resolve("disk") : null;
    String verb = verb();
    if (disk != null) {
      mount(disk, verb);
    }
    try {
      Use use = use(verb, disk == null ? results : disk);
      plant(use, disk != null);
      Map<Path, String> before = digests();
      // Of a run that answered no frame nothing needs to stay.
      boolean hadResults = !use.verb().equals("run") || begun(use.out());
      watched = Math.max(watched, before.size());
      String id = UUID.randomUUID().toString();
      String said =
          switch (kind) {
            case KILL -> kill(use, id);
            case FULL_DISK -> fullDisk(use, id, disk != null);
            case SECOND_START -> secondStart(use, id);
          };
      String title = "round " + rounds + ", " + kind + " " + use.arguments() + ": ";
      survivors(id).forEach(left -> faults.add(title + "process left behind: " + left));
      compare(title, use, before, hadResults);
      decode(title);
      if (!said.isEmpty()) {
        faults.add(title + said);
      }
      counts.computeIfAbsent(verb, v -> new TreeMap<>()).merge(kind, 1, Integer::sum);
      if (use.verb().equals("predict") && use.out().startsWith(results) && random.nextInt(4) == 0) {
        // Now and then from nothing.
        delete(use.out());
      }
    } finally {
      if (disk != null) {
        unmount(disk);
      }
      persons.removeIf(file -> !Files.exists(file));
      delete(world.resolve("tmp"));
      spent.merge(verb, System.nanoTime() - begin, Long::sum);
    }
  }

  private String verb() {
    return only.isEmpty() ? anyVerb() : only;
  }

  /**
   * Two servers take their time to start, and a case to train, so these two verbs get a share of
   * the time and not of the rounds, and wait for the first of these.
   */
  private String anyVerb() {
    long all = rounds < QUICK ? 0 : spent.values().stream().mapToLong(Long::longValue).sum();
    if (spent.getOrDefault("run", 0L) < all / 8) {
      return "run";
    }
    if (spent.getOrDefault("bench", 0L) < all / 16) {
      return "bench";
    }
    return random.nextBoolean() ? "predict" : "edge";
  }

  private Use use(String verb, Path place) {
    Path images = world.resolve("images");
    Path labels = world.resolve("labels");
    switch (verb) {
      case "predict" -> {
        int where = random.nextInt(10);
        Path out =
            where == 0 ? labels : where == 1 ? images : place.resolve("predict-" + where % 3);
        return new Use(
            verb,
            out,
            command(
                verb,
                "--images",
                images,
                "--labels",
                labels,
                "--hem",
                "score_margin",
                "--threads",
                "1",
                out),
            false);
      }
      case "edge" -> {
        Path out = random.nextInt(20) == 0 ? images : place.resolve("edge-" + random.nextInt(3));
        return new Use(verb, out, command(verb, "--source", images, "--threads", "1", out), false);
      }
      case "bench" -> {
        Path job = world.resolve("job/benchmarkingjob.yaml");
        List<String> arguments =
            new ArrayList<>(
                List.of(
                    verb,
                    job.toString(),
                    "--no-curve",
                    "--set",
                    "mask_generator.segment_anything.points-per-side=2"));
        if (random.nextBoolean()) {
          arguments.add("--fresh");
        }
        return new Use(verb, place.resolve("bench"), arguments, false);
      }
      default -> {
        Path out = place.resolve("run");
        boolean replaces = random.nextInt(3) > 0;
        List<String> arguments =
            new ArrayList<>(
                command(
                    verb,
                    "--source",
                    images,
                    "--frames",
                    "2",
                    "--retain",
                    "none",
                    "--wait",
                    "60",
                    "--set",
                    "seamark.training.steps=1",
                    out));
        if (replaces) {
          arguments.add("--overwrite");
        }
        return new Use(verb, out, arguments, replaces);
      }
    }
  }

  /** The last one is the folder for results. */
  private static List<String> command(String verb, Object... arguments) {
    List<String> all = new ArrayList<>(List.of(verb));
    for (int i = 0; i < arguments.length - 1; i++) {
      all.add(arguments[i].toString());
    }
    all.add("--out");
    all.add(arguments[arguments.length - 1].toString());
    return all;
  }

  /** Puts a person's files where results go: beside them, and under a name that they will need. */
  private void plant(Use use, boolean emptyDisk) throws IOException {
    Path out = use.out();
    if (use.verb().equals("bench") && emptyDisk) {
      // Its workspace is in the job's file.
      Path job = world.resolve("job/benchmarkingjob.yaml");
      String text = Files.readString(job);
      Files.writeString(
          job.resolveSibling("disk.yaml"),
          text.replace(results.resolve("bench").toString(), out.toString()));
      use.arguments().set(1, job.resolveSibling("disk.yaml").toString());
    }
    if (out.startsWith(world.resolve("images")) || out.startsWith(world.resolve("labels"))) {
      return;
    }
    boolean there = Files.isDirectory(out);
    int what = random.nextInt(6);
    if (what < 2 && (there || !use.verb().equals("run"))) {
      person(out.resolve("notes-" + random.nextInt(3) + ".txt"));
    } else if (what == 2 && !there && use.verb().equals("predict")) {
      person(out.resolve("a" + random.nextInt(IMAGES) + ".png"));
    } else if (what == 3 && !there && use.verb().equals("edge")) {
      person(out.resolve("answers/a" + random.nextInt(IMAGES) + ".png"));
    } else if (what == 4 && use.verb().equals("bench")) {
      person(out.resolve("street/notes.txt"));
    } else if (what == 5 && there && use.verb().equals("run")) {
      person(out.resolve("models/notes.txt"));
    }
  }

  private void person(Path file) throws IOException {
    if (Files.exists(file)) {
      return;
    }
    try {
      Files.createDirectories(file.resolveSibling(""));
      if (file.toString().endsWith(".png")) {
        Files.copy(world.resolve("labels/a0.png"), file);
      } else {
        Files.writeString(file, "a person's, " + random.nextLong() + "\n");
      }
      persons.add(file);
    } catch (IOException e) {
      // The disk was full before.
      Files.deleteIfExists(file);
    }
  }

  private String kill(Use use, String id) throws Exception {
    Running running = begin(use, id);
    // Most of what a verb does comes after the start of its Java.
    long moment = (long) (random.nextDouble() * usual(use, running));
    if (!running.ended(moment)) {
      running.kill();
      return "";
    }
    String said = ended(use, running, false);
    done(running);
    return said;
  }

  private final Map<String, Long> durations = new HashMap<>();

  private static String way(Use use, Running running) {
    return use.verb() + (running instanceof Served ? " served" : "");
  }

  /** How long the verb took at most, in milliseconds. */
  private long usual(Use use, Running running) {
    return durations.getOrDefault(
        way(use, running),
        running instanceof Served
            ? 400L
            : use.verb().equals("run") ? 60_000 : use.verb().equals("bench") ? 20_000 : 4000);
  }

  private String fullDisk(Use use, String id, boolean mounted) throws Exception {
    Running running = mounted ? begin(use, id) : start(use, id, 1 << random.nextInt(18));
    String said = await(running, use);
    if (said.isEmpty()) {
      said = ended(use, running, true);
      done(running);
    }
    return said;
  }

  private String secondStart(Use use, String id) throws Exception {
    long begin = System.nanoTime();
    Running first = begin(use, id);
    first.ended((long) (random.nextDouble() * usual(use, first)));
    Running second = begin(use, id);
    String said = await(first, use) + await(second, use);
    if (!said.isEmpty()) {
      return said;
    }
    if (first instanceof Served == second instanceof Served) {
      long took = (System.nanoTime() - begin) / 1_000_000;
      durations.merge(way(use, first), took, Math::min);
    }
    String firstSaid = ended(use, first, false);
    String secondSaid = ended(use, second, false);
    // Whoever came later is refused or finds it done; the other one is not harmed.
    boolean bothFailed = first.exit() != 0 && second.exit() != 0 && !refusable(use);
    done(first);
    done(second);
    if (bothFailed) {
      return "both failed: " + first.errors().strip() + "; " + second.errors().strip();
    }
    return firstSaid + secondSaid;
  }

  private String await(Running running, Use use) throws Exception {
    if (running.ended(LIMIT.toMillis())) {
      return "";
    }
    running.kill();
    return use.verb() + " did not end within " + LIMIT;
  }

  /** Whether it may be refused for what is in its folder. */
  private boolean refusable(Use use) {
    return (!use.replaces() && use.verb().equals("run"))
        || use.out().startsWith(world.resolve("images"))
        || use.out().startsWith(world.resolve("labels"))
        || persons.stream().anyMatch(file -> file.startsWith(use.out()));
  }

  /** Nothing, or what was wrong about how it ended. */
  private static String ended(Use use, Running running, boolean fullDisk) throws Exception {
    int exit = running.exit();
    String errors = running.errors();
    if (errors.contains("\tat ")) {
      return "a stack trace: " + errors;
    }
    if (exit == 0 || exit == 2 || (exit == 1 && fullDisk)) {
      return "";
    }
    return use.verb() + " exit " + exit + ": " + errors.strip();
  }

  private final Deque<Path> consoles = new ArrayDeque<>();

  /** Mostly in a process that is there already, where the verb is one that starts no others. */
  private Running begin(Use use, String id) throws Exception {
    boolean small = use.verb().equals("predict") || use.verb().equals("edge");
    if (!small || random.nextInt(COLD) == 0) {
      return start(use, id, 0);
    }
    Server server = idle.poll();
    return (server == null ? server() : server).begin(use, readers);
  }

  private void done(Running running) {
    if (running instanceof Served served && served.server().process().isAlive()) {
      idle.push(served.server());
    }
  }

  /** Most of the time that starting one takes goes to loading classes, so these are archived. */
  private Server server() throws Exception {
    Path archive = world.resolveSibling("classes.jsa");
    if (!Files.exists(archive)) {
      Server first = server("-XX:ArchiveClassesAtExit=" + archive);
      Path out = world.resolveSibling("first");
      Use use =
          new Use(
              "predict", out, command("predict", "--images", world.resolve("images"), out), false);
      first.begin(use, readers).ended(LIMIT.toMillis());
      first.process().getOutputStream().close();
      first.process().waitFor();
    }
    return server("-XX:SharedArchiveFile=" + archive);
  }

  private Server server(String option) throws IOException {
    Path temporary = Files.createDirectories(world.resolveSibling("tmp"));
    // What Java itself has to say would go to standard output.
    String options = options(temporary) + " -Xlog:disable " + option;
    Process process =
        new ProcessBuilder(CommandLines.java(options.split(" ")))
            .directory(world.toFile())
            .redirectError(new File("/dev/null"))
            .start();
    return new Server(process, process.inputReader(UTF_8));
  }

  private static String options(Path temporary) {
    return "-Djava.io.tmpdir=" + temporary + " -XX:-UsePerfData -XX:TieredStopAtLevel=1";
  }

  private Started start(Use use, String id, int blocks) throws IOException {
    Path temporary = Files.createDirectories(world.resolve("tmp"));
    Path console = Files.createTempFile(world.resolveSibling(""), "console", ".txt");
    List<String> command = new ArrayList<>();
    if (blocks > 0) {
      // Files of so many blocks of 512 bytes at most; what comes after fails as on a full disk.
      command.addAll(List.of("/bin/sh", "-c", "ulimit -f " + blocks + "; exec \"$@\"", "sh"));
    }
    command.add(Seamark.HOME.resolve("bin/seamark").toString());
    command.addAll(use.arguments());
    ProcessBuilder builder =
        new ProcessBuilder(command)
            .directory(world.toFile())
            .redirectOutput(new File("/dev/null"))
            .redirectError(console.toFile());
    Map<String, String> variables = builder.environment();
    variables.put(ROUND, id);
    variables.put("SEAMARK_JAVA_OPTS", options(temporary));
    variables.put("JVM_ARGS", options(temporary));
    Process process = builder.start();
    consoles.add(console);
    if (consoles.size() > 4) {
      Files.deleteIfExists(consoles.remove());
    }
    return new Started(process, console);
  }

  /** Ends the processes that wait for more. */
  @Override
  public void close() {
    idle.forEach(server -> server.process().destroyForcibly());
    readers.shutdownNow();
  }

  /** Processes of the round that still live when those that clean up had time to. */
  static List<String> survivors(String id) {
    long end = System.nanoTime() + AFTERMATH.toNanos();
    List<String> left = living(id);
    while (!left.isEmpty() && System.nanoTime() < end) {
      LockSupport.parkNanos(50_000_000);
      left = living(id);
    }
    return left;
  }

  /** Number and command of each process that has the id in its environment. */
  static List<String> living(String id) {
    List<String> living = new ArrayList<>();
    for (ProcessHandle process : ProcessHandle.allProcesses().toList()) {
      try {
        Path environment = Path.of("/proc", Long.toString(process.pid()), "environ");
        String text = new String(Files.readAllBytes(environment), StandardCharsets.ISO_8859_1);
        if (text.contains(ROUND + "=" + id)) {
          living.add(process.pid() + " " + process.info().command().orElse(""));
        }
      } catch (IOException e) {
        // It has ended, or is another user's.
      }
    }
    return living;
  }

  private Map<Path, String> digests() throws IOException {
    Map<Path, String> digests = new TreeMap<>();
    for (Path file : files()) {
      digests.put(file, DurableFiles.sha256(file));
    }
    return digests;
  }

  private List<Path> files() throws IOException {
    List<Path> files = new ArrayList<>();
    Files.walkFileTree(
        world,
        new SimpleFileVisitor<>() {
          @Override
          public FileVisitResult preVisitDirectory(Path folder, BasicFileAttributes facts) {
            return folder.equals(world.resolve("tmp"))
                ? FileVisitResult.SKIP_SUBTREE
                : FileVisitResult.CONTINUE;
          }

          @Override
          public FileVisitResult visitFile(Path file, BasicFileAttributes facts) {
            files.add(file);
            return FileVisitResult.CONTINUE;
          }
        });
    return files;
  }

  /** A verb may replace its own results of before, and nothing else. */
  private void compare(String title, Use use, Map<Path, String> before, boolean hadResults)
      throws IOException {
    boolean formerMayGo = use.replaces() && replaced(use.out());
    for (Map.Entry<Path, String> file : before.entrySet()) {
      Path path = file.getKey();
      boolean own = path.startsWith(use.out()) && !persons.contains(path) && ownResults(use);
      if (use.verb().equals("run") && path.startsWith(use.out()) && !persons.contains(path)) {
        own = formerMayGo || hidden(use.out().relativize(path)) || !hadResults;
      } else if (use.verb().equals("bench")
          && path.getFileName().toString().equals("result.json")) {
        own = false;
      }
      if (own) {
        continue;
      }
      if (!Files.exists(path)) {
        faults.add(title + "lost " + path);
      } else if (!DurableFiles.sha256(path).equals(file.getValue())) {
        faults.add(title + "changed " + path);
      }
    }
  }

  private boolean ownResults(Use use) {
    return !use.out().equals(world.resolve("images")) && !use.out().equals(world.resolve("labels"));
  }

  private static boolean hidden(Path relative) {
    return relative.toString().startsWith(".");
  }

  /** Whether a run in a folder answered a frame. */
  private static boolean begun(Path out) throws IOException {
    Path mark = out.resolve(".seamark-run");
    return Files.isRegularFile(mark) && Files.readString(mark).contains("keeps its results");
  }

  /** Whether a new run has taken or is taking a former one's place. */
  private static boolean replaced(Path out) {
    Path fresh = out.resolve(".seamark-new");
    return Files.exists(fresh.resolve(".complete")) || !Files.isDirectory(fresh);
  }

  /** Everything that has a final name is whole. */
  private void decode(String title) throws IOException {
    for (Path file : files()) {
      String name = file.getFileName().toString();
      BasicFileAttributes facts = Files.readAttributes(file, BasicFileAttributes.class);
      String state = facts.size() + " " + facts.lastModifiedTime();
      if (name.startsWith(".") || state.equals(decoded.get(file))) {
        continue;
      }
      try {
        if (name.endsWith(".png")) {
          if (ImageIO.read(file.toFile()) == null) {
            throw new IOException("no PNG");
          }
        } else if (name.endsWith(".json")) {
          if (!new ObjectMapper().readTree(file.toFile()).isContainerNode()) {
            throw new IOException("no object");
          }
        } else if (name.endsWith(".safetensors")) {
          Safetensors.read(file);
        } else if (name.endsWith(".html")) {
          if (!Files.readString(file).strip().endsWith("</html>")) {
            throw new IOException("no end");
          }
        } else if (name.endsWith(".arrow")) {
          try (ReplayBuffer buffer =
              ReplayBuffer.openReadOnly(Objects.requireNonNull(file.getParent()))) {
            List<String> damaged = buffer.verify();
            if (!damaged.isEmpty()) {
              throw new IOException(damaged.toString());
            }
          }
        } else {
          continue;
        }
        decoded.put(file, state);
      } catch (IOException | RuntimeException e) {
        faults.add(title + "cut or damaged " + file + ": " + e.getMessage());
      }
    }
  }

  private static boolean mounts(Path disk) throws IOException {
    return command("mount", "-t", "tmpfs", "-o", "size=64k", "tmpfs", disk.toString())
        && command("umount", disk.toString());
  }

  private void mount(Path disk, String verb) throws IOException {
    int kilobytes =
        switch (verb) {
          case "run" -> 200 + random.nextInt(40_000);
          case "bench" -> 16 + random.nextInt(8000);
          default -> 8 + 4 * random.nextInt(24);
        };
    if (!command(
        "mount", "-t", "tmpfs", "-o", "size=" + kilobytes + "k", "tmpfs", disk.toString())) {
      throw new IOException("no tmpfs on " + disk);
    }
  }

  private static void unmount(Path disk) throws IOException {
    if (!command("umount", disk.toString())) {
      throw new IOException(disk + " is still in use");
    }
  }

  private static boolean command(String... command) throws IOException {
    try {
      Process process =
          new ProcessBuilder(command)
              .redirectErrorStream(true)
              .redirectOutput(new File("/dev/null"))
              .start();
      return process.waitFor() == 0;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return false;
    } catch (IOException e) {
      return false;
    }
  }

  private static void delete(Path folder) throws IOException {
    if (!Files.isDirectory(folder)) {
      return;
    }
    try (Stream<Path> files = Files.walk(folder)) {
      for (Path file : files.sorted(java.util.Comparator.reverseOrder()).toList()) {
        Files.deleteIfExists(file);
      }
    }
  }

  /**
   * Plays by hand.
   *
   * @param arguments {@code --rounds N --seconds N --seed N --only VERB}
   */
  public static void main(String[] arguments) throws Exception {
    Map<String, String> values = new HashMap<>(Map.of("--rounds", "10000", "--seed", "1"));
    for (int i = 0; i + 1 < arguments.length; i += 2) {
      values.put(arguments[i], arguments[i + 1]);
    }
    if (arguments.length % 2 != 0
        || !List.of("--rounds", "--seconds", "--seed", "--only").containsAll(values.keySet())) {
      System.err.println(
          "usage: [--rounds N] [--seconds N] [--seed N] [--only VERB], but was "
              + Arrays.toString(arguments));
      System.exit(2);
    }
    Path folder = Files.createTempDirectory("seamark-havoc");
    Havoc havoc =
        new Havoc(folder, Long.parseLong(values.get("--seed")), values.getOrDefault("--only", ""));
    try (havoc) {
      havoc.play(
          Integer.parseInt(values.get("--rounds")),
          Duration.ofSeconds(Long.parseLong(values.getOrDefault("--seconds", "2592000"))));
    }
    havoc.faults().forEach(System.out::println);
    System.out.println(havoc.summary());
    if (havoc.faults().isEmpty()) {
      delete(folder);
    } else {
      System.out.println("kept: " + folder);
      System.exit(1);
    }
  }
}
