package io.seamark.knowledge.training;

import io.seamark.durable.DurableFiles;
import io.seamark.knowledge.model.KnowledgeJson;
import io.seamark.knowledge.model.Provenance;
import io.seamark.knowledge.model.Provenance.BufferUse;
import io.seamark.plugin.ModelTrainer;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The folder {@code .round} beside the models, where a round is kept from its first checkpoint to
 * its end. {@code round.json} is written last and names the files that belong to it: a state of the
 * trainer and, once the stream is labelled anew, the model that labelled it. All are forced to the
 * device before they are named; two states are on disk at most.
 */
final class RoundFolder implements Checkpoints {
  private static final Logger LOG = LoggerFactory.getLogger(RoundFolder.class);
  private static final String DESCRIPTION = "round.json";
  private static final String LABELLER = "labeller.model";

  /** Ranges of sequences and a curve are some tens of KiB. */
  private static final int MAX_JSON_BYTES = 4 << 20;

  private final Path folder;
  private final int every;
  private @Nullable Unfinished unfinished;

  /** The round that runs, without its figures; null before {@link #begin}. */
  private @Nullable Provenance round;

  private int versions;
  private @Nullable KeptFile labeller;
  private boolean resumable = true;

  /** A file of the folder with its digest. */
  record KeptFile(String name, String sha256) {}

  /**
   * A round that has begun and not ended.
   *
   * @param round how its version would come to be, without figures
   * @param versions of the registry when it began: with more of them it has ended
   * @param progress of its training
   * @param trainer the trainer's state
   * @param labeller the model that labelled the stream anew; null where none had
   */
  record Unfinished(
      Provenance round,
      int versions,
      TrainingProgress progress,
      KeptFile trainer,
      @Nullable KeptFile labeller) {
    /** Checks that nothing is absent, which Jackson leaves null. */
    Unfinished {
      if (round == null || round.buffer() == null || progress == null || trainer == null) {
        throw new IllegalArgumentException("it lacks round, buffer, progress or trainer");
      }
    }

    /** The sequence after the last sample that the round could see. */
    long next() {
      return round.buffer() == null ? 0 : round.buffer().next();
    }

    /**
     * Why another round is another one.
     *
     * @param now how its version would come to be, without figures
     * @return one line; empty if it is the same
     */
    Optional<String> otherThan(Provenance now) {
      if (!Objects.equals(round.parentSha256(), now.parentSha256())) {
        return Optional.of("another model serves now");
      }
      if (!sameSamples(round.buffer(), now.buffer())) {
        return Optional.of("some of its samples are no longer in the buffer");
      }
      if (!Objects.equals(round.retained(), now.retained())) {
        return Optional.of("the retained frames are others");
      }
      if (round.seed() != now.seed()) {
        return Optional.of("the seed was " + round.seed() + " and is " + now.seed());
      }
      return change(round.hyperparameters(), now.hyperparameters())
          .or(() -> change(round.plugins(), now.plugins()))
          .or(() -> change(round.software(), now.software()));
    }

    /** A segment that was a journal then has a digest now. */
    private static boolean sameSamples(@Nullable BufferUse kept, @Nullable BufferUse now) {
      return kept != null
          && now != null
          && kept.first() == now.first()
          && kept.next() == now.next()
          && kept.trained().equals(now.trained())
          && kept.heldOut().equals(now.heldOut())
          && now.segments().entrySet().containsAll(kept.segments().entrySet());
    }

    private static Optional<String> change(Map<String, String> before, Map<String, String> now) {
      Set<String> keys = new TreeSet<>(before.keySet());
      keys.addAll(now.keySet());
      return keys.stream()
          .filter(key -> !Objects.equals(before.get(key), now.get(key)))
          .findFirst()
          .map(key -> key + " was " + before.get(key) + " and is " + now.get(key));
    }
  }

  private RoundFolder(Path folder, int every) {
    this.folder = folder;
    this.every = every;
  }

  /**
   * Reads what a round left behind; what cannot be gone on with is removed.
   *
   * @param models folder of the registry
   * @param every steps from one checkpoint to the next; 0 for none
   * @param versions that the registry has
   * @return the folder, which need not be there
   * @throws IOException if it cannot be read or cleared
   */
  static RoundFolder open(Path models, int every, int versions) throws IOException {
    RoundFolder opened = new RoundFolder(models.resolve(".round"), every);
    if (!Files.isDirectory(opened.folder)) {
      return opened;
    }
    try {
      Unfinished found = opened.read();
      if (found.versions() == versions) {
        opened.unfinished = found;
        opened.labeller = found.labeller();
      } else {
        LOG.info("the checkpoint is of a round that has ended, and is removed");
      }
    } catch (IOException e) {
      LOG.warn("a round that was cut short cannot be gone on with: {}", e.getMessage());
    }
    if (opened.unfinished == null) {
      opened.remove();
    } else {
      opened.keepOnlyNamed(opened.unfinished);
    }
    return opened;
  }

