package io.seamark.verb;

import io.seamark.cli.CommonOptions;
import io.seamark.cli.Seamark;
import io.seamark.durable.OutputFolder;
import io.seamark.plugin.MaskGenerator;
import io.seamark.plugin.PluginKind;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;

/** What verbs open before their work begins: what fails here is a matter of configuration. */
final class Opening {
  private Opening() {}

  static MaskGenerator generator(CommonOptions.Workplace workplace) {
    try {
      return workplace.plugins().create(PluginKind.MASK_GENERATOR);
    } catch (UncheckedIOException e) {
      throw new IllegalArgumentException(Seamark.message(e), e);
    }
  }

  static void folder(Path folder, Map<String, Path> inputs) {
    try {
      OutputFolder.refuseInputs(folder, inputs);
      Files.createDirectories(folder);
    } catch (IOException e) {
      throw new IllegalArgumentException(
          "--out " + folder + " cannot be made a folder: " + Seamark.message(e), e);
    }
  }

  static Path buffer(Path folder) {
    if (!Files.isDirectory(folder)) {
      throw new IllegalArgumentException("buffer " + folder + " does not exist or is not a folder");
    }
    return folder;
  }
}
