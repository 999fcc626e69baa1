package io.seamark.edge.metrics;

import com.sun.management.OperatingSystemMXBean;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * What this process uses of the machine.
 *
 * @param cpuSeconds processor time since the process started, all threads
 * @param residentBytes memory in RAM now; NaN where the system does not tell (other than Linux)
 * @param peakResidentBytes the most memory in RAM so far; NaN as above
 */
public record ProcessResources(double cpuSeconds, double residentBytes, double peakResidentBytes) {
  private static final Path STATUS = Path.of("/proc/self/status");

  /**
   * Reads the figures.
   *
   * @return as of now
   */
  public static ProcessResources now() {
    double resident = Double.NaN;
    double peak = Double.NaN;
    try {
      if (Files.isReadable(STATUS)) {
        for (String line : Files.readAllLines(STATUS)) {
          if (line.startsWith("VmRSS:")) {
            resident = kilobytes(line);
          } else if (line.startsWith("VmHWM:")) {
            peak = kilobytes(line);
          }
        }
      }
    } catch (IOException | NumberFormatException e) {
      resident = Double.NaN;
    }
    return new ProcessResources(cpuSecondsNow(), resident, peak);
  }

  /** Processor time alone, for little; NaN where the system does not tell. */
  static double cpuSecondsNow() {
    return ManagementFactory.getOperatingSystemMXBean() instanceof OperatingSystemMXBean os
        ? os.getProcessCpuTime() / 1e9
        : Double.NaN;
  }

  private static double kilobytes(String line) {
    return Long.parseLong(line.replaceAll("[^0-9]", "")) * 1024.0;
  }
}
