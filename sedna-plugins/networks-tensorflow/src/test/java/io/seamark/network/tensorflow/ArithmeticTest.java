package io.seamark.network.tensorflow;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ArithmeticTest {
  private static final String AVX2 = "flags\t\t: fpu avx2\n";
  private static final String AVX512 = "flags\t\t: fpu avx512f avx512dq avx512bw avx512vl\n";
  private static final String AMX =
      "model name\t: x\nflags\t\t: avx512f avx512dq avx512bw avx512vl amx_tile amx_bf16\n";
  private static final Map<String, String> ON = Map.of("TF_ENABLE_ONEDNN_OPTS", "1");

  @TempDir Path folder = Path.of("");

  private Processor processor(String text, Map<String, String> environment) throws IOException {
    return Processor.of(Files.writeString(folder.resolve("cpuinfo"), text), environment);
  }

  private Processor capped(String most) throws IOException {
    return processor(AMX, Map.of("TF_ENABLE_ONEDNN_OPTS", "true", "DNNL_MAX_CPU_ISA", most));
  }

  @Test
  @DisplayName("what a processor has, and what the environment lets oneDNN use of it")
  void processors() throws IOException {
    Processor none = new Processor(false, false);
    Processor slow = new Processor(true, false);
    Processor fast = new Processor(true, true);
    assertEquals(fast, processor(AMX, ON));
    assertEquals(none, processor(AMX, Map.of()));
    assertEquals(none, processor(AMX, Map.of("TF_ENABLE_ONEDNN_OPTS", "0")));
    assertEquals(slow, processor(AVX512, ON));
    assertEquals(none, processor(AVX2, ON));
    assertEquals(none, processor("bugs : avx512f avx512dq avx512bw avx512vl amx_bf16\n", ON));
    assertEquals(slow, processor(AMX.replace("amx_bf16", "amx_bf16x"), ON));
    assertEquals(none, Processor.of(folder.resolve("none"), ON));
    assertEquals(none, capped("AVX2"));
    assertEquals(none, capped("avx2_vnni_2"));
    assertEquals(slow, capped("AVX512_CORE_BF16"));
    assertEquals(fast, capped("avx512_core_amx"));
    assertEquals(fast, capped("ALL"));
    assertEquals(
        none, processor(AMX, Map.of("TF_ENABLE_ONEDNN_OPTS", "1", "ONEDNN_MAX_CPU_ISA", "SSE41")));
  }

  @Test
  @DisplayName("bfloat16 is taken where it pays, is asked for or forbidden, and refused elsewhere")
  void choices() {
    Processor slow = new Processor(true, false);
    Processor fast = new Processor(true, true);
    assertTrue(Arithmetic.BFLOAT16.bfloat16(4, slow));
    assertFalse(Arithmetic.FLOAT32.bfloat16(64, fast));
    assertFalse(Arithmetic.AUTO.bfloat16(63, fast));
    assertTrue(Arithmetic.AUTO.bfloat16(64, fast));
    assertFalse(Arithmetic.AUTO.bfloat16(64, slow));
    Processor none = new Processor(false, false);
    Arithmetic.AUTO.check(none);
    Arithmetic.FLOAT32.check(none);
    Arithmetic.BFLOAT16.check(slow);
    IllegalArgumentException e =
        assertThrows(IllegalArgumentException.class, () -> Arithmetic.BFLOAT16.check(none));
    assertTrue(String.valueOf(e.getMessage()).contains("choose auto or float32"));
  }
}
