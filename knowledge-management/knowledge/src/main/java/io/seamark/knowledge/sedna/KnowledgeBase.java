package io.seamark.knowledge.sedna;

import io.seamark.durable.Sha256Output;
import io.seamark.failure.BadInputException;
import io.seamark.failure.FailedException;
import io.seamark.failure.FailureKind;
import io.seamark.knowledge.model.KnowledgeJson;
import io.seamark.knowledge.model.LocalFolderProvider;
import io.seamark.plugin.KnowledgeManagement;
import io.seamark.setting.KnowledgeBaseSettings;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.channels.SeekableByteChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Clock;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Sedna's knowledge base: files by name, one of which, {@value #INDEX}, is the index of the task
 * groups. A file that comes takes the place of the one of its name as a whole, once it is on the
 * device; whoever reads the old one meanwhile reads it to its end. Nothing is unpickled: the index
 * that was given last is what is handed out, and what an evaluation wants dropped is written down
 * in {@link KnowledgeIndex} alone. One process has a folder open at a time. Thread-safe.
 */
public final class KnowledgeBase implements AutoCloseable {
  /** Name of the index that a training worker gives and all workers read. */
  public static final String INDEX = "index.pkl";

  private static final Logger LOG = LoggerFactory.getLogger(KnowledgeBase.class);
  private static final String STATE = "index.json";
  private static final int LONGEST_STATE = 256 << 20;
  private static final Pattern DIGEST = Pattern.compile("[0-9a-f]{64}");
  private static final int BLOCK = 1 << 16;

  /** Of a pickle's first byte, which the number of its protocol follows. */
  private static final int PICKLE = 0x80;

  private final KnowledgeManagement.Store store;
  private final Path folder;
  private final KnowledgeBaseSettings settings;
  private final Clock clock;
  private final Room room;
  private volatile KnowledgeIndex index;

  /**
   * A file that is open.
   *
   * @param content all of it, to be closed; stays as it is whatever comes after it
   * @param file what is known of it
   */
  public record OpenFile(InputStream content, StoredFile file) {}

  /**
   * A file that has come and has no name yet.
   *
   * @param upload where it is
   * @param sha256 its digest
   */
  public record Staged(Upload upload, String sha256) implements AutoCloseable {
    @Override
    public void close() {
      upload.close();
    }
  }

  private KnowledgeBase(
      KnowledgeManagement.Store store,
      Path folder,
      KnowledgeBaseSettings settings,
      Clock clock,
      KnowledgeIndex index) {
    this.store = store;
    this.folder = folder;
    this.settings = settings;
    this.clock = clock;
    this.room = new Room(folder, settings.maxBytes());
    this.index = index;
    room.stored(index.bytes());
  }

  /**
   * Opens a folder and puts right what a crash left behind.
   *
   * @param folder made if it is not there
   * @param settings bounds; its own folder is not looked at
   * @param clock for the times of what comes
   * @return to be closed
   * @throws IOException if another process has it open, or its index.json cannot be read
   */
  public static KnowledgeBase open(Path folder, KnowledgeBaseSettings settings, Clock clock)
      throws IOException {
    KnowledgeManagement.Store store = LocalFolderProvider.storage().open(folder);
    try {
      Optional<byte[]> state = store.read(STATE, LONGEST_STATE);
      KnowledgeIndex index =
          state.isEmpty() ? KnowledgeIndex.empty() : read(folder.resolve(STATE), state.get());
      KnowledgeBase base =
          new KnowledgeBase(store, folder, settings, clock, index.without(lost(store, index)));
      for (String name : store.names()) {
        if (DIGEST.matcher(name).matches() && !base.index.refersTo(name)) {
          store.delete(name);
        }
      }
      return base;
    } catch (IOException | RuntimeException e) {
      store.close();
      throw e;
    }
  }

