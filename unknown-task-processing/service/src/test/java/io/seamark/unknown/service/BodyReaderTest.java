package io.seamark.unknown.service;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.io.ByteArrayInputStream;
import java.io.InputStream;
import java.time.Duration;
import org.junit.jupiter.api.Test;

class BodyReaderTest {
  private static final int LIMIT = 100_000;

  @Test
  void read_givesTheMemoryBack() {
    BodyReader reader = reader(Duration.ofSeconds(30), 256 << 10);
    for (int i = 0; i < 100; i++) {
      try (BodyReader.Body body = reader.read(new ByteArrayInputStream(new byte[LIMIT]))) {
        assertArrayEquals(new byte[LIMIT], body.bytes());
      }
    }
  }

  @Test
  void read_refusesWhatIsMoreThanMayBeHeldAtOnce() {
    BodyReader reader = reader(Duration.ofSeconds(30), 256 << 10);
    try (BodyReader.Body body = reader.read(new ByteArrayInputStream(new byte[LIMIT]))) {
      assertThrows(
          BusyException.class, () -> reader.read(new ByteArrayInputStream(new byte[LIMIT])));
      assertThrows(BadSampleException.class, () -> body.hold(256 << 10));
      body.hold(10_000);
    }
    reader.read(new ByteArrayInputStream(new byte[LIMIT])).close();
  }

  @Test
  void read_ofABodyThatNeverEndsIsCutOff() {
    BodyReader fast = reader(Duration.ofMinutes(1), 256 << 10);
    assertEquals(413, status(fast, endless()));
    // A refused body holds nothing.
    fast.read(new ByteArrayInputStream(new byte[LIMIT])).close();
    assertEquals(408, status(reader(Duration.ZERO, 256 << 10), endless()));
  }

  private static int status(BodyReader reader, InputStream body) {
    return assertThrows(BadSampleException.class, () -> reader.read(body)).status().getStatusCode();
  }

  private static BodyReader reader(Duration patience, long memory) {
    return new BodyReader(LIMIT, patience, memory, () -> new BusyException("no memory", 0, 0, 1));
  }

  private static InputStream endless() {
    return new InputStream() {
      @Override
      public int read() {
        return 1;
      }
    };
  }
}
