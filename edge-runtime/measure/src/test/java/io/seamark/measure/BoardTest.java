package io.seamark.measure;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class BoardTest {
  @TempDir Path root = Path.of("");

  private void file(String name, String content) throws IOException {
    Path file = root.resolve(name);
    Files.createDirectories(file.getParent());
    Files.writeString(file, content);
  }

  @Test
  @DisplayName("Raspberry Pi: name with its end mark, heat, clock, and the firmware's bits")
  void raspberryPi() throws IOException {
    file("proc/device-tree/model", "Raspberry Pi 4 Model B Rev 1.4\0");
    file("proc/meminfo", "MemTotal:        3884376 kB\nMemFree:  1 kB\n");
    file("sys/class/thermal/thermal_zone0/temp", "68147\n");
    file("sys/devices/system/cpu/cpu0/cpufreq/scaling_cur_freq", "1500000\n");
    file("sys/devices/system/cpu/cpu3/cpufreq/scaling_cur_freq", "1800000\n");
    file("sys/devices/platform/soc/soc:firmware/get_throttled", "50004\n");
    Board board = new Board(root);
    assertEquals(Optional.of("Raspberry Pi 4 Model B Rev 1.4"), board.name());
    assertEquals(OptionalLong.of(3884376L * 1024), board.memory());
    assertEquals(68.147, board.celsius());
    assertEquals(1800.0, board.mhz());
    assertEquals(
        List.of("under-voltage since the board was started", "throttled now"), board.throttled());
    file("sys/devices/platform/soc/soc:firmware/get_throttled", "0x0\n");
    assertEquals(List.of(), board.throttled());
    file("sys/devices/platform/soc/soc:firmware/get_throttled", "?");
    assertNull(board.throttled());
  }

  @Test
  @DisplayName("Jetson: the hottest of several sensors, without one that is off")
  void jetson() throws IOException {
    file("proc/device-tree/model", "NVIDIA Jetson Nano Developer Kit\0");
    file("sys/class/thermal/thermal_zone0/temp", "41500");
    file("sys/class/thermal/thermal_zone1/temp", "-256000");
    file("sys/class/thermal/thermal_zone2/temp", "44250");
    file("sys/class/thermal/cooling_device0/cur_state", "99000");
    Board board = new Board(root);
    assertEquals(44.25, board.celsius());
    assertNull(board.mhz());
    assertNull(board.throttled());
  }

  @Test
  @DisplayName("a processor's count of throttling is told from the start of the measurement")
  void throttlingIsCounted() throws IOException {
    String count = "sys/devices/system/cpu/cpu1/thermal_throttle/core_throttle_count";
    file(count, "7\n");
    Board board = new Board(root);
    assertEquals(List.of(), board.throttled());
    file(count, "9\n");
    assertEquals(List.of("slowed down for heat 2 times"), board.throttled());
  }

  @Test
  @DisplayName("what a machine does not tell is absent, also where a file holds something else")
  void nothingIsTold() throws IOException {
    Board bare = new Board(root);
    assertEquals(Optional.empty(), bare.name());
    assertEquals(OptionalLong.empty(), bare.memory());
    assertNull(bare.celsius());
    file("sys/class/thermal/thermal_zone0/temp", "hot");
    file("proc/meminfo", "MemTotal: much");
    assertNull(bare.celsius());
    assertEquals(OptionalLong.empty(), bare.memory());
  }
}