  private static KnowledgeIndex read(Path file, byte[] json) throws IOException {
    KnowledgeIndex index;
    try {
      index = KnowledgeJson.read(json, KnowledgeIndex.class);
      if (index.format() != KnowledgeIndex.FORMAT) {
        throw new IOException(
            "its format is " + index.format() + ", but must be " + KnowledgeIndex.FORMAT);
      }
      for (Map.Entry<String, StoredFile> each : index.files().entrySet()) {
        FileName name = new FileName(each.getKey());
        if (!DIGEST.matcher(String.valueOf(each.getValue().sha256())).matches()) {
          throw new IOException("'" + name.text() + "' has no digest");
        }
      }
      return index;
    } catch (IOException | BadInputException e) {
      throw new IOException(
          file + " is damaged: " + e.getMessage() + "; with it removed, the files are forgotten",
          e);
    }
  }

  /** Names whose files are not there as they were written. */
  private static List<String> lost(KnowledgeManagement.Store store, KnowledgeIndex index)
      throws IOException {
    List<String> lost = new ArrayList<>();
    for (Map.Entry<String, StoredFile> each : index.files().entrySet()) {
      Optional<Path> file = store.file(each.getValue().sha256());
      if (file.isEmpty() || Files.size(file.get()) != each.getValue().bytes()) {
        LOG.warn("the knowledge base has lost '{}'", each.getKey());
        lost.add(each.getKey());
      }
    }
    return lost;
  }

  /**
   * What there is.
   *
   * @return as of now
   */
  public KnowledgeIndex index() {
    return index;
  }

  /**
   * How much the files take on disk.
   *
   * @return in bytes
   */
  public long bytes() {
    return index.bytes();
  }

  /**
   * Begins a file that stands for nothing.
   *
   * @return to be closed
   * @throws IOException if it cannot be made
   */
  public Upload upload() throws IOException {
    return Upload.begin(folder, room);
  }

  /**
   * Takes a file's content in.
   *
   * @param content read to its end
   * @return to be closed, whether it was stored or not
   * @throws FailedException if there is no room for it
   * @throws IOException if it cannot be read or written
   */
  public Staged stage(InputStream content) throws IOException {
    Upload upload = upload();
    try {
      Sha256Output digest = new Sha256Output(OutputStream.nullOutputStream());
      byte[] block = new byte[BLOCK];
      for (int n = content.read(block); n >= 0; n = content.read(block)) {
        upload.write(block, 0, n);
        digest.write(block, 0, n);
      }
      upload.finish();
      return new Staged(upload, digest.sha256());
    } catch (IOException | RuntimeException | Error e) {
      upload.close();
      throw e;
    }
  }

  /**
   * Gives a file its name, in place of one that has it.
   *
   * @param name its
   * @param staged is closed by its owner
   * @param client the address it came from
   * @return what is known of it now
   * @throws FailedException if there are as many files as may be
   * @throws IOException if it cannot be stored; the one that had the name has it still
   */
  public synchronized StoredFile store(FileName name, Staged staged, String client)
      throws IOException {
    StoredFile before = index.files().get(name.text());
    if (before == null && index.files().size() >= settings.maxFiles()) {
      throw new FailedException(
          FailureKind.OUT_OF_STORAGE,
          "there are "
              + index.files().size()
              + " files, of the "
              + settings.maxFiles()
              + " that seamark.knowledgebase.max-files lets be");
    }
    StoredFile file =
        new StoredFile(
            staged.sha256(),
            staged.upload().bytes(),
            now(),
            client,
            before == null ? 1 : before.uploads() + 1);
    try {
      store.put(staged.sha256(), staged.upload().finish());
      change(index.with(name.text(), file));
    } catch (IOException e) {
      forget(staged.sha256());
      throw room.explain(e);
    }
    if (before != null && !before.sha256().equals(file.sha256())) {
      forget(before.sha256());
      if (!before.client().equals(client)) {
        LOG.warn(
            "'{}' of {} was replaced by another file, from {}",
            name.text(),
            before.client(),
            client);
      }
    }
    return file;
  }

