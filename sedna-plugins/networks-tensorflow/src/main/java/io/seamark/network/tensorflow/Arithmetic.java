package io.seamark.network.tensorflow;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;

/** What a training computes in. */
public enum Arithmetic {
  /** Bfloat16 where it pays: in a wide network on a processor with AMX for it, else float32. */
  AUTO,
  /** 32 bits throughout. */
  FLOAT32,
  /** Convolutions and products of matrices with 16 bits, all else with 32. */
  BFLOAT16;

  private static final Path PROCESSOR = Path.of("/proc/cpuinfo");

  /** The published network's; with 16, as the street's has, a step takes as long either way. */
  private static final int WIDE = 64;

  /**
   * Whether a training here computes in bfloat16.
   *
   * @param channels of the network's first convolution
   * @return true for {@link #BFLOAT16}, and for {@link #AUTO} with a wide network and AMX
   */
  boolean bfloat16(int channels) {
    return this == BFLOAT16 || (this == AUTO && channels >= WIDE && Amx.PRESENT);
  }

  /** Looked up once. */
  private static final class Amx {
    static final boolean PRESENT = has(PROCESSOR);
  }

  /** Whether Linux names Intel's AMX with bfloat16; without it bfloat16 is slower than float32. */
  static boolean has(Path processor) {
    if (!Files.isReadable(processor)) {
      return false;
    }
    try (Stream<String> lines = Files.lines(processor)) {
      return lines.anyMatch(
          line -> line.startsWith("flags") && (line + " ").contains(" amx_bf16 "));
    } catch (IOException e) {
      return false;
    }
  }
}
