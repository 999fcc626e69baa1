package io.seamark.verb;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.seamark.registry.PluginReference;
import io.seamark.registry.PluginRegistry;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;

/** The committed reference page of the plugins against their declarations. */
class PluginPageTest {
  @Test
  void page_isWhatTheDeclarationsSay() throws IOException {
    Path page = Path.of("..", "..", "sedna-plugins", "PLUGINS.md");
    try (PluginRegistry registry =
        PluginRegistry.discover(null, PluginPageTest.class.getClassLoader())) {
      assertEquals(
          PluginReference.markdown(registry),
          Files.isRegularFile(page) ? Files.readString(page) : "",
          "sedna-plugins/PLUGINS.md is stale; renew it with: mvn -q -Dmaven.test.skip=true package"
              + " -pl liberty-config/distribution -am && liberty-config/target/seamark/bin/seamark plugins"
              + " describe --markdown > sedna-plugins/PLUGINS.md");
    }
  }
}
