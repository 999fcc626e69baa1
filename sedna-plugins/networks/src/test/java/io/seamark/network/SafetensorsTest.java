package io.seamark.network;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class SafetensorsTest {
  @TempDir Path folder = Path.of("");

  @Test
  void singlePrecisionComesBackExactly() throws IOException {
    Map<String, Tensor> tensors = new LinkedHashMap<>();
    float[] many = new float[200_000];
    for (int i = 0; i < many.length; i++) {
      many[i] = i * 0.37f - 5;
    }
    tensors.put("z", new Tensor(List.of(2, 100_000), many));
    tensors.put("a", new Tensor(List.of(), new float[] {1e-30f}));
    Path path = folder.resolve("w.safetensors");
    Safetensors.write(path, new Weights(tensors, Map.of("key", "Grüße \"x\"")), Precision.F32);

    Weights read = Safetensors.read(path);

    assertEquals(List.of("z", "a"), List.copyOf(read.tensors().keySet()));
    assertArrayEquals(many, read.get("z").values());
    assertEquals(List.of(), read.shape("a"));
    assertEquals("Grüße \"x\"", read.metadata().get("key"));
    try (Stream<Path> files = Files.list(folder)) {
      assertEquals(1, files.count(), "no temporary file stays");
    }
  }

  @Test
  void halfPrecisionRoundsToNearestEven() throws IOException {
    float[] values = {
      1, -2.5f, 65504, 2049, 2051, 0x1p-24f, 0x1p-25f, 0x1.003ffep0f, -0f, 6.1033e-5f
    };
    Path path = folder.resolve("h.safetensors");
    Safetensors.write(
        path,
        new Weights(Map.of("h", new Tensor(List.of(values.length), values)), Map.of()),
        Precision.F16);
    assertArrayEquals(
        new float[] {1, -2.5f, 65504, 2048, 2052, 0x1p-24f, 0, 1.0009766f, -0f, 6.1035156e-5f},
        Safetensors.read(path).get("h").values());
  }

  @Test
  void everyHalfSurvivesTheRoundTrip() {
    for (int bits = 0; bits < 0x10000; bits++) {
      float value = HalfFloat.toFloat((short) bits);
      if (!Float.isNaN(value)) {
        assertEquals((short) bits, HalfFloat.fromFloat(value));
      }
    }
  }

  @Test
  void valuesBeyondHalfPrecisionAreRefused() {
    Weights weights =
        new Weights(Map.of("w", new Tensor(List.of(1), new float[] {7e4f})), Map.of());
    Path path = folder.resolve("h.safetensors");
    IllegalArgumentException e =
        assertThrows(
            IllegalArgumentException.class, () -> Safetensors.write(path, weights, Precision.F16));
    assertEquals("'w' holds 70000.0, but half precision ends at 65504", e.getMessage());
    assertFalse(Files.exists(path));
  }

  @Test
  void otherFloatTypesAreConvertedAndCountersLeftOut() throws IOException {
    ByteBuffer data = ByteBuffer.allocate(22).order(ByteOrder.LITTLE_ENDIAN);
    data.putDouble(0.1)
        .putShort((short) 0x3FC0)
        .putShort((short) 0xC000)
        .putLong(7)
        .putShort((short) 0);
    Path path =
        file(
            """
            {"d":{"dtype":"F64","shape":[1],"data_offsets":[0,8]},
            "b":{"dtype":"BF16","shape":[2],"data_offsets":[8,12]},
            "n":{"dtype":"I64","shape":[],"data_offsets":[12,20]},
            "h":{"dtype":"F16","shape":[1,1],"data_offsets":[20,22]}}""",
            data.array());
    Weights read = Safetensors.read(path);
    assertArrayEquals(new float[] {0.1f}, read.get("d").values());
    assertArrayEquals(new float[] {1.5f, -2}, read.get("b").values());
    assertFalse(read.has("n"));
    assertTrue(read.has("h"));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "{\"a\":{\"dtype\":\"F32\",\"shape\":[2],\"data_offsets\":[0,4]}} | cannot lie at bytes",
        "{\"a\":{\"dtype\":\"F32\",\"shape\":[1],\"data_offsets\":[4,8]}} | begins at byte 4",
        "{\"a\":{\"dtype\":\"F32\",\"shape\":[3],\"data_offsets\":[0,12]}} | end at byte 12",
        "{\"a\":{\"dtype\":\"F32\",\"shape\":[1],\"data_offsets\":[0,4]}} | end at byte 4",
        "{\"a\":{\"dtype\":\"Q4\",\"shape\":[2],\"data_offsets\":[0,8]}} | has type 'Q4'",
        "{\"a\":{\"dtype\":\"F32\",\"shape\":[0],\"data_offsets\":[0,0]}} | at least 1",
        "{\"a\":{\"dtype\":\"F32\",\"shape\":[-2],\"data_offsets\":[0,8]}} | at least 1",
        "{\"a\":{\"dtype\":\"F32\",\"shape\":[2000000000],\"data_offsets\":[0,8000000000]}}"
            + " | more than",
        "{\"a\":{\"dtype\":\"F32\",\"shape\":[9999999999,9999999999,9999999999],"
            + "\"data_offsets\":[0,8]}} | at least 1",
        "{\"a\":{\"dtype\":\"F32\",\"shape\":[2],\"data_offsets\":[0,8]},\"a\":1} | Duplicate",
        "{\"a\":{\"dtype\":\"F32\",\"shape\":[2],\"data_offsets\":[0,8]}} x | Unrecognized",
        "{\"a\":[]} | START_ARRAY where START_OBJECT",
        "{\"__metadata__\":{\"a\":3}} | where VALUE_STRING",
        "[] | does not start with '{'",
        "{\"a\": | ",
      })
  void unsoundHeadersAreRefused(String header, String reason) throws IOException {
    Path path = file(header, new byte[8]);
    IOException e = assertThrows(IOException.class, () -> Safetensors.read(path));
    String message = String.valueOf(e.getMessage());
    assertTrue(message.startsWith(path + " is not a safetensors file: "), message);
    assertTrue(reason == null || message.contains(reason), message);
  }

  @Test
  void headerLengthsBeyondTheFileAreRefused() throws IOException {
    for (long length : new long[] {-1, 0, 9, 1L << 40}) {
      Path path = folder.resolve("l.safetensors");
      Files.write(
          path, ByteBuffer.allocate(16).order(ByteOrder.LITTLE_ENDIAN).putLong(length).array());
      assertThrows(IOException.class, () -> Safetensors.read(path));
    }
    Path empty = Files.createFile(folder.resolve("empty"));
    assertThrows(IOException.class, () -> Safetensors.read(empty));
  }

  private Path file(String header, byte[] data) throws IOException {
    byte[] json = header.getBytes(StandardCharsets.UTF_8);
    ByteBuffer buffer =
        ByteBuffer.allocate(8 + json.length + data.length).order(ByteOrder.LITTLE_ENDIAN);
    buffer.putLong(json.length).put(json).put(data);
    return Files.write(folder.resolve("f.safetensors"), buffer.array());
  }
}
