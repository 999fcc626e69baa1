package io.seamark.knowledge.sedna;

import io.seamark.failure.FailedException;
import io.seamark.failure.FailureKind;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** How many bytes there may be on disk, and how many there are. Thread-safe. */
final class Room {
  /** Less than this free is full, for all that a file system keeps for itself. */
  private static final long FULL = 1 << 20;

  private final Path folder;
  private final long most;
  private long stored;
  private long underWay;

  Room(Path folder, long most) {
    this.folder = folder;
    this.most = most;
  }

  /** Takes some for what is under way. */
  synchronized void take(long bytes) {
    if (bytes > most - stored - underWay) {
      throw full(
          "the knowledge base holds "
              + stored
              + " bytes and has "
              + underWay
              + " on their way, of the "
              + most
              + " that seamark.knowledgebase.max-bytes lets it have; "
              + bytes
              + " more are needed");
    }
    underWay += bytes;
  }

  /** Gives some back. */
  synchronized void give(long bytes) {
    underWay -= bytes;
  }

  /** Says how much the files take now. */
  synchronized void stored(long bytes) {
    stored = bytes;
  }

  /** A failure to write; a full disk's is no fault of ours. */
  IOException explain(IOException e) throws IOException {
    if (Files.getFileStore(folder).getUsableSpace() < FULL) {
      throw full("the disk that the knowledge base is on is full");
    }
    return e;
  }

  private static FailedException full(String reason) {
    return new FailedException(FailureKind.OUT_OF_STORAGE, reason);
  }
}
