package io.seamark.cloud;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;

import io.seamark.cli.CommonOptions;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

class CloudSettingsTest {
  private static final String LOOK = "unseen_task_processing.sam_fusion.edge-model";
  private static final String SAM = "mask_generator.segment_anything.folder";

  private static Map<String, String> settings(Map<String, String> chosen) {
    CommonOptions common = new CommonOptions();
    return CloudSettings.of(common.open(common.registry(), chosen, Map.of()), Path.of("services"));
  }

  private static String absolute(String path) {
    return Path.of(path).toAbsolutePath().toString();
  }

  @Test
  @DisplayName("paths of plugins hold in the services' own working folder")
  void pathsOfPlugins() {
    Map<String, String> settings = settings(Map.of(LOOK, "m.safetensors", SAM, "file:sam"));
    assertEquals(absolute("m.safetensors"), settings.get(LOOK));
    assertEquals(absolute("sam"), settings.get(SAM));
    assertNull(settings(Map.of()).get(LOOK));
    settings = settings(Map.of(LOOK.replace('-', '_'), "m.safetensors", "seamark.sam", "sam"));
    assertEquals(absolute("m.safetensors"), settings.get(LOOK));
    assertEquals(absolute("sam"), settings.get(SAM));
    assertEquals(
        absolute("m.safetensors"),
        CloudSettings.environment(settings).get("UNSEEN_TASK_PROCESSING_SAM_FUSION_EDGE_MODEL"));
  }

  @Test
  @DisplayName("what begins as a key of ours but is none does not reach the services")
  void othersNamesStay() {
    // As the environment variable SEAMARK_SHARED would be listed.
    System.setProperty("seamark.shared", "elsewhere");
    System.setProperty("seamark.training.steps", "3");
    try {
      Map<String, String> settings = settings(Map.of("seamark.edge.window", "2"));
      assertNull(settings.get("seamark.shared"));
      assertEquals("3", settings.get("seamark.training.steps"));
      assertNull(settings.get("seamark.edge.window"));
      assertNull(settings.get("seamark.home"));
    } finally {
      System.clearProperty("seamark.shared");
      System.clearProperty("seamark.training.steps");
    }
  }
}
