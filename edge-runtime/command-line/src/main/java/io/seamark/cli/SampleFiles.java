package io.seamark.cli;

import io.seamark.durable.OutputFolder;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.List;

/**
 * Files of an output folder that are named after samples; see {@link OutputNames}. Where a name
 * does not tell the id, the file {@code NAME.id} beside it holds the id, as UTF-8.
 */
public final class SampleFiles {
  /** Ending of what holds an id. */
  public static final String ID = ".id";

  private final OutputFolder folder;
  private final String below;

  /**
   * Files of samples.
   *
   * @param folder where they go
   * @param below the folder's folder for them, with a slash at its end; empty for itself
   */
  public SampleFiles(OutputFolder folder, String below) {
    this.folder = folder;
    this.below = below;
  }

  /**
   * Where a sample's file goes.
   *
   * @param id of the sample
   * @param ending as in {@link OutputNames#of}
   * @return relative to the output folder
   */
  public String name(String id, String ending) {
    return below + OutputNames.of(id, ending);
  }

  /**
   * Refuses, before the start, names under which a person keeps something.
   *
   * @param ids of the samples that will come, as far as they are known
   * @param endings of the files that each of them will have
   * @throws IllegalArgumentException if there is such a file
   * @throws IOException if one cannot be read
   */
  public void check(List<String> ids, List<String> endings) throws IOException {
    folder.check(
        ids.stream().flatMap(id -> endings.stream().map(ending -> name(id, ending))).toList());
  }

  /**
   * Writes a sample's file, whole or not at all.
   *
   * @param id of the sample
   * @param ending as in {@link OutputNames#of}
   * @param content the whole file
   * @return its name, relative to the output folder
   * @throws io.seamark.durable.ForeignFileException if a person's file has that name
   * @throws IOException if it cannot be written; the message names the file
   */
  public String write(String id, String ending, byte[] content) throws IOException {
    String name = name(id, ending);
    if (OutputNames.shortened(name)) {
      folder.write(idFile(name), id.getBytes(StandardCharsets.UTF_8));
    }
    folder.write(name, content);
    return name;
  }

  /**
   * Deletes a sample's file if this product wrote it.
   *
   * @param name from {@link #write}
   * @return whether no file has that name now
   * @throws IOException if it cannot be deleted
   */
  public boolean delete(String name) throws IOException {
    if (OutputNames.shortened(name)) {
      folder.delete(idFile(name));
    }
    return folder.delete(name);
  }

  private static String idFile(String name) {
    return name.substring(0, name.lastIndexOf('.')) + ID;
  }
}
