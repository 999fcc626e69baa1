package io.seamark.setting;

import io.seamark.plugin.Hyperparameter;
import java.nio.file.Path;

/**
 * What Sedna's knowledge base, which knowledge management serves, is set to.
 *
 * @param folder where its files are; empty for {@code knowledgebase} in the services' folder
 * @param maxUploadBytes the largest request that uploads a file
 * @param maxBytes the most bytes on disk, of files and of uploads under way
 * @param maxFiles the most files
 * @param bodySeconds how long an upload may take
 * @param unsafeMissingFileAnswer whether a file that is not there is answered with 200
 */
public record KnowledgeBaseSettings(
    @Hyperparameter(
            text =
                "The folder of the files that Sedna's workers keep here. Where none is named, it is"
                    + " knowledgebase/ in seamark.data.",
            defaultValue = "")
        Path folder,
    @Hyperparameter(
            name = "max-upload-bytes",
            text = "The largest upload, with what multipart/form-data puts around the file.",
            defaultValue = "1073741824",
            min = 1024,
            unit = "bytes")
        long maxUploadBytes,
    @Hyperparameter(
            name = "max-bytes",
            text =
                "The most bytes on disk. An upload takes up to twice its size while it is under way;"
                    + " one that finds no room is answered with 507.",
            defaultValue = "8589934592",
            min = 4096,
            unit = "bytes")
        long maxBytes,
    @Hyperparameter(
            name = "max-files",
            text = "The most files. A further name is answered with 507.",
            defaultValue = "10000",
            min = 1,
            max = 100_000,
            unit = "files")
        int maxFiles,
    @Hyperparameter(
            name = "body.seconds",
            text = "How long an upload may take to arrive.",
            defaultValue = "600",
            min = 1,
            max = 86_400,
            unit = "seconds")
        int bodySeconds,
    @Hyperparameter(
            name = "unsafe-missing-file-answer",
            text =
                "Answers the download of a file that is not there with 200 and a text, as Sedna's"
                    + " server does, in place of 404. A worker that stores what it gets takes the text"
                    + " for its model.",
            defaultValue = "false")
        boolean unsafeMissingFileAnswer) {
  /** Checks the ranges. */
  public KnowledgeBaseSettings {
    SettingGroup.KNOWLEDGE_BASE.check(
        folder, maxUploadBytes, maxBytes, maxFiles, bodySeconds, unsafeMissingFileAnswer);
  }

  /**
   * Where the files are.
   *
   * @param data the services' folder
   * @return the folder that is set, or the one in there
   */
  public Path folderIn(Path data) {
    return folder.toString().isEmpty() ? data.resolve("knowledgebase") : folder;
  }
}
