package io.seamark.network.tensorflow;

/** What a training computes in. */
public enum Arithmetic {
  /** Bfloat16 where it pays: in a wide network on a processor with AMX for it, else float32. */
  AUTO,
  /** 32 bits throughout. */
  FLOAT32,
  /** Convolutions and products of matrices with 16 bits, all else with 32. */
  BFLOAT16;

  /** The published network's; with 16, as the street's has, a step takes as long either way. */
  private static final int WIDE = 64;

  /**
   * Refuses what the processor cannot do.
   *
   * @param processor that trains
   * @throws IllegalArgumentException if this is {@link #BFLOAT16} and the processor has no kernels
   *     for it: the library would end the process
   */
  void check(Processor processor) {
    if (this == BFLOAT16 && !processor.bfloat16()) {
      throw new IllegalArgumentException(
          "arithmetic is bfloat16, but that needs a processor with AVX-512, oneDNN"
              + " (TF_ENABLE_ONEDNN_OPTS=1), and no DNNL_MAX_CPU_ISA below AVX512_CORE; choose auto"
              + " or float32");
    }
  }

  /**
   * Whether a training computes in bfloat16.
   *
   * @param channels of the network's first convolution
   * @param processor that trains
   * @return true for {@link #BFLOAT16}, and for {@link #AUTO} with a wide network and AMX
   */
  boolean bfloat16(int channels, Processor processor) {
    return this == BFLOAT16 || (this == AUTO && channels >= WIDE && processor.amx());
  }
}
