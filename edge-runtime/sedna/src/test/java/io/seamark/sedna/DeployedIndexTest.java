package io.seamark.sedna;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.seamark.setting.SettingGroup;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What {@code MODEL_URLS} means to an inference worker. */
class DeployedIndexTest {
  private static String address(String told) {
    return DeployedIndex.address(
        new Worker(
            "street",
            SettingGroup.SEDNA_WORKER.with(
                SettingGroup.SEDNA_WORKER.defaults(), Map.of("MODEL_URLS", told)),
            SettingGroup.SEDNA_CLIENT.defaults()));
  }

  @ParameterizedTest
  @CsvSource({
    "/a/index.pkl",
    "' /a/index.pkl '",
    "/a/index.pkl;",
    "' ; /a/index.pkl;/a/index.pkl'"
  })
  void oneIndexIsServed(String told) {
    assertEquals("/a/index.pkl", address(told));
  }

  @Test
  void severalAreRefusedWithTheChoices() {
    assertEquals(
        "MODEL_URLS names 2 indices, but inference serves the model of one: set it to"
            + " /a/index.pkl or s3://b/index.pkl, or let seamark sedna eval leave the index of the"
            + " best of them",
        assertThrows(
                IllegalArgumentException.class, () -> address("/a/index.pkl; s3://b/index.pkl"))
            .getMessage());
  }

  @Test
  void noneIsRefused() {
    assertEquals(
        "MODEL_URLS is ';', but must name an index",
        assertThrows(IllegalArgumentException.class, () -> address(";")).getMessage());
  }
}
