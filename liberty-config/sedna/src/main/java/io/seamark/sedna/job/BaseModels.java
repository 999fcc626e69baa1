package io.seamark.sedna.job;

import io.seamark.cli.CommonOptions;
import io.seamark.cli.ModelOptions;
import io.seamark.durable.DurableFiles;
import io.seamark.edge.sync.ModelAnnouncement;
import io.seamark.host.CacheFolder;
import io.seamark.sedna.JobIndex;
import io.seamark.sedna.ModelDownload;
import io.seamark.sedna.RemoteFiles;
import io.seamark.sedna.Worker;
import io.seamark.setting.SettingGroup;
import io.seamark.street.StreetModels;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/** The model that a job begins with, and those that its indices name, as files of this machine. */
final class BaseModels {
  private final Worker worker;
  private final CommonOptions.Workplace workplace;
  private final RemoteFiles files;
  private final Path cache;
  private final long limit;

  /**
   * For a worker.
   *
   * @param folder where remote models are kept
   */
  BaseModels(Worker worker, CommonOptions.Workplace workplace, RemoteFiles files, Path folder) {
    this.worker = worker;
    this.workplace = workplace;
    this.files = files;
    this.cache = folder.resolve("models");
    this.limit = workplace.settings(SettingGroup.EDGE).modelMaxBytes();
  }

  /**
   * What a round begins from.
   *
   * @param announced what is known of it
   * @param file of this machine
   * @param urls where the index of the round before has it; empty for a base model
   * @param datasets of the rounds before
   */
  record Base(
      ModelAnnouncement announced, Path file, List<String> urls, List<JobIndex.Dataset> datasets) {}

  /** The last round's model where there was one, else the base model. */
  Base ofRound() throws IOException {
    if (!worker.told().trained()) {
      return base();
    }
    String last = Worker.needed("CLOUD_KB_INDEX", worker.told().lastIndex());
    String address = worker.prefixed(last);
    JobIndex index = JobIndex.read(address, files.read(address, JobIndex.MAX_BYTES));
    return new Base(
        index.model().announced(), file(index.model()), index.model().urls(), index.datasets());
  }

  private Base base() throws IOException {
    Path file = named();
    String sha256 = DurableFiles.sha256(file);
    return new Base(
        new ModelAnnouncement(
            "base-" + sha256.substring(0, 12), sha256, Files.size(file), null, null),
        file,
        List.of(),
        List.of());
  }

  /** {@code MODEL_URL}, {@code PRETRAINED_MODEL_URL} or the embedded model. */
  private Path named() throws IOException {
    String configured = workplace.text("seamark.edge.model");
    String model = worker.told().model().strip();
    String address =
        !configured.isEmpty()
            ? configured
            : model.isEmpty() ? worker.told().pretrainedModel().strip() : model;
    if (address.isEmpty()) {
      return StreetModels.edgeModel(CacheFolder.path());
    }
    Path file = files.local(address, cache, limit);
    ModelOptions.say(file, ModelOptions.describe(file, workplace.plugins()));
    ModelOptions.probe(file, workplace.plugins());
    return file;
  }

  /**
   * The file of a model that an index names.
   *
   * @throws IOException if it is nowhere, whole and unaltered
   */
  Path file(JobIndex.Model model) throws IOException {
    return new ModelDownload(files, limit).local(model, cache);
  }
}
