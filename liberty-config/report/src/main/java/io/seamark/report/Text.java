package io.seamark.report;

import java.util.Locale;

/** Figures as the page writes them. */
final class Text {
  private Text() {}

  /** A share of 1 as it is read. */
  static String percent(double share) {
    return Double.isNaN(share) ? "–" : String.format(Locale.ROOT, "%.1f %%", 100 * share);
  }

  static String bytes(double bytes) {
    if (bytes < 1000) {
      return String.format(Locale.ROOT, "%.0f bytes", bytes);
    }
    return bytes < 1e6
        ? String.format(Locale.ROOT, "%.1f kB", bytes / 1e3)
        : String.format(Locale.ROOT, "%.1f MB", bytes / 1e6);
  }

  static String seconds(double seconds) {
    return seconds < 100
        ? String.format(Locale.ROOT, "%.1f s", seconds)
        : String.format(Locale.ROOT, "%d min %02d s", (int) (seconds / 60), (int) (seconds % 60));
  }

  /** A number as short as three or four digits say it. */
  static String number(double value) {
    if (Double.isNaN(value)) {
      return "–";
    }
    if (value == Math.rint(value) && Math.abs(value) < 1e7) {
      return String.format(Locale.ROOT, "%.0f", value);
    }
    double size = Math.abs(value);
    return String.format(Locale.ROOT, size >= 100 ? "%.0f" : size >= 10 ? "%.1f" : "%.3f", value);
  }

  static String value(double value, String unit) {
    if (Double.isNaN(value)) {
      return "–";
    }
    return switch (unit) {
      case "" -> number(value);
      case "%" -> percent(value);
      case "bytes" -> bytes(value);
      case "s" -> seconds(value);
      default ->
          String.format(Locale.ROOT, Math.abs(value) < 10 ? "%.2f %s" : "%.0f %s", value, unit);
    };
  }
}
