package io.seamark.host;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;

class NamedPathTest {
  @Test
  void takesPathsAndFileAddresses() {
    assertEquals(Path.of("/a b/c"), NamedPath.of("/a b/c"));
    assertEquals(Path.of("a/b"), NamedPath.of("a/b"));
    assertEquals(Path.of(""), NamedPath.of(""));
    assertEquals(Path.of("a:b"), NamedPath.of("a:b"));
    assertEquals(Path.of("files/x"), NamedPath.of("files/x"));
    assertEquals(Path.of("/a b/ü"), NamedPath.of("file:///a%20b/%C3%BC"));
    assertEquals(Path.of("/a"), NamedPath.of("file:/a"));
    assertEquals(Path.of("/a"), NamedPath.of("FILE:/a"));
    assertEquals(Path.of("/a"), NamedPath.of("file://localhost/a"));
    assertEquals(Path.of("/"), NamedPath.of("file:///"));
    assertEquals(Path.of("a b/c"), NamedPath.of("file:a%20b/c"));
  }

  @Test
  void refusesWhatIsNeither() {
    for (String wrong :
        List.of(
            "http://host/a",
            "s3://bucket/a",
            "file://host/a",
            "file:",
            "file:///a?b",
            "file:///a#b",
            "file:///a b",
            "file:///%zz",
            "a\0b")) {
      IllegalArgumentException e =
          assertThrows(IllegalArgumentException.class, () -> NamedPath.of(wrong), wrong);
      String shown = wrong.replace('\0', '?');
      assertTrue(String.valueOf(e.getMessage()).startsWith("'" + shown + "'"), e.getMessage());
    }
  }
}