  /**
   * Takes an index in, which is handed out from now on as it is.
   *
   * @param staged is closed by its owner
   * @param client the address it came from
   * @return what is known of it
   * @throws BadInputException if it begins and ends neither as a pickle does nor as a JSON object
   * @throws IOException as with {@link #store}
   */
  public StoredFile storeIndex(Staged staged, String client) throws IOException {
    if (!framed(staged.upload().finish())) {
      throw new BadInputException(
          "the index begins and ends neither as a pickle of protocol 2 to 5 does nor as a JSON"
              + " object");
    }
    return store(new FileName(INDEX), staged, client);
  }

  /** Whether a file may be an index of Sedna's or of ours: two bytes at each end are looked at. */
  private static boolean framed(Path file) throws IOException {
    try (SeekableByteChannel channel = Files.newByteChannel(file)) {
      ByteBuffer bytes = ByteBuffer.allocate(4);
      if (channel.size() < bytes.capacity()) {
        return false;
      }
      bytes.limit(2);
      while (bytes.hasRemaining() && channel.read(bytes) >= 0) {}
      channel.position(channel.size() - 2);
      bytes.limit(4);
      while (bytes.hasRemaining() && channel.read(bytes) >= 0) {}
      boolean pickle =
          (bytes.get(0) & 0xFF) == PICKLE
              && bytes.get(1) >= 2
              && bytes.get(1) <= 5
              && bytes.get(3) == '.';
      boolean json =
          bytes.get(0) == '{'
              && (bytes.get(3) == '}' || (bytes.get(2) == '}' && bytes.get(3) == '\n'));
      return pickle || json;
    }
  }

  /**
   * Writes down what an evaluation wants dropped.
   *
   * @param keep whether the tasks are those that stay, else those that go
   * @param tasks entries
   * @param client the address that asks
   * @return false if there is no index yet; nothing is written down then
   * @throws IOException if it cannot be stored
   */
  public synchronized boolean status(boolean keep, List<String> tasks, String client)
      throws IOException {
    StoredFile about = index.files().get(INDEX);
    if (about == null) {
      return false;
    }
    TaskStatus status = new TaskStatus(now(), client, keep ? 1 : 0, tasks, about.sha256());
    try {
      change(index.with(status));
    } catch (IOException e) {
      throw room.explain(e);
    }
    return true;
  }

  /**
   * Opens a file.
   *
   * @param name its
   * @return empty if there is none
   * @throws IOException if it is damaged
   */
  public Optional<OpenFile> open(FileName name) throws IOException {
    StoredFile file = index.files().get(name.text());
    while (file != null) {
      Path path = folder.resolve(file.sha256());
      try {
        // A link could lead out of the folder.
        SeekableByteChannel content =
            Files.newByteChannel(path, Set.of(StandardOpenOption.READ, LinkOption.NOFOLLOW_LINKS));
        if (content.size() == file.bytes()) {
          return Optional.of(new OpenFile(Channels.newInputStream(content), file));
        }
        content.close();
      } catch (NoSuchFileException e) {
        StoredFile now = index.files().get(name.text());
        if (now != null && !now.equals(file)) {
          // Another one took its place just now.
          file = now;
          continue;
        }
      }
      throw new IOException("'" + name.text() + "' of the knowledge base is damaged");
    }
    return Optional.empty();
  }

  private void change(KnowledgeIndex next) throws IOException {
    store.put(STATE, KnowledgeJson.text(next).getBytes(StandardCharsets.UTF_8));
    index = next;
    room.stored(next.bytes());
  }

  /** Deletes a content that nothing stands for. */
  private void forget(String sha256) {
    if (!index.refersTo(sha256)) {
      try {
        store.delete(sha256);
      } catch (IOException e) {
        LOG.warn("a replaced file stays until the next start: {}", e.toString());
      }
    }
  }

  private String now() {
    return clock.instant().truncatedTo(ChronoUnit.MILLIS).toString();
  }

  @Override
  public synchronized void close() throws IOException {
    store.close();
  }
}
