package io.seamark.image;

import java.util.Locale;
import java.util.Map;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/** A processor that images are built for, on Linux with glibc. */
enum Architecture {
  /** x86-64. */
  AMD64("linux-x64", "linux-x86-64", "amd64", "x86_64"),
  /** 64-bit ARM, as on a Raspberry Pi 4 and a Jetson Nano. */
  ARM64("linux-aarch64", "linux-aarch64", "aarch64", "arm64");

  /** Where libraries keep their natives of all platforms: jars, by the entries in them. */
  private static final Map<Pattern, Pattern> NATIVES =
      Map.of(
          Pattern.compile("onnxruntime-\\d.*"), Pattern.compile("ai/onnxruntime/native/[^/]+/.*"),
          Pattern.compile("jline-native-\\d.*"), Pattern.compile("org/jline/nativ/[^/]+/.*"),
          Pattern.compile("jna-\\d.*"), Pattern.compile("com/sun/jna/[a-z0-9]+-[a-z0-9-]+/.*"),
          Pattern.compile("zstd-jni-\\d.*"), Pattern.compile("(linux|darwin|win|freebsd|aix)/.*"));

  private final String onnxRuntime;
  private final String jna;
  private final String zstd;
  private final String jline;

  Architecture(String onnxRuntime, String jna, String zstd, String jline) {
    this.onnxRuntime = "ai/onnxruntime/native/" + onnxRuntime + "/";
    this.jna = "com/sun/jna/" + jna + "/";
    this.zstd = "linux/" + zstd + "/";
    this.jline = "org/jline/nativ/Linux/" + jline + "/";
  }

  /** As OCI and Kubernetes name it. */
  String id() {
    return name().toLowerCase(Locale.ROOT);
  }

  /**
   * Whether a jar holds libraries of several platforms.
   *
   * @param jar its file name
   */
  static boolean selects(String jar) {
    return NATIVES.keySet().stream().anyMatch(each -> each.matcher(jar).matches());
  }

  /**
   * Whether a jar's entry is of use here.
   *
   * @param jar its file name
   * @param entry a name in it
   * @return false if it is a native library of another platform
   */
  boolean needs(String jar, String entry) {
    return NATIVES.entrySet().stream()
        .filter(each -> each.getKey().matcher(jar).matches())
        .noneMatch(each -> each.getValue().matcher(entry).matches() && !own(entry));
  }

  private boolean own(String entry) {
    return Stream.of(onnxRuntime, jna, zstd, jline).anyMatch(entry::startsWith);
  }

  static Architecture of(String id) {
    for (Architecture each : values()) {
      if (each.id().equals(id)) {
        return each;
      }
    }
    throw new IllegalArgumentException("platform is '" + id + "', but must be amd64 or arm64");
  }
}
