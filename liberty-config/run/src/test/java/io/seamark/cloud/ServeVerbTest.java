package io.seamark.cloud;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.seamark.cli.Seamark;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * With a script in Liberty's place, which ends at once; the integration tests start the real one.
 */
class ServeVerbTest {
  private static final String HOME = "seamark.home";

  @TempDir Path folder = Path.of("");
  private final String home = System.getProperty(HOME, "");

  @BeforeEach
  void distribution() throws IOException {
    Path made = folder.resolve("home");
    Path script = Files.createDirectories(made.resolve("wlp/bin")).resolve("server");
    Files.writeString(script, "#!/bin/sh\nexit 3\n");
    assertTrue(script.toFile().setExecutable(true));
    Path config = Files.createDirectories(made.resolve("servers/knowledge-management"));
    Files.writeString(config.resolve("server.xml"), "<server/>");
    System.setProperty(HOME, made.toString());
  }

  @AfterEach
  void restore() {
    if (home.isEmpty()) {
      System.clearProperty(HOME);
    } else {
      System.setProperty(HOME, home);
    }
  }

  @Test
  @DisplayName("seamark.data may be a file: URI, as every path")
  void dataIsNamedAsEveryPath() {
    Path data = folder.resolve("data");
    StringWriter err = new StringWriter();
    int status =
        Seamark.run(
            new PrintWriter(new StringWriter()),
            new PrintWriter(err),
            "serve",
            "knowledge",
            "--port",
            "0",
            "--set",
            "seamark.data=" + data.toUri());
    assertEquals(1, status, err.toString());
    assertTrue(Files.isDirectory(data.resolve("logs/knowledge-management")), err.toString());
    assertFalse(Files.exists(Path.of("file:")));
  }
}
