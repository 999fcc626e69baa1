package io.seamark.bench;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.json.JsonMapper;
import io.seamark.cli.CommonOptions.Workplace;
import io.seamark.cli.Seamark;
import io.seamark.cli.Table;
import io.seamark.durable.DurableFiles;
import io.seamark.durable.OutputFolder;
import io.seamark.knowledge.training.RoundSettings;
import io.seamark.plugin.PluginKind;
import io.seamark.report.CurvePicture;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.LocalDateTime;
import java.time.ZoneId;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.UUID;
import java.util.function.Consumer;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Runs the cases of a job. A case's result is saved, whole or not at all, before the next begins; a
 * case that has a result is not run again, one that was cut off starts anew in its folder.
 */
public final class Bench {
  private static final JsonMapper JSON =
      JsonMapper.builder().disable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES).build();
  private static final String RESULT = "result.json";
  private static final String KEY = "case.json";

  /** What a kill leaves of a file that was being written. */
  static final Pattern UNFINISHED = Pattern.compile("(.*/)?\\.seamark-[0-9a-f]{32}\\.new");

  /** The kinds that take part. */
  static final List<PluginKind<?>> KINDS =
      List.of(
          PluginKind.TASK_ALLOCATION,
          PluginKind.BASEMODEL,
          PluginKind.BASEMODEL_TRAINING,
          PluginKind.INFERENCE_INTEGRATE,
          PluginKind.HARD_EXAMPLE_MINING,
          PluginKind.UNSEEN_SAMPLE_RE_RECOGNITION,
          PluginKind.UNSEEN_TASK_ALLOCATION,
          PluginKind.UNSEEN_TASK_PROCESSING,
          PluginKind.MASK_GENERATOR,
          PluginKind.MASK_FUSION,
          PluginKind.REPLAY_POLICY,
          PluginKind.TASK_DEFINITION,
          PluginKind.TASK_RELATIONSHIP_DISCOVERY,
          PluginKind.TASK_REMODELING,
          PluginKind.TASK_UPDATE_DECISION,
          PluginKind.METRIC);

  private final IanvsJob job;
  private final OutputFolder folder;
  private final RankFiles ranks;
  private final boolean fresh;
  private final boolean curve;
  private final Consumer<String> log;
  private int kept;
  private final List<String> failed = new ArrayList<>();

  /**
   * A bench.
   *
   * @param job what to run
   * @param folder the job's, {@code workspace/name}
   * @param fresh whether cases that have a result are run again
   * @param curve whether the sweep over the upload share is made, for which the cloud answers every
   *     test frame of a case that mines
   * @param log told what happens, a line at a time
   */
  public Bench(
      IanvsJob job, OutputFolder folder, boolean fresh, boolean curve, Consumer<String> log) {
    this.job = job;
    this.folder = folder;
    this.ranks = new RankFiles(folder, job.rank(), log);
    this.fresh = fresh;
    this.curve = curve;
    this.log = log;
  }

  /**
   * A case with its plugins.
   *
   * @param test the case
   * @param workplace configured for it
   * @param model it starts from
   * @param learning how it trains where the case says nothing
   */
  public record Prepared(TestCase test, Workplace workplace, Path model, RoundSettings learning) {
    /**
     * A case with its plugins, and the learner's settings from its configuration.
     *
     * @param test the case
     * @param workplace configured for it
     * @param model it starts from
     * @return ready to be run
     * @throws IllegalArgumentException with one line for each wrong setting
     */
    public static Prepared of(TestCase test, Workplace workplace, Path model) {
      return new Prepared(
          test,
          workplace,
          model,
          RoundTrainer.configured(workplace::setting, workplace.seed(), workplace.threads()));
    }
  }

  /**
   * Number of cases whose results were there already.
   *
   * @return 0 before {@link #run}
   */
  public int kept() {
    return kept;
  }

  /**
   * The cases that failed.
   *
   * @return one line each
   */
  public List<String> failed() {
    return List.copyOf(failed);
  }

  /**
   * Runs the cases that have no result yet, each once however often the job names it.
   *
   * @param cases all of the job's
   * @return the results of those that did not fail, in that order
   * @throws IOException if results cannot be read or written
   */
  public List<CaseResult> run(List<Prepared> cases) throws IOException {
    ranks.check();
    List<CaseResult> results = new ArrayList<>();
    Set<String> seen = new HashSet<>();
    Map<Path, String> digests = new LinkedHashMap<>();
    for (int i = 0; i < cases.size(); i++) {
      Prepared prepared = cases.get(i);
      String title = "case " + (i + 1) + "/" + cases.size() + " " + prepared.test().algorithm();
      Path place = folder.path().resolve(prepared.test().algorithm());
      String key = key(prepared, digests);
      if (!seen.add(key)) {
        log.accept(title + ": the same as an earlier one, not run again");
        continue;
      }
      Found found = find(place, key);
      if (found.result() != null && !fresh) {
        log.accept(title + ": finished before, kept");
        kept++;
        results.add(found.result());
        continue;
      }
      Path unfinished = found.unfinished();
      String own =
          unfinished == null ? UUID.randomUUID().toString() : unfinished.getFileName().toString();
      CaseFolder ownFolder = new CaseFolder(folder, prepared.test().algorithm() + "/" + own);
      ownFolder.write(
          KEY,
          JSON.writeValueAsBytes(Map.of("key", key, "case", prepared.test().hyperparameters())));
      log.accept(title + ": " + describe(prepared.test()));
      forgetPeak();
      Consumer<String> inner = line -> log.accept(title + ": " + line);
      try (Paradigm paradigm =
          new Paradigm(
              job,
              prepared.test(),
              prepared.workplace(),
              prepared.model(),
              prepared.learning(),
              ownFolder,
              curve,
              inner)) {
        Paradigm.Played played = paradigm.play();
        CaseResult result = result(prepared, key, ownFolder.path(), played);
        ownFolder.write(RESULT, JSON.writeValueAsBytes(result));
        noNumbers(result.metrics(), inner);
        results.add(result);
      } catch (IOException | RuntimeException e) {
        String failure = title + " failed: " + Seamark.message(e);
        log.accept(failure);
        failed.add(failure);
      }
    }
    return results;
  }

  /** What is no number is no number in JSON either. */
  private static @Nullable Object known(@Nullable Object value) {
    if (value instanceof Double d) {
      return Double.isFinite(d) ? d : null;
    }
    if (value instanceof Map<?, ?> map) {
      Map<String, @Nullable Object> copy = new LinkedHashMap<>();
      map.forEach((name, each) -> copy.put(String.valueOf(name), known(each)));
      return copy;
    }
    if (value instanceof List<?> list) {
      List<@Nullable Object> copy = new ArrayList<>();
      list.forEach(each -> copy.add(known(each)));
      return copy;
    }
    return value;
  }

  private static boolean whole(@Nullable Object value) {
    return value instanceof Map<?, ?> map
        ? map.values().stream().allMatch(Bench::whole)
        : value instanceof List<?> list ? list.stream().allMatch(Bench::whole) : value != null;
  }

  private static void noNumbers(Map<String, ?> metrics, Consumer<String> log) {
    List<String> names =
        metrics.entrySet().stream()
            .filter(metric -> !whole(metric.getValue()))
            .map(Map.Entry::getKey)
            .toList();
    if (!names.isEmpty()) {
      log.accept(
          String.join(", ", names)
              + (names.size() > 1 ? " have" : " has")
              + " places without a number: in some round no readable frame of the index, or of a"
              + " task in it, has a label of one of the model's classes");
    }
  }

  private static String describe(TestCase test) {
    return test.modules() + " " + test.hyperparameters();
  }

  private CaseResult result(Prepared prepared, String key, Path folder, Paradigm.Played played) {
    TestCase test = prepared.test();
    Map<String, String> modules = new LinkedHashMap<>(test.modules());
    var plugins = prepared.workplace().plugins();
    if (job.mode() != IanvsJob.Mode.NO_INFERENCE) {
      modules.putIfAbsent(ModuleNames.RECOGNITION, plugins.name(PluginKind.HARD_EXAMPLE_MINING));
    }
    Map<String, String> effective = new LinkedHashMap<>();
    for (PluginKind<?> kind : KINDS) {
      if (!kind.equals(PluginKind.TASK_UPDATE_DECISION) || test.training().gate()) {
        effective.putAll(plugins.effective(kind));
      }
    }
    Map<String, @Nullable Object> metrics = new LinkedHashMap<>();
    played.metrics().forEach((name, value) -> metrics.put(name, known(value)));
    boolean swept = played.sweep().stream().allMatch(Double::isFinite);
    StringBuilder miner = new StringBuilder(plugins.name(PluginKind.HARD_EXAMPLE_MINING));
    test.hyperparameters()
        .forEach(
            (name, value) -> {
              if (name.startsWith(ModuleNames.RECOGNITION + "-")) {
                miner
                    .append(' ')
                    .append(name.substring(ModuleNames.RECOGNITION.length() + 1))
                    .append('=')
                    .append(value);
              }
            });
    return new CaseResult(
        key,
        test.algorithm(),
        metrics,
        TestCases.PARADIGM,
        modules,
        test.hyperparameters(),
        effective,
        LocalDateTime.now(ZoneId.systemDefault())
            .format(DateTimeFormatter.ofPattern("yyyy-MM-dd HH:mm:ss", Locale.ROOT)),
        folder.toString(),
        miner.toString(),
        swept ? played.sweep() : List.of(),
        Double.isFinite(played.uploadShare()) ? played.uploadShare() : null,
        played.notes());
  }

  /**
   * Writes rank files and picture.
   *
   * @param results of {@link #run}
   * @return the selected rows as a table to print
   * @throws IOException if they cannot be written
   */
  public Table rank(List<CaseResult> results) throws IOException {
    Table table = ranks.write(results);
    CurvePicture picture =
        new CurvePicture(
            "Accuracy over upload share",
            "share of test frames answered by the cloud, hardest first",
            "mean IoU of the system");
    boolean any = false;
    for (CaseResult result : results) {
      Double share = result.uploadShare();
      if (!result.sweep().isEmpty() && share != null) {
        any = true;
        picture.curve(
            result.algorithm() + " " + result.miner(),
            result.sweep().stream().mapToDouble(Double::doubleValue).toArray(),
            share,
            result.sweep().get((int) Math.round(share * (result.sweep().size() - 1))));
      }
    }
    if (any) {
      String svg;
      try {
        svg = picture.svg();
      } catch (IOException e) {
        // The files of figures stand by themselves.
        log.accept("no picture of the upload curve: " + e.getMessage());
        return table;
      }
      ranks.curve(svg);
    }
    return table;
  }

  private record Found(@Nullable CaseResult result, @Nullable Path unfinished) {}

  /** The newest finished case with a key, and a folder in which one was cut off. */
  private Found find(Path place, String key) throws IOException {
    if (!Files.isDirectory(place)) {
      return new Found(null, null);
    }
    CaseResult newest = null;
    Path unfinished = null;
    List<Path> folders;
    try (Stream<Path> all = Files.list(place)) {
      folders = all.filter(Files::isDirectory).sorted().toList();
    }
    for (Path folder : folders) {
      Path keyFile = folder.resolve(KEY);
      Path resultFile = folder.resolve(RESULT);
      try {
        if (Files.isRegularFile(resultFile)) {
          CaseResult result = JSON.readValue(Files.readAllBytes(resultFile), CaseResult.class);
          if (result.key().equals(key)
              && (newest == null || newest.time().compareTo(result.time()) < 0)) {
            newest = result;
          }
        } else if (Files.isRegularFile(keyFile)
            && key.equals(
                Optional.ofNullable(JSON.readTree(Files.readAllBytes(keyFile)).get("key"))
                    .map(node -> node.asText())
                    .orElse(""))
            && mayReplace(folder)) {
          unfinished = folder;
        }
      } catch (JsonProcessingException e) {
        throw new IOException(
            folder + " holds no result of this version: " + e.getOriginalMessage(), e);
      }
    }
    return new Found(newest, unfinished);
  }

  /** A case that was cut off where a person has put or changed a file starts elsewhere. */
  private boolean mayReplace(Path unfinished) throws IOException {
    List<String> names;
    try (Stream<Path> files = Files.walk(unfinished)) {
      names =
          files
              .filter(file -> !Files.isDirectory(file, LinkOption.NOFOLLOW_LINKS))
              .map(file -> folder.path().relativize(file).toString())
              .filter(name -> !UNFINISHED.matcher(name).matches())
              .toList();
    }
    try {
      folder.check(names);
      return true;
    } catch (IllegalArgumentException e) {
      log.accept("started anew, since " + e.getMessage());
      return false;
    }
  }

  /** Digest of everything that decides a case's result: files, modules, values, seed. */
  private String key(Prepared prepared, Map<Path, String> digests) throws IOException {
    TestCase test = prepared.test();
    Map<String, Object> facts = new TreeMap<>();
    facts.put("train", digest(job.train().file(), digests));
    facts.put("test", digest(job.test().file(), digests));
    facts.put("model", digest(prepared.model(), digests));
    facts.put("mode", job.mode());
    facts.put("metrics", job.metrics());
    facts.put("rounds", job.rounds());
    facts.put("modules", test.modules());
    facts.put("hyperparameters", test.hyperparameters());
    facts.put("splitting", test.splitting());
    facts.put("ratio", test.trainRatio());
    facts.put("training", test.training().toString());
    facts.put("learning", prepared.learning().toString());
    facts.put("curve", curve);
    facts.put("seed", prepared.workplace().seed());
    for (PluginKind<?> kind : KINDS) {
      facts.put(kind.id(), prepared.workplace().plugins().effective(kind));
    }
    return DurableFiles.sha256(JSON.writeValueAsBytes(facts));
  }

  private static String digest(Path file, Map<Path, String> digests) throws IOException {
    String known = digests.get(file);
    if (known == null) {
      known = DurableFiles.sha256(file);
      digests.put(file, known);
    }
    return known;
  }

  /** The most memory of a case should not be an earlier case's; Linux can forget it. */
  private static void forgetPeak() {
    Path clear = Path.of("/proc/self/clear_refs");
    try {
      if (Files.isWritable(clear)) {
        Files.writeString(clear, "5", StandardOpenOption.WRITE);
      }
    } catch (IOException e) {
      // Then it is the peak since the start of the job.
    }
  }
}
