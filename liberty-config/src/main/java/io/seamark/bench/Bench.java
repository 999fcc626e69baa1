package io.seamark.bench;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.json.JsonMapper;
import io.seamark.cli.CommonOptions.Workplace;
import io.seamark.cli.Seamark;
import io.seamark.cli.Table;
import io.seamark.plugin.PluginKind;
import io.seamark.report.CurvePicture;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.LocalDateTime;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.UUID;
import java.util.function.Consumer;
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

  /** The kinds that take part. */
  static final List<PluginKind<?>> KINDS =
      List.of(
          PluginKind.TASK_ALLOCATION,
          PluginKind.BASEMODEL,
          PluginKind.INFERENCE_INTEGRATE,
          PluginKind.HARD_EXAMPLE_MINING,
          PluginKind.UNSEEN_SAMPLE_RE_RECOGNITION,
          PluginKind.UNSEEN_TASK_ALLOCATION,
          PluginKind.UNSEEN_TASK_PROCESSING,
          PluginKind.MASK_GENERATOR,
          PluginKind.MASK_FUSION,
          PluginKind.TASK_DEFINITION,
          PluginKind.TASK_RELATIONSHIP_DISCOVERY,
          PluginKind.TASK_REMODELING);

  private final IanvsJob job;
  private final boolean fresh;
  private final boolean curve;
  private final Consumer<String> log;
  private int kept;
  private final List<String> failed = new ArrayList<>();

  /**
   * A bench.
   *
   * @param job what to run
   * @param fresh whether cases that have a result are run again
   * @param curve whether the sweep over the upload share is made, for which the cloud answers every
   *     test frame of a case that mines
   * @param log told what happens, a line at a time
   */
  public Bench(IanvsJob job, boolean fresh, boolean curve, Consumer<String> log) {
    this.job = job;
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
   */
  public record Prepared(TestCase test, Workplace workplace, Path model) {}

  /**
   * The job's folder.
   *
   * @return {@code workspace/name}
   */
  public Path folder() {
    return job.workspace().resolve(job.name());
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
   * Runs the cases that have no result yet.
   *
   * @param cases all of the job's
   * @return the results of those that did not fail, in that order
   * @throws IOException if results cannot be read or written
   */
  public List<CaseResult> run(List<Prepared> cases) throws IOException {
    List<CaseResult> results = new ArrayList<>();
    Map<Path, String> digests = new LinkedHashMap<>();
    for (int i = 0; i < cases.size(); i++) {
      Prepared prepared = cases.get(i);
      String title = "case " + (i + 1) + "/" + cases.size() + " " + prepared.test().algorithm();
      Path place = folder().resolve(prepared.test().algorithm());
      String key = key(prepared, digests);
      Found found = find(place, key);
      if (found.result() != null && !fresh) {
        log.accept(title + ": finished before, kept");
        kept++;
        results.add(found.result());
        continue;
      }
      Path folder =
          found.unfinished() == null
              ? place.resolve(UUID.randomUUID().toString())
              : found.unfinished();
      Files.createDirectories(folder);
      replace(
          folder.resolve(KEY),
          JSON.writeValueAsBytes(Map.of("key", key, "case", prepared.test().hyperparameters())));
      log.accept(title + ": " + describe(prepared.test()));
      forgetPeak();
      Consumer<String> inner = line -> log.accept(title + ": " + line);
      try (Paradigm paradigm =
          new Paradigm(
              job, prepared.test(), prepared.workplace(), prepared.model(), folder, curve, inner)) {
        Paradigm.Played played = paradigm.play();
        CaseResult result = result(prepared, key, folder, played);
        replace(folder.resolve(RESULT), JSON.writeValueAsBytes(result));
        results.add(result);
      } catch (IOException | RuntimeException e) {
        String failure = title + " failed: " + Seamark.message(e);
        log.accept(failure);
        failed.add(failure);
      }
    }
    return results;
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
      effective.putAll(plugins.effective(kind));
    }
    Map<String, Object> metrics = new LinkedHashMap<>(played.metrics());
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
        LocalDateTime.now().format(DateTimeFormatter.ofPattern("yyyy-MM-dd HH:mm:ss", Locale.ROOT)),
        folder.toString(),
        miner.toString(),
        played.sweep(),
        played.uploadShare(),
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
    Path rank = folder().resolve("rank");
    Table table = new RankFiles(rank, job.rank()).write(results);
    CurvePicture picture =
        new CurvePicture(
            "Accuracy over upload share",
            "share of test frames answered by the cloud, hardest first",
            "mean IoU of the system");
    boolean any = false;
    for (CaseResult result : results) {
      if (!result.sweep().isEmpty()) {
        any = true;
        picture.curve(
            result.algorithm() + " " + result.miner(),
            result.sweep().stream().mapToDouble(Double::doubleValue).toArray(),
            result.uploadShare(),
            result
                .sweep()
                .get((int) Math.round(result.uploadShare() * (result.sweep().size() - 1))));
      }
    }
    if (any) {
      replace(rank.resolve("upload_curve.svg"), picture.svg().getBytes(StandardCharsets.UTF_8));
    }
    return table;
  }

  private record Found(@Nullable CaseResult result, @Nullable Path unfinished) {}

  /** The newest finished case with a key, and a folder in which one was cut off. */
  private static Found find(Path place, String key) throws IOException {
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
                    .orElse(""))) {
          unfinished = folder;
        }
      } catch (JsonProcessingException e) {
        throw new IOException(
            folder + " holds no result of this version: " + e.getOriginalMessage(), e);
      }
    }
    return new Found(newest, unfinished);
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
    facts.put("curve", curve);
    facts.put("seed", prepared.workplace().seed());
    for (PluginKind<?> kind : KINDS) {
      facts.put(kind.id(), prepared.workplace().plugins().effective(kind));
    }
    return sha256(JSON.writeValueAsBytes(facts));
  }

  private static String sha256(byte[] bytes) {
    try {
      return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(bytes));
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java platform has SHA-256", e);
    }
  }

  private static String digest(Path file, Map<Path, String> digests) throws IOException {
    String known = digests.get(file);
    if (known == null) {
      known = sha256(Files.readAllBytes(file));
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

  /** Replaces a file's content, whole or not at all. */
  static void replace(Path file, byte[] content) throws IOException {
    Path beside = file.resolveSibling("." + file.getFileName() + ".new");
    Files.write(beside, content);
    try (FileChannel channel = FileChannel.open(beside, StandardOpenOption.WRITE)) {
      channel.force(true);
    }
    Files.move(beside, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
  }
}
