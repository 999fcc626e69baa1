package io.seamark.measure;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.stream.LongStream;
import org.jspecify.annotations.Nullable;

/**
 * What Linux tells of a board: its name, heat, clock and throttling. What it does not tell is
 * absent; a sensor that is there but fails is as one that is not there.
 *
 * @see <a href="https://www.kernel.org/doc/Documentation/thermal/sysfs-api.txt">Linux's thermal
 *     zones</a>
 * @see <a
 *     href="https://www.raspberrypi.com/documentation/computers/os.html#get_throttled">Raspberry
 *     Pi's bits of throttling</a>
 */
final class Board {
  private static final int MOST_BYTES = 4096;

  /** Bits of Raspberry Pi's firmware: now, and 16 higher since the start. */
  private static final List<String> PI_BITS =
      List.of("under-voltage", "clock capped", "throttled", "soft temperature limit");

  private final Path root;
  private final long throttledBefore;

  /**
   * A board.
   *
   * @param root of the file system that has {@code proc} and {@code sys}
   */
  Board(Path root) {
    this.root = root;
    this.throttledBefore = throttleCount().orElse(0);
  }

  /** Its name, as the device tree or the firmware has it. */
  Optional<String> name() {
    return text("proc/device-tree/model")
        .or(() -> text("sys/devices/virtual/dmi/id/product_name"))
        .map(text -> text.replace("\0", "").strip())
        .filter(text -> !text.isEmpty());
  }

  /** Memory of the machine in bytes. */
  OptionalLong memory() {
    Optional<String> line =
        text("proc/meminfo").stream()
            .flatMap(String::lines)
            .filter(l -> l.startsWith("MemTotal:"))
            .findFirst();
    OptionalLong kilobytes =
        line.map(l -> number(l.replaceAll("[^0-9]", ""))).orElse(OptionalLong.empty());
    return kilobytes.isPresent()
        ? OptionalLong.of(1024 * kilobytes.getAsLong())
        : OptionalLong.empty();
  }

  /** Degrees Celsius of the hottest sensor; null if there is none. */
  @Nullable Double celsius() {
    OptionalLong highest =
        matching("sys/class/thermal", "thermal_zone*").stream()
            .map(zone -> value(zone.resolve("temp")))
            .flatMapToLong(OptionalLong::stream)
            // A sensor that is off says 0 or far below.
            .filter(milli -> milli > 0)
            .max();
    return highest.isPresent() ? highest.getAsLong() / 1e3 : null;
  }

  /** Clock of the fastest core in MHz; null if it is not told. */
  @Nullable Double mhz() {
    OptionalLong fastest = clocks().max();
    return fastest.isPresent() ? fastest.getAsLong() / 1e3 : null;
  }

  private LongStream clocks() {
    return matching("sys/devices/system/cpu", "cpu[0-9]*").stream()
        .map(core -> value(core.resolve("cpufreq/scaling_cur_freq")))
        .flatMapToLong(OptionalLong::stream);
  }

  /** What the board says of throttling since this was made; null if it does not tell. */
  @Nullable List<String> throttled() {
    Optional<String> bits = text("sys/devices/platform/soc/soc:firmware/get_throttled");
    if (bits.isPresent()) {
      return pi(bits.get());
    }
    OptionalLong count = throttleCount();
    if (count.isEmpty()) {
      return null;
    }
    long since = count.getAsLong() - throttledBefore;
    return since > 0 ? List.of("slowed down for heat " + since + " times") : List.of();
  }

  private static @Nullable List<String> pi(String text) {
    long bits;
    try {
      bits = Long.decode(text.strip().startsWith("0x") ? text.strip() : "0x" + text.strip());
    } catch (NumberFormatException e) {
      return null;
    }
    List<String> said = new ArrayList<>();
    for (int i = 0; i < PI_BITS.size(); i++) {
      if ((bits >> i & 1) != 0) {
        said.add(PI_BITS.get(i) + " now");
      } else if ((bits >> (i + 16) & 1) != 0) {
        said.add(PI_BITS.get(i) + " since the board was started");
      }
    }
    return said;
  }

  private OptionalLong throttleCount() {
    List<OptionalLong> counts =
        matching("sys/devices/system/cpu", "cpu[0-9]*").stream()
            .map(core -> value(core.resolve("thermal_throttle/core_throttle_count")))
            .filter(OptionalLong::isPresent)
            .toList();
    return counts.isEmpty()
        ? OptionalLong.empty()
        : OptionalLong.of(counts.stream().mapToLong(OptionalLong::getAsLong).sum());
  }

  private List<Path> matching(String folder, String glob) {
    List<Path> found = new ArrayList<>();
    try (DirectoryStream<Path> entries = Files.newDirectoryStream(root.resolve(folder), glob)) {
      entries.forEach(found::add);
    } catch (IOException e) {
      return List.of();
    }
    return found;
  }

  private OptionalLong value(Path file) {
    return text(Objects.toString(root.relativize(file)))
        .map(text -> number(text.strip()))
        .orElse(OptionalLong.empty());
  }

  private static OptionalLong number(String text) {
    try {
      return OptionalLong.of(Long.parseLong(text));
    } catch (NumberFormatException e) {
      return OptionalLong.empty();
    }
  }

  private Optional<String> text(String name) {
    Path file = root.resolve(name);
    if (!Files.isReadable(file) || Files.isDirectory(file)) {
      return Optional.empty();
    }
    try (var in = Files.newInputStream(file)) {
      return Optional.of(new String(in.readNBytes(MOST_BYTES), StandardCharsets.UTF_8));
    } catch (IOException e) {
      return Optional.empty();
    }
  }
}
