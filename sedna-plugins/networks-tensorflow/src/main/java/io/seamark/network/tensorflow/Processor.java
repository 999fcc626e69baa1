package io.seamark.network.tensorflow;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;

/**
 * What oneDNN may do with bfloat16 here.
 *
 * @param bfloat16 whether it has kernels for it, which take AVX-512
 * @param amx whether they are faster than those for float32, which takes Intel's AMX
 */
record Processor(boolean bfloat16, boolean amx) {
  private static final Path LINUX = Path.of("/proc/cpuinfo");
  private static final Set<String> AVX512 = Set.of("avx512f", "avx512bw", "avx512vl", "avx512dq");

  /** This one, looked up once. */
  private static final class Here {
    static final Processor IT = of(LINUX, System.getenv());
  }

  static Processor here() {
    return Here.IT;
  }

  /**
   * As Linux names a processor, and as the environment lets oneDNN use it.
   *
   * @param file such as /proc/cpuinfo; where it cannot be read there is no bfloat16
   * @param environment its variables
   */
  static Processor of(Path file, Map<String, String> environment) {
    String switched = environment.getOrDefault("TF_ENABLE_ONEDNN_OPTS", "0");
    String most =
        environment
            .getOrDefault("ONEDNN_MAX_CPU_ISA", environment.getOrDefault("DNNL_MAX_CPU_ISA", ""))
            .toUpperCase(Locale.ROOT);
    if (!Set.of("1", "true").contains(switched.toLowerCase(Locale.ROOT))) {
      return new Processor(false, false);
    }
    Set<String> flags = flags(file);
    boolean all = Set.of("", "ALL", "DEFAULT").contains(most);
    boolean wide = all || most.startsWith("AVX512");
    boolean tiles = all || most.contains("AMX");
    boolean bfloat16 = wide && flags.containsAll(AVX512);
    return new Processor(bfloat16, bfloat16 && tiles && flags.contains("amx_bf16"));
  }

  private static Set<String> flags(Path file) {
    if (!Files.isReadable(file)) {
      return Set.of();
    }
    try (Stream<String> lines = Files.lines(file)) {
      return lines
          .filter(line -> line.startsWith("flags"))
          .findFirst()
          .map(line -> Set.copyOf(Arrays.asList(line.split("\\s+"))))
          .orElse(Set.of());
    } catch (IOException e) {
      return Set.of();
    }
  }
}
