package io.seamark.sedna;

import io.seamark.edge.sync.ModelAnnouncement;
import io.seamark.edge.sync.ModelSource;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * The index that Sedna's local controller deploys, which names the model that should serve. One
 * that is half written is none, and is read again.
 */
public final class DeployedIndex implements ModelSource {
  private final String address;
  private final RemoteFiles files;
  private final ModelDownload download;
  private JobIndex.@Nullable Model last;

  /**
   * An index that is looked at again and again.
   *
   * @param address where it is deployed
   * @param files to read it with
   * @param download of its models
   */
  public DeployedIndex(String address, RemoteFiles files, ModelDownload download) {
    this.address = address;
    this.files = files;
    this.download = download;
  }

  /**
   * The index that an inference worker serves. Sedna deploys one, and its library takes the whole
   * variable for one address.
   *
   * @param worker was told of it
   * @return its address
   * @throws IllegalArgumentException if it was told of none, or of several; the message names them
   */
  static String address(Worker worker) {
    List<String> indices = worker.indices();
    if (indices.size() > 1) {
      throw new IllegalArgumentException(
          "MODEL_URLS names "
              + indices.size()
              + " indices, but inference serves the model of one: set it to "
              + String.join(" or ", indices)
              + ", or let seamark sedna eval leave the index of the best of them");
    }
    return indices.get(0);
  }

  @Override
  public Optional<ModelAnnouncement> champion(@Nullable String known)
      throws IOException, InterruptedException {
    JobIndex index = JobIndex.read(address, files.readOnce(address, JobIndex.MAX_BYTES));
    JobIndex.Model model = index.model();
    last = model;
    return model.announced().version().equals(known)
        ? Optional.empty()
        : Optional.of(model.announced());
  }

  @Override
  public void download(ModelAnnouncement version, Path part) throws IOException {
    JobIndex.Model model = last;
    if (model == null || !model.announced().equals(version)) {
      throw new IOException("model " + version.version() + " is not the one that is deployed");
    }
    download.copy(model, part);
  }
}
