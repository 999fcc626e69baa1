package io.seamark.network.tensorflow;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ArithmeticTest {
  @TempDir Path folder = Path.of("");

  private boolean has(String processor) throws IOException {
    return Arithmetic.has(Files.writeString(folder.resolve("cpuinfo"), processor));
  }

  @Test
  @DisplayName("bfloat16 pays where the processor has AMX for it, and is asked for or forbidden")
  void processors() throws IOException {
    assertTrue(has("model name\t: x\nflags\t\t: fpu avx512_bf16 amx_tile amx_bf16 amx_int8\n"));
    assertTrue(has("flags : amx_bf16\n"));
    assertFalse(has("flags : avx512_bf16 amx_tile\n"));
    assertFalse(has("flags : amx_bf16x\n"));
    assertFalse(has("bugs : amx_bf16 \n"));
    assertFalse(Arithmetic.has(folder.resolve("none")));
    assertTrue(Arithmetic.BFLOAT16.bfloat16(4));
    assertFalse(Arithmetic.FLOAT32.bfloat16(64));
    assertFalse(Arithmetic.AUTO.bfloat16(63));
    assertEquals(Arithmetic.has(Path.of("/proc/cpuinfo")), Arithmetic.AUTO.bfloat16(64));
  }
}
