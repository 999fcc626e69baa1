package io.seamark.verb;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.seamark.configuration.SettingReference;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;

/** The committed reference page of the settings against their declarations. */
class SettingPageTest {
  @Test
  void page_isWhatTheDeclarationsSay() throws IOException {
    Path page = Path.of("..", "..", "sedna-plugins", "SETTINGS.md");
    assertEquals(
        SettingReference.markdown(),
        Files.isRegularFile(page) ? Files.readString(page) : "",
        "sedna-plugins/SETTINGS.md is stale; renew it with: mvn -q -Dmaven.test.skip=true package"
            + " -pl liberty-config/distribution -am && liberty-config/target/seamark/bin/seamark settings"
            + " --markdown > sedna-plugins/SETTINGS.md");
  }
}
