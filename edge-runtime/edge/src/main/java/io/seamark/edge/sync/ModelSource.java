package io.seamark.edge.sync;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Where a device's models come from: knowledge-management ({@link KnowledgeClient}), or whatever
 * else announces a model by version, size and digest. Called from one thread at a time.
 */
public interface ModelSource {
  /**
   * The model that should serve.
   *
   * @param known version that the caller has, or null
   * @return empty if that is the one
   * @throws IOException if it cannot be found out; it is asked again later
   * @throws InterruptedException if the thread was interrupted
   */
  Optional<ModelAnnouncement> champion(@Nullable String known)
      throws IOException, InterruptedException;

  /**
   * Fetches a model's file.
   *
   * @param version which
   * @param part is made; may hold a piece if this fails
   * @throws IOException if it could not be fetched whole and unaltered
   * @throws InterruptedException if the thread was interrupted
   */
  void download(ModelAnnouncement version, Path part) throws IOException, InterruptedException;

  /**
   * Told that a model serves, or will from the next frame on: every new one, and the one in service
   * when it is announced for the first time.
   *
   * @param version which
   */
  default void serves(ModelAnnouncement version) {}

  /**
   * Told that a model was fetched but does not run, each time that it was tried.
   *
   * @param version which
   */
  default void refused(ModelAnnouncement version) {}
}
