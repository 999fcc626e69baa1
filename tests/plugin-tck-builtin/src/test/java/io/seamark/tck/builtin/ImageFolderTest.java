package io.seamark.tck.builtin;

import io.seamark.imaging.Images;
import io.seamark.perception.ClassMap;
import io.seamark.plugin.PluginProvider;
import io.seamark.plugin.SampleSource;
import io.seamark.source.ImageFolderProvider;
import io.seamark.tck.SampleSourceContract;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.io.TempDir;

/** {@code image_folder}. */
class ImageFolderTest extends SampleSourceContract<ImageFolderProvider.Hyperparameters> {
  @Override
  protected PluginProvider<SampleSource, ImageFolderProvider.Hyperparameters> provider() {
    return new ImageFolderProvider();
  }

  @TempDir private Path folder = Path.of("");

  /** Three pictures and a broken one. */
  @Override
  protected Map<String, String> hyperparameters() throws IOException {
    for (int i = 0; i < 3; i++) {
      ClassMap grey = new ClassMap(5 + i, 4, new byte[4 * (5 + i)]);
      Files.write(folder.resolve("picture-" + i + ".png"), Images.encodeClassMap(grey));
    }
    Files.writeString(folder.resolve("broken.png"), "no picture");
    return Map.of("folder", folder.toString());
  }
}
