package io.seamark.durable;

import java.io.IOException;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.HashSet;
import java.util.Optional;
import java.util.Set;

/**
 * Keeps everybody else out of a folder, in this process and others, until it is closed or the
 * process ends. Thread-safe.
 *
 * <p>The system gives a lock to a process, not to who took it: to close any file that has the
 * lock's name gives it back. So a second one in this process is refused before anything is opened.
 */
public final class FolderLock implements AutoCloseable {
  /** Locks that this process has; guarded by itself. */
  private static final Set<Path> HELD = new HashSet<>();

  private final Path key;
  private final SteadyFile file;
  private boolean open = true;

  private FolderLock(Path key, SteadyFile file) {
    this.key = key;
    this.file = file;
  }

  /**
   * Takes a folder if it is free. An interrupt neither keeps from it nor ends it.
   *
   * @param folder must exist; all its names are one folder
   * @param name of the file in it that carries the lock; made if there is none, and stays
   * @return empty if somebody has it, in this process or another
   * @throws IOException if the file cannot be opened
   */
  public static Optional<FolderLock> take(Path folder, String name) throws IOException {
    Path key = folder.toRealPath().resolve(name);
    synchronized (HELD) {
      if (HELD.contains(key)) {
        return Optional.empty();
      }
      SteadyFile file = SteadyFile.open(key, StandardOpenOption.CREATE, StandardOpenOption.WRITE);
      boolean taken = false;
      try {
        taken = file.lock();
      } catch (OverlappingFileLockException e) {
        // Taken by other means than this.
        taken = false;
      } finally {
        if (!taken) {
          file.close();
        }
      }
      if (!taken) {
        return Optional.empty();
      }
      HELD.add(key);
      return Optional.of(new FolderLock(key, file));
    }
  }

  /**
   * Whether the folder is still kept.
   *
   * @return false once it was closed
   */
  public boolean isHeld() {
    synchronized (HELD) {
      return open;
    }
  }

  /** Lets others have the folder; does nothing the second time. */
  @Override
  public void close() throws IOException {
    synchronized (HELD) {
      if (open) {
        open = false;
        HELD.remove(key);
        file.close();
      }
    }
  }
}