  private Unfinished read() throws IOException {
    Path file = folder.resolve(DESCRIPTION);
    if (!Files.isRegularFile(file)) {
      throw new IOException("its first checkpoint was not finished");
    }
    byte[] json;
    try (InputStream in = Files.newInputStream(file)) {
      json = in.readNBytes(MAX_JSON_BYTES);
    }
    Unfinished found = KnowledgeJson.read(json, Unfinished.class);
    check(found.trainer());
    KeptFile model = found.labeller();
    if (model != null) {
      check(model);
    }
    return found;
  }

  private void check(KeptFile file) throws IOException {
    Path path = path(file);
    if (!DurableFiles.sha256(path).equals(file.sha256())) {
      throw new IOException(path + " is not what " + DESCRIPTION + " says it is");
    }
  }

  private Path path(KeptFile file) throws IOException {
    if (file.name() == null || !file.name().matches("[a-z0-9][a-z0-9.-]{0,60}")) {
      throw new IOException(DESCRIPTION + " names a file '" + file.name() + "'");
    }
    return folder.resolve(file.name());
  }

  /**
   * The round that was cut short.
   *
   * @return empty if there is none
   */
  Optional<Unfinished> unfinished() {
    return Optional.ofNullable(unfinished);
  }

  /**
   * Begins a round, or goes on with the one that was cut short where it is the same.
   *
   * @param now how its version will come to be, without figures
   * @param had versions of the registry
   */
  void begin(Provenance now, int had) {
    round = now;
    versions = had;
  }

  @Override
  public Optional<Kept> last() {
    Unfinished found = unfinished;
    if (found == null) {
      return Optional.empty();
    }
    KeptFile model = found.labeller();
    return Optional.of(
        new Kept(
            found.progress(),
            folder.resolve(found.trainer().name()),
            model == null ? null : folder.resolve(model.name())));
  }

  @Override
  public boolean due(TrainingProgress progress) {
    boolean last = progress.done() == progress.steps();
    return every > 0 && resumable && (last || progress.done() % every == 0);
  }

  @Override
  public void keep(TrainingProgress progress, ModelTrainer trainer) {
    Provenance described = round;
    if (every == 0 || described == null || !resumable) {
      return;
    }
    Path state = folder.resolve("trainer-" + progress.done() + ".state");
    Path beside = DurableFiles.unfinished(state);
    try {
      Files.createDirectories(folder);
      trainer.checkpoint(beside);
      if (!Files.isRegularFile(beside)) {
        resumable = false;
        LOG.info("this base model writes no checkpoints: a round that is cut short begins anew");
        return;
      }
      DurableFiles.take(beside, state);
      Unfinished now =
          new Unfinished(
              described,
              versions,
              progress,
              new KeptFile(state.getFileName().toString(), DurableFiles.sha256(state)),
              labeller);
      DurableFiles.replace(
          folder.resolve(DESCRIPTION), KnowledgeJson.text(now).getBytes(StandardCharsets.UTF_8));
      unfinished = now;
      keepOnlyNamed(now);
    } catch (IOException e) {
      LOG.warn("the checkpoint after {} steps is left out: {}", progress.done(), e.getMessage());
    }
  }

  @Override
  public void labelledBy(Path model) {
    if (every == 0) {
      return;
    }
    try {
      Files.createDirectories(folder);
      Path file = folder.resolve(LABELLER);
      DurableFiles.copy(model, file);
      labeller = new KeptFile(LABELLER, DurableFiles.sha256(file));
    } catch (IOException e) {
      // The checkpoint before stays good, but none after this would be.
      resumable = false;
      LOG.warn("no more checkpoints are written: {}", e.getMessage());
    }
  }

  @Override
  public void forget() {
    unfinished = null;
    labeller = null;
  }

  /** Removes the folder: the round has ended. */
  void remove() throws IOException {
    forget();
    if (!Files.isDirectory(folder)) {
      return;
    }
    // What is not described is nothing, so a cut in between leaves no half of a round.
    DurableFiles.delete(folder.resolve(DESCRIPTION));
    clear(Set.of());
    Files.delete(folder);
  }

  private void keepOnlyNamed(Unfinished found) throws IOException {
    Set<String> named = new HashSet<>(Set.of(DESCRIPTION, found.trainer().name()));
    if (found.labeller() != null) {
      named.add(found.labeller().name());
    }
    clear(named);
  }

  private void clear(Set<String> except) throws IOException {
    try (DirectoryStream<Path> files = Files.newDirectoryStream(folder)) {
      for (Path file : files) {
        if (!except.contains(file.getFileName().toString())) {
          Files.delete(file);
        }
      }
    }
  }
}
