package io.seamark.setting;

import io.seamark.plugin.PluginProvider;
import java.util.List;
import java.util.Locale;

/**
 * What a person needs to know to set a hyperparameter.
 *
 * @param name in configuration, after {@code KIND.NAME.}
 * @param type what its value is
 * @param defaultValue as it would be written in configuration; empty if there is none
 * @param fallback what holds where neither configuration nor the model's folder says anything;
 *     empty if no folder has a say. If one has, the default is out of the range and stands for it
 * @param min smallest number, inclusive; negative infinity if unbounded or no number
 * @param max largest number, inclusive; positive infinity if unbounded or no number
 * @param choices the names to choose from; empty unless the type is {@link
 *     HyperparameterType#CHOICE}
 * @param unit such as {@code pixels}; empty if there is none
 * @param text what it does
 * @param source paper or specification it comes from; empty if there is none
 */
public record HyperparameterSpec(
    String name,
    HyperparameterType type,
    String defaultValue,
    String fallback,
    double min,
    double max,
    List<String> choices,
    String unit,
    String text,
    String source) {
  /** Copies the list. */
  public HyperparameterSpec {
    choices = List.copyOf(choices);
  }

  /**
   * The hyperparameters of a provider, in the order of its record.
   *
   * @param provider of a plugin
   * @return one per record component
   */
  public static List<HyperparameterSpec> of(PluginProvider<?, ?> provider) {
    return new HyperparameterBinding<>(provider.hyperparameters()).specs();
  }

  /**
   * The same as a model's folder states it, where nothing is left open: the fallback is the
   * default.
   *
   * @param folderName its name there
   * @return without a fallback
   */
  HyperparameterSpec ofFolder(String folderName) {
    String other = fallback.isEmpty() ? defaultValue : fallback;
    return new HyperparameterSpec(
        folderName, type, other, "", min, max, choices, unit, text, source);
  }

  /**
   * Whether a number is in the range, or is the default that stands for the model's folder.
   *
   * @param number any
   * @return never for NaN
   */
  public boolean allows(double number) {
    return (number >= min && number <= max)
        || (!fallback.isEmpty() && number == Double.parseDouble(defaultValue));
  }

  /**
   * The values that are allowed, in words: type, unit and range.
   *
   * @return such as {@code a whole number of pixels from 1 to 4096}
   */
  public String rule() {
    StringBuilder rule = new StringBuilder(type.words());
    if (type == HyperparameterType.CHOICE) {
      rule.append(' ').append(String.join(", ", choices));
    }
    if (!unit.isEmpty()) {
      rule.append(" of ").append(unit);
    }
    boolean from = min != Double.NEGATIVE_INFINITY;
    boolean to = max != Double.POSITIVE_INFINITY;
    if (from && to) {
      rule.append(" from ").append(number(min)).append(" to ").append(number(max));
    } else if (from) {
      rule.append(" of at least ").append(number(min));
    } else if (to) {
      rule.append(" of at most ").append(number(max));
    }
    return rule.append(fallback.isEmpty() ? "" : ", or " + defaultValue).toString();
  }

  private static String number(double value) {
    return value == Math.rint(value) && Math.abs(value) < 1e15
        ? String.format(Locale.ROOT, "%.0f", value)
        : Double.toString(value);
  }
}
