package io.seamark.knowledge.model;

import io.seamark.durable.DurableFiles;
import io.seamark.plugin.KnowledgeManagement;
import io.seamark.plugin.TaskUpdateDecision;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Keeps every version of the edge model that was ever judged and says which one serves, the
 * champion. Of rejected versions only the newest keep their weights. The package describes the
 * objects in its storage. One process has it open at a time; within it the registry is thread-safe.
 */
public final class ModelRegistry implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(ModelRegistry.class);
  private static final Pattern VERSION =
      Pattern.compile("(v(?:0|[1-9][0-9]{0,8}))\\.(json|safetensors)");

  private static final String CHAMPION_POINTER = "champion.json";
  private static final String ROLLOUT = "rollout.json";
  private static final String CHAMPION_WEIGHTS = "champion.safetensors";
  private static final String STAGED = ".staged-";

  /** Version descriptions are a few KiB; anything much larger is not one. */
  private static final int MAX_JSON_BYTES = 4 << 20;

  private final Path folder;
  private final Clock clock;
  private final KnowledgeManagement.Store store;
  private final int rejectedKept;
  private final TreeMap<Integer, ModelVersion> versions = new TreeMap<>();
  private final Map<String, Checked> checked = new HashMap<>();

  /** Numbers under which somebody else keeps weights; no version gets one of them. */
  private final Set<Integer> foreign = new HashSet<>();

  /** What is wrong with the descriptions that cannot be read, by the version's number. */
  private final TreeMap<Integer, String> unreadable = new TreeMap<>();

  private @Nullable ModelVersion champion;
  private @Nullable Rollout rollout;

  /** A file whose digest was found right, so that it is not read again for every request. */
  private record Checked(long bytes, long modified) {}

  private record Pointer(String version, String sha256, int judged) {}

  /**
   * A version's weights on disk.
   *
   * @param version whose
   * @param file safetensors; never changed
   * @param sha256 its digest, found right
   * @param bytes its size
   */
  public record StoredWeights(String version, Path file, String sha256, long bytes) {}

  /**
   * Weights on disk that wait for their verdict.
   *
   * @param version the id they will have
   * @param file safetensors
   * @param sha256 its digest
   * @param bytes its size
   */
  public record Staged(String version, Path file, String sha256, long bytes) {}

  /** Writes a safetensors file. */
  @FunctionalInterface
  public interface WeightsWriter {
    /**
     * Writes the file.
     *
     * @param file where to, in the registry's folder
     * @param version the id it will have
     * @throws IOException if it cannot be written
     */
    void write(Path file, String version) throws IOException;
  }

  private ModelRegistry(
      KnowledgeManagement.Store store, Path folder, int rejectedKept, Clock clock) {
    this.store = store;
    this.folder = folder;
    this.rejectedKept = rejectedKept;
    this.clock = clock;
  }

  /**
   * Opens the storage and puts right what a crash left behind.
   *
   * @param storage keeps the versions
   * @param folder the storage's on this machine, where weights also wait for their verdict; made if
   *     it is not there
   * @param rejectedKept rejected versions whose weights are kept, the newest ones, at least 0
   * @param clock for the time of creation of versions
   * @return the open registry
   * @throws IOException if another process has it open, or if there are versions but none of them
   *     can serve
   */
  public static ModelRegistry open(
      KnowledgeManagement storage, Path folder, int rejectedKept, Clock clock) throws IOException {
    Files.createDirectories(folder);
    KnowledgeManagement.Store store = storage.open(folder);
    try {
      ModelRegistry registry = new ModelRegistry(store, folder, rejectedKept, clock);
      registry.recover();
      return registry;
    } catch (IOException | RuntimeException e) {
      store.close();
      throw e;
    }
  }

  /**
   * The folder on this machine.
   *
   * @return the one it was opened on
   */
  public Path folder() {
    return folder;
  }

  /**
   * The version that serves.
   *
   * @return empty before the first {@link #begin}
   */
  public synchronized Optional<ModelVersion> champion() {
    return Optional.ofNullable(champion);
  }

  /**
   * Every version, judged or initial.
   *
   * @return ascending
   */
  public synchronized List<ModelVersion> versions() {
    return List.copyOf(versions.values());
  }

  /**
   * What could not be read when the storage was opened: descriptions of versions that are damaged.
   * The others serve.
   *
   * @return one line each, which names the object; empty if nothing is wrong
   */
  public synchronized List<String> unreadable() {
    return List.copyOf(unreadable.values());
  }

  /**
   * One version.
   *
   * @param version its id
   * @return empty if there is none
   * @throws IllegalArgumentException if it is no id
   */
  public synchronized Optional<ModelVersion> version(String version) {
    return Optional.ofNullable(versions.get(ModelVersion.number(version)));
  }

  /**
   * Takes in the initial model as {@code v0}, byte for byte, and lets it serve.
   *
   * @param model safetensors, already known to be an edge model
   * @return the version
   * @throws IOException if it cannot be stored
   * @throws IllegalArgumentException if the storage holds models that no registry put there
   * @throws IllegalStateException if there are versions already
   */
  public synchronized ModelVersion begin(Path model) throws IOException {
    if (!versions.isEmpty()) {
      throw new IllegalStateException("the registry has begun with " + versions.firstEntry());
    }
    Path name = model.getFileName();
    refuseForeign(model);
    Staged staged = stage((file, version) -> DurableFiles.copy(model, file));
    ModelVersion v0 =
        new ModelVersion(
            staged.version(),
            staged.sha256(),
            staged.bytes(),
            now(),
            null,
            Verdict.INITIAL,
            "the model the registry began with",
            null,
            null,
            Provenance.ofFile(name == null ? model.toString() : name.toString()));
    store(staged, v0);
    promote(v0);
    return v0;
  }

  /** Before the first version only a crash within {@link #begin} leaves something: its weights. */
  private void refuseForeign(Path model) throws IOException {
    for (String name : List.of(CHAMPION_POINTER, CHAMPION_WEIGHTS, weightsName("v0"))) {
      Optional<Path> there = store.file(name);
      boolean ours =
          name.equals(weightsName("v0"))
              && there.isPresent()
              && DurableFiles.sha256(there.get()).equals(DurableFiles.sha256(model));
      if (there.isPresent() && !ours) {
        throw new IllegalArgumentException(
            there.get()
                + " exists already, but "
                + folder
                + " holds no versions of a model: name another folder, or move it away");
      }
    }
  }

  /**
   * Writes the weights of the next version, which is not one before {@link #judge}.
   *
   * @param writer writes the file
   * @return the staged file
   * @throws IOException if it cannot be written
   */
  public Staged stage(WeightsWriter writer) throws IOException {
    String version;
    synchronized (this) {
      int number = versions.isEmpty() ? 0 : versions.lastKey() + 1;
      while (number > 0 && foreign.contains(number)) {
        number++;
      }
      version = "v" + number;
    }
    Path file = folder.resolve(STAGED + version + ".safetensors");
    Files.deleteIfExists(file);
    writer.write(file, version);
    return new Staged(version, file, DurableFiles.sha256(file), Files.size(file));
  }

  /**
   * Forgets staged weights.
   *
   * @param staged from {@link #stage}
   * @throws IOException if the file cannot be deleted
   */
  public void discard(Staged staged) throws IOException {
    Files.deleteIfExists(staged.file());
  }

  /**
   * Makes staged weights a version, and the champion if they were accepted and the model that they
   * were judged against serves still.
   *
   * @param staged from {@link #stage}
   * @param parent the version they were trained from
   * @param verdict what the decision plugin said
   * @param serving the parent's figures
   * @param candidate the new version's
   * @param provenance how it was made
   * @return the version
   * @throws IOException if it cannot be stored; then there is no such version
   */
  public synchronized ModelVersion judge(
      Staged staged,
      String parent,
      TaskUpdateDecision.Verdict verdict,
      TaskUpdateDecision.Evaluation serving,
      TaskUpdateDecision.Evaluation candidate,
      Provenance provenance)
      throws IOException {
    return recorded(
        staged,
        parent,
        verdict instanceof TaskUpdateDecision.Accepted,
        verdict.reason(),
        Figures.of(serving),
        Figures.of(candidate),
        provenance);
  }

  /**
   * Copies to another folder what a round needs that runs there: every description, and the weights
   * of the first version and of the champion. Opened there, it is a registry with the same
   * champion.
   *
   * @param to a folder, made if it is not there; it is a registry when this has returned
   * @throws IOException if something cannot be read or written
   * @throws IllegalStateException if there is no champion
   */
  public synchronized void handOver(Path to) throws IOException {
    ModelVersion serves = champion;
    if (serves == null) {
      throw new IllegalStateException("the registry has not begun");
    }
    Files.createDirectories(to);
    for (ModelVersion version : List.of(versions.firstEntry().getValue(), serves)) {
      DurableFiles.copy(check(version), to.resolve(weightsName(version.version())));
    }
    for (ModelVersion version : versions.values()) {
      DurableFiles.replace(to.resolve(version.version() + ".json"), json(version));
    }
    DurableFiles.replace(
        to.resolve(CHAMPION_POINTER),
        json(new Pointer(serves.version(), serves.sha256(), versions.lastKey())));
  }

  /**
   * Takes in a version that a round has made in a folder of {@link #handOver}, by the rules of
   * {@link #judge}.
   *
   * @param made as it is described there
   * @param weights its file there
   * @return the version
   * @throws IOException if it cannot be stored, or the file is not what the description says; then
   *     there is no such version
   */
  public ModelVersion take(ModelVersion made, Path weights) throws IOException {
    String parent = made.parent();
    if (parent == null) {
      throw new IOException(made.version() + " was trained from no version");
    }
    Staged staged = stage((file, version) -> DurableFiles.copy(weights, file));
    try {
      if (!staged.version().equals(made.version()) || !staged.sha256().equals(made.sha256())) {
        throw new IOException(
            String.format(
                "%s is %s with the digest %s, but %s with the digest %s is expected",
                weights, made.version(), staged.sha256(), staged.version(), made.sha256()));
      }
      return recorded(
          staged,
          parent,
          made.verdict() == Verdict.ACCEPTED,
          made.reason(),
          made.serving(),
          made.candidate(),
          made.provenance());
    } catch (IOException | RuntimeException e) {
      discard(staged);
      throw e;
    }
  }

  private synchronized ModelVersion recorded(
      Staged staged,
      String parent,
      boolean judgedBetter,
      String judgement,
      @Nullable Figures serving,
      @Nullable Figures candidate,
      Provenance provenance)
      throws IOException {
    if (version(parent).isEmpty()) {
      throw new IllegalArgumentException("parent " + parent + " is not a version of " + folder);
    }
    ModelVersion serves = champion;
    boolean accepted = judgedBetter;
    String reason = judgement;
    if (accepted && serves != null && !serves.version().equals(parent)) {
      accepted = false;
      reason = serves.version() + " serves now, and not the " + parent + " it was judged against";
    }
    ModelVersion version =
        new ModelVersion(
            staged.version(),
            staged.sha256(),
            staged.bytes(),
            now(),
            parent,
            accepted ? Verdict.ACCEPTED : Verdict.REJECTED,
            reason,
            serving,
            candidate,
            provenance);
    store(staged, version);
    if (accepted) {
      promote(version);
    }
    dropOldRejected();
    return version;
  }

  /**
   * Lets an earlier version serve again, for all edges. The versions after it stay as they are, and
   * what they were trained on counts as seen, so no round begins by itself that would make the same
   * again.
   *
   * @param to its id, or null for the parent of the one that serves
   * @return the version that serves now
   * @throws IllegalArgumentException if there is no such version, it was rejected, or it is the
   *     first one and has no parent
   * @throws IOException if its weights are missing or damaged, or it cannot be stored; then the one
   *     that served still does
   */
  public synchronized ModelVersion rollBack(@Nullable String to) throws IOException {
    ModelVersion serving = champion;
    String id = to == null && serving != null ? serving.parent() : to;
    if (id == null) {
      throw new IllegalArgumentException(
          (serving == null ? "no version" : serving.version())
              + " serves, and there is none before it; versions that can serve: "
              + servable());
    }
    ModelVersion version = servable(id);
    check(version);
    Rollout plan = rollout;
    if (plan != null) {
      // Before the champion: a cut in between leaves nobody with what is taken back.
      store(new Rollout(version.version(), plan.edges(), plan.share()));
    }
    promote(version);
    LOG.info(
        "{} serves again, {} does no more",
        version.version(),
        serving == null ? "none" : serving.version());
    return version;
  }

  /**
   * Offers the champion, and every later one, to some edges first. The others keep a version until
   * {@link #offerToAll}.
   *
   * @param edges names of the first edges; empty for a share
   * @param share of the edges that are first, by a digest of their names; 0 where they are named
   * @param rest version that the others keep; null for what they have: the champion, or under a
   *     rollout its rest
   * @return who gets which version now
   * @throws IllegalArgumentException if edges or share are wrong, or the version cannot serve
   * @throws IOException if the version's weights are missing or damaged, or it cannot be stored
   */
  public synchronized Offered offer(List<String> edges, double share, @Nullable String rest)
      throws IOException {
    ModelVersion serves = champion;
    if (serves == null) {
      throw new IllegalArgumentException("no version serves");
    }
    Rollout plan = rollout;
    String kept = rest != null ? rest : plan != null ? plan.rest() : serves.version();
    Rollout next = new Rollout(kept, edges, share);
    check(servable(kept));
    store(next);
    LOG.info("{} is offered first: {}", serves.version(), next);
    return offered();
  }

  /**
   * Offers the champion to all edges. Later ones are offered first to the same edges again; a share
   * of 1 ends that.
   *
   * @return who gets which version now
   * @throws IOException if it cannot be stored
   */
  public synchronized Offered offerToAll() throws IOException {
    Rollout plan = rollout;
    ModelVersion serves = champion;
    if (plan != null && serves != null) {
      store(new Rollout(serves.version(), plan.edges(), plan.share()));
      LOG.info("{} is offered to all edges", serves.version());
    }
    return offered();
  }

  /**
   * Which edges get which version.
   *
   * @return without a rollout the champion for all
   * @throws IllegalStateException before the first {@link #begin}
   */
  public synchronized Offered offered() {
    ModelVersion serves = champion;
    if (serves == null) {
      throw new IllegalStateException("the registry has not begun");
    }
    Rollout plan = rollout;
    return plan == null
        ? new Offered(serves.version(), serves.version(), List.of(), 1)
        : new Offered(serves.version(), plan.rest(), plan.edges(), plan.share());
  }

  /**
   * The version for an edge.
   *
   * @param edge its name; null if it does not say it
   * @return empty before the first {@link #begin}
   */
  public synchronized Optional<ModelVersion> serving(@Nullable String edge) {
    Rollout plan = rollout;
    return plan == null || plan.first(edge)
        ? Optional.ofNullable(champion)
        : Optional.ofNullable(versions.get(ModelVersion.number(plan.rest())));
  }

  private void store(Rollout next) throws IOException {
    if (next.share() == 1) {
      // All edges are first.
      if (store.file(ROLLOUT).isPresent()) {
        store.delete(ROLLOUT);
      }
      rollout = null;
    } else {
      store.put(ROLLOUT, json(next));
      rollout = next;
    }
  }

  /** Without it every edge would get the champion, so a damaged one stops the start. */
  private @Nullable Rollout readRollout() throws IOException {
    Optional<byte[]> json = store.read(ROLLOUT, MAX_JSON_BYTES);
    if (json.isEmpty()) {
      return null;
    }
    try {
      Rollout read = KnowledgeJson.read(json.get(), Rollout.class);
      servable(read.rest());
      return read;
    } catch (IOException | IllegalArgumentException e) {
      throw new IOException(
          ROLLOUT
              + " in "
              + folder
              + " cannot be followed: "
              + e.getMessage()
              + "; without that file all edges get the champion",
          e);
    }
  }

  /** A version that can serve, by its id. */
  private ModelVersion servable(String id) {
    ModelVersion version = versions.get(ModelVersion.number(id));
    if (version == null || version.verdict() == Verdict.REJECTED) {
      throw new IllegalArgumentException(
          (version == null ? "there is no version " + id : id + " was rejected and cannot serve")
              + "; versions that can: "
              + servable());
    }
    return version;
  }

  private String servable() {
    return versions.values().stream()
        .filter(version -> version.verdict() != Verdict.REJECTED)
        .map(ModelVersion::version)
        .collect(Collectors.joining(", "));
  }

  /**
   * Whether a version's weights are no longer kept: it was rejected, and newer ones were too. Its
   * description stays.
   *
   * @param version its id
   * @return false also if there is no such version
   * @throws IllegalArgumentException if it is no id
   * @throws IOException if the storage cannot be read
   */
  public synchronized boolean dropped(String version) throws IOException {
    ModelVersion found = versions.get(ModelVersion.number(version));
    return found != null
        && found.verdict() == Verdict.REJECTED
        && store.file(weightsName(version)).isEmpty();
  }

  /** What served, serves or began is never dropped: an edge may still be fetching it. */
  private void dropOldRejected() {
    List<ModelVersion> rejected =
        versions.descendingMap().values().stream()
            .filter(v -> v.verdict() == Verdict.REJECTED)
            .skip(rejectedKept)
            .toList();
    for (ModelVersion version : rejected) {
      String name = weightsName(version.version());
      try {
        Optional<Path> file = store.file(name);
        if (file.isPresent()) {
          store.delete(name);
          checked.remove(file.get().toString());
          LOG.info("dropped the weights of {}, which was rejected", version.version());
        }
      } catch (IOException e) {
        LOG.warn("weights of {} cannot be dropped: {}", version.version(), e.getMessage());
      }
    }
  }

  /**
   * A version's weights, after checking their digest.
   *
   * @param version its id
   * @return empty if there is no such version, or they were {@link #dropped}
   * @throws IllegalArgumentException if it is no id
   * @throws IOException if the file is missing or its digest is not the recorded one
   */
  public synchronized Optional<StoredWeights> weights(String version) throws IOException {
    ModelVersion found = versions.get(ModelVersion.number(version));
    if (found == null || dropped(version)) {
      return Optional.empty();
    }
    Path file = check(found);
    return Optional.of(new StoredWeights(version, file, found.sha256(), found.bytes()));
  }

  /**
   * Digest of a file, as versions record it.
   *
   * @param file any
   * @return 64 lower-case hexadecimal digits
   * @throws IOException if it cannot be read
   */
  public static String sha256(Path file) throws IOException {
    return DurableFiles.sha256(file);
  }

  /** Lets go of the storage. Closing twice does nothing. */
  @Override
  public void close() throws IOException {
    store.close();
  }

  private String now() {
    return clock.instant().truncatedTo(ChronoUnit.MILLIS).toString();
  }

  private static String weightsName(String version) {
    return version + ".safetensors";
  }

  private Path weightsFile(String version) throws IOException {
    return store
        .file(weightsName(version))
        .orElseThrow(
            () ->
                new IOException("weights of " + version + " are missing: " + weightsName(version)));
  }

  private void store(Staged staged, ModelVersion version) throws IOException {
    store.put(weightsName(version.version()), staged.file());
    store.put(version.version() + ".json", json(version));
    versions.put(version.number(), version);
    remember(weightsFile(version.version()));
  }

  private static byte[] json(Object value) {
    return KnowledgeJson.text(value).getBytes(StandardCharsets.UTF_8);
  }

  private void promote(ModelVersion version) throws IOException {
    Pointer pointer = new Pointer(version.version(), version.sha256(), versions.lastKey());
    store.put(CHAMPION_POINTER, json(pointer));
    champion = version;
    store.copy(weightsName(version.version()), CHAMPION_WEIGHTS);
  }

  private void remember(Path file) throws IOException {
    checked.put(
        file.toString(), new Checked(Files.size(file), Files.getLastModifiedTime(file).toMillis()));
  }

  /** The file of a version's weights, its digest found right. */
  private Path check(ModelVersion version) throws IOException {
    Path file = weightsFile(version.version());
    Checked now = new Checked(Files.size(file), Files.getLastModifiedTime(file).toMillis());
    if (now.equals(checked.get(file.toString()))) {
      return file;
    }
    checked.remove(file.toString());
    String sha256 = DurableFiles.sha256(file);
    if (!sha256.equals(version.sha256())) {
      throw new IOException(
          String.format(
              "weights of %s refused: SHA-256 of %s is %s, but was recorded as %s",
              version.version(), file, sha256, version.sha256()));
    }
    checked.put(file.toString(), now);
    return file;
  }

  private void recover() throws IOException {
    try (DirectoryStream<Path> files = Files.newDirectoryStream(folder, STAGED + "*")) {
      for (Path file : files) {
        LOG.info("removing {}: a write that was cut short", file);
        Files.delete(file);
      }
    }
    List<String> names = store.names();
    for (String name : names) {
      Matcher matcher = VERSION.matcher(name);
      if (matcher.matches() && name.endsWith(".json")) {
        readOrReport(name, matcher.group(1));
      }
    }
    for (String name : names) {
      Matcher matcher = VERSION.matcher(name);
      if (matcher.matches() && !names.contains(matcher.group(1) + ".json")) {
        int number = ModelVersion.number(matcher.group(1));
        if (!versions.isEmpty() && number == versions.lastKey() + 1) {
          LOG.warn("removing {}: its version was never recorded", name);
          store.delete(name);
        } else {
          // No crash leaves this: somebody put it there.
          LOG.warn("leaving {} alone: no version of this registry", name);
          foreign.add(number);
        }
      }
    }
    if (versions.isEmpty() && !unreadable.isEmpty()) {
      throw new IOException(
          "no version in " + folder + " can serve: " + String.join("; ", unreadable.values()));
    }
    if (!versions.isEmpty()) {
      champion = chooseChampion();
      if (!pointsAt(champion)) {
        promote(champion);
      } else {
        restoreChampionCopy(champion);
      }
      rollout = readRollout();
    }
    dropOldRejected();
  }

  /** A description that cannot be read stays as it is, with its weights, and keeps its number. */
  private void readOrReport(String name, String id) {
    try {
      readVersion(name, id);
    } catch (IOException e) {
      String line = e.getMessage() + "; it is left as it is, and " + id + " cannot serve";
      LOG.error("{}: {}", folder, line);
      unreadable.put(ModelVersion.number(id), line);
      foreign.add(ModelVersion.number(id));
    }
  }

  private void readVersion(String name, String id) throws IOException {
    byte[] json =
        store
            .read(name, MAX_JSON_BYTES)
            .orElseThrow(() -> new IOException(name + " is gone from the storage"));
    ModelVersion version;
    try {
      version = KnowledgeJson.read(json, ModelVersion.class);
    } catch (IOException e) {
      throw new IOException(name + " is not a version's description: " + e.getMessage(), e);
    }
    if (!version.version().equals(id)) {
      throw new IOException(name + " describes " + version.version() + ", not " + id);
    }
    versions.put(version.number(), version);
  }

  private @Nullable Pointer readPointer() {
    try {
      Optional<byte[]> json = store.read(CHAMPION_POINTER, MAX_JSON_BYTES);
      return json.isEmpty() ? null : KnowledgeJson.read(json.get(), Pointer.class);
    } catch (IOException e) {
      LOG.warn("{} cannot be read, choosing the newest accepted version", CHAMPION_POINTER, e);
      return null;
    }
  }

  private boolean pointsAt(ModelVersion version) {
    Pointer pointer = readPointer();
    return pointer != null
        && version.version().equals(pointer.version())
        && version.sha256().equals(pointer.sha256());
  }

  /**
   * The version the pointer names, unless one was accepted after the pointer was written (a crash
   * came between the two) or its weights are damaged; then the newest accepted one that is intact.
   */
  private ModelVersion chooseChampion() throws IOException {
    Pointer pointer = readPointer();
    List<ModelVersion> candidates = new ArrayList<>();
    Collection<ModelVersion> newestFirst = versions.descendingMap().values();
    for (ModelVersion version : newestFirst) {
      boolean pointed = pointer != null && version.version().equals(pointer.version());
      boolean later = pointer == null || version.number() > pointer.judged();
      if (pointed || (later && version.verdict() != Verdict.REJECTED)) {
        candidates.add(version);
      }
    }
    for (ModelVersion version : newestFirst) {
      if (version.verdict() != Verdict.REJECTED && !candidates.contains(version)) {
        candidates.add(version);
      }
    }
    IOException failure = new IOException("no version in " + folder + " can serve");
    for (ModelVersion version : candidates) {
      try {
        restoreWeights(version);
        return version;
      } catch (IOException e) {
        LOG.error("{}", e.getMessage());
        failure.addSuppressed(e);
      }
    }
    throw failure;
  }

  /** Checks a version's weights; damaged ones are replaced by the champion's copy if that is it. */
  private void restoreWeights(ModelVersion version) throws IOException {
    try {
      check(version);
    } catch (IOException e) {
      if (!championCopyIs(version)) {
        throw e;
      }
      LOG.warn("{}; restored from {}", e.getMessage(), CHAMPION_WEIGHTS);
      store.copy(CHAMPION_WEIGHTS, weightsName(version.version()));
      remember(weightsFile(version.version()));
    }
  }

  private void restoreChampionCopy(ModelVersion version) throws IOException {
    if (!championCopyIs(version)) {
      store.copy(weightsName(version.version()), CHAMPION_WEIGHTS);
    }
  }

  private boolean championCopyIs(ModelVersion version) throws IOException {
    Optional<Path> copy = store.file(CHAMPION_WEIGHTS);
    return copy.isPresent() && DurableFiles.sha256(copy.get()).equals(version.sha256());
  }
}
