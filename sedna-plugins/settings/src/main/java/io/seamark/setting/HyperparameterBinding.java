package io.seamark.setting;

import io.seamark.host.NamedPath;
import io.seamark.plugin.Hyperparameter;
import java.lang.reflect.Constructor;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.RecordComponent;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/**
 * Reads a hyperparameter record's annotations and makes records from text.
 *
 * @param <H> the record
 */
public final class HyperparameterBinding<H extends Record> {
  private final Class<H> type;
  private final RecordComponent[] components;
  private final List<HyperparameterSpec> specs;
  private final Constructor<H> constructor;

  /**
   * Reads a record's declarations.
   *
   * @param type the record
   * @throws IllegalArgumentException if it does not keep {@link Hyperparameter}'s rules
   */
  public HyperparameterBinding(Class<H> type) {
    this.type = type;
    RecordComponent[] found = type.getRecordComponents();
    if (found == null) {
      throw new IllegalArgumentException(type.getName() + " is not a record");
    }
    this.components = found;
    this.specs = Arrays.stream(found).map(component -> spec(type, component)).toList();
    List<String> names = specs.stream().map(HyperparameterSpec::name).toList();
    if (names.stream().distinct().count() < names.size()) {
      throw new IllegalArgumentException(
          type.getName() + " names a hyperparameter twice: " + String.join(", ", names));
    }
    try {
      this.constructor =
          type.getDeclaredConstructor(
              Arrays.stream(found).map(RecordComponent::getType).toArray(Class<?>[]::new));
      constructor.setAccessible(true);
    } catch (ReflectiveOperationException | RuntimeException e) {
      throw new IllegalArgumentException(type.getName() + " cannot be constructed: " + e, e);
    }
  }

  private HyperparameterBinding(HyperparameterBinding<H> same, List<HyperparameterSpec> specs) {
    this.type = same.type;
    this.components = same.components;
    this.constructor = same.constructor;
    this.specs = specs;
  }

  /**
   * The same record as a model's folder states it: nothing is left open, since the fallbacks are
   * the defaults.
   *
   * @param names what the folder calls a hyperparameter of that name
   * @return a binding under those names
   */
  public HyperparameterBinding<H> ofFolder(UnaryOperator<String> names) {
    return new HyperparameterBinding<>(
        this, specs.stream().map(spec -> spec.ofFolder(names.apply(spec.name()))).toList());
  }

  /**
   * What is declared.
   *
   * @return one per component, in the order of the record
   */
  public List<HyperparameterSpec> specs() {
    return specs;
  }

  /**
   * Makes the record from explicit values.
   *
   * @param values text by hyperparameter name; the others have their defaults
   * @return the record
   * @throws IllegalArgumentException with one line for each wrong name or value
   */
  public H bind(Map<String, String> values) {
    List<String> names = specs.stream().map(HyperparameterSpec::name).toList();
    List<String> failures = new ArrayList<>();
    for (String name : values.keySet()) {
      if (!names.contains(name)) {
        failures.add(name + " is set, but must be one of " + String.join(", ", names));
      }
    }
    H made = bind(name -> Optional.ofNullable(values.get(name)), name -> "", "", failures);
    if (made == null || !failures.isEmpty()) {
      throw new IllegalArgumentException(String.join("\n", failures));
    }
    return made;
  }

  /**
   * Makes the record.
   *
   * @param values text by hyperparameter name; empty for the default
   * @param origins what a message says of where a value comes from; may be empty
   * @param prefix put before each name in messages, up to and with its last dot
   * @param failures one line is added for each wrong value
   * @return null if there were failures
   */
  public @Nullable H bind(
      Function<String, Optional<String>> values,
      Function<String, String> origins,
      String prefix,
      List<String> failures) {
    @Nullable Object[] arguments = new @Nullable Object[components.length];
    int before = failures.size();
    for (int i = 0; i < components.length; i++) {
      HyperparameterSpec spec = specs.get(i);
      String text = values.apply(spec.name()).orElse(spec.defaultValue());
      try {
        arguments[i] = parse(components[i].getType(), spec, text.strip());
      } catch (IllegalArgumentException e) {
        failures.add(wrong(prefix, spec, text) + origins.apply(spec.name()));
      }
    }
    if (failures.size() > before) {
      return null;
    }
    try {
      return constructor.newInstance(arguments);
    } catch (InvocationTargetException e) {
      if (e.getCause() instanceof IllegalArgumentException rule) {
        String message = String.valueOf(rule.getMessage());
        // A rule of several values may name them in full.
        failures.add(
            message.startsWith(prefix)
                ? message
                : prefix.replaceFirst("\\.$", "") + ": " + message);
        return null;
      }
      throw new IllegalStateException(type.getName() + " failed: " + e.getCause(), e.getCause());
    } catch (ReflectiveOperationException e) {
      throw new IllegalStateException(type.getName() + " cannot be constructed: " + e, e);
    }
  }

  /** The ranges' failures among the values of the components, in their order. */
  List<String> check(String prefix, Object... values) {
    List<String> failures = new ArrayList<>();
    for (int i = 0; i < values.length; i++) {
      HyperparameterSpec spec = specs.get(i);
      if (values[i] instanceof Number number && !spec.allows(number.doubleValue())) {
        failures.add(wrong(prefix, spec, values[i]));
      }
    }
    return failures;
  }

  private static String wrong(String prefix, HyperparameterSpec spec, Object value) {
    return prefix + spec.name() + " is '" + value + "', but must be " + spec.rule();
  }

  /**
   * A record's values as they would be written in configuration.
   *
   * @param hyperparameters any
   * @return by name, in the order of the record
   */
  public Map<String, String> values(H hyperparameters) {
    Map<String, String> values = new LinkedHashMap<>();
    for (int i = 0; i < components.length; i++) {
      try {
        var accessor = components[i].getAccessor();
        accessor.setAccessible(true);
        Object value = accessor.invoke(hyperparameters);
        values.put(
            specs.get(i).name(),
            value instanceof Enum<?> choice ? choiceName(choice) : String.valueOf(value));
      } catch (ReflectiveOperationException e) {
        throw new IllegalStateException(type.getName() + " cannot be read: " + e, e);
      }
    }
    return values;
  }

  private static HyperparameterSpec spec(Class<?> record, RecordComponent component) {
    String where = record.getName() + "." + component.getName();
    Hyperparameter declared = component.getAnnotation(Hyperparameter.class);
    if (declared == null) {
      throw new IllegalArgumentException(where + " lacks @Hyperparameter");
    }
    Class<?> type = component.getType();
    return new HyperparameterSpec(
        declared.name().isEmpty() ? dashCase(component.getName()) : declared.name(),
        kindOf(type, where),
        declared.defaultValue(),
        declared.fallback(),
        declared.min(),
        declared.max(),
        choices(type).stream().map(HyperparameterBinding::choiceName).toList(),
        declared.unit(),
        text(declared),
        declared.source());
  }

  private static String text(Hyperparameter declared) {
    return declared.fallback().isEmpty()
        ? declared.text()
        : String.format(
            "%s %s: as the model folder says, else %s.",
            declared.text(), declared.defaultValue(), declared.fallback());
  }

  private static HyperparameterType kindOf(Class<?> type, String where) {
    if (type == int.class) {
      return HyperparameterType.INT;
    } else if (type == long.class) {
      return HyperparameterType.LONG;
    } else if (type == double.class) {
      return HyperparameterType.DOUBLE;
    } else if (type == boolean.class) {
      return HyperparameterType.BOOLEAN;
    } else if (type == String.class) {
      return HyperparameterType.STRING;
    } else if (type == Path.class) {
      return HyperparameterType.PATH;
    } else if (type.isEnum()) {
      return HyperparameterType.CHOICE;
    }
    throw new IllegalArgumentException(
        where
            + " is of type "
            + type.getName()
            + ", but must be int, long, double, boolean, String, Path or an enum");
  }

  /** Parses and checks one value; the caller says what was wrong, so the reason is not kept. */
  private static Object parse(Class<?> type, HyperparameterSpec spec, String text) {
    return switch (spec.type()) {
      case INT -> {
        int small = Integer.parseInt(text);
        yield checkRange(spec, small, small);
      }
      case LONG -> {
        long whole = Long.parseLong(text);
        yield checkRange(spec, (double) whole, whole);
      }
      case DOUBLE -> {
        double number = Double.parseDouble(text);
        if (!Double.isFinite(number)) {
          throw new IllegalArgumentException("not finite");
        }
        yield checkRange(spec, number, number);
      }
      case BOOLEAN ->
          switch (text.toLowerCase(Locale.ROOT)) {
            case "true" -> true;
            case "false" -> false;
            default -> throw new IllegalArgumentException("neither");
          };
      case STRING -> text;
      case PATH -> NamedPath.of(text);
      case CHOICE -> {
        String wanted = text.toLowerCase(Locale.ROOT).replace('-', '_');
        yield choices(type).stream()
            .filter(choice -> choiceName(choice).equals(wanted))
            .findFirst()
            .orElseThrow(IllegalArgumentException::new);
      }
    };
  }

  private static Object checkRange(HyperparameterSpec spec, double number, Object boxed) {
    if (!spec.allows(number)) {
      throw new IllegalArgumentException("out of range");
    }
    return boxed;
  }

  private static List<Enum<?>> choices(Class<?> type) {
    List<Enum<?>> choices = new ArrayList<>();
    Object[] constants = type.getEnumConstants();
    for (Object constant : constants == null ? new Object[0] : constants) {
      choices.add((Enum<?>) constant);
    }
    return choices;
  }

  private static String choiceName(Enum<?> choice) {
    return choice.name().toLowerCase(Locale.ROOT);
  }

  private static String dashCase(String camelCase) {
    return camelCase
        .replaceAll("(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])", "-")
        .toLowerCase(Locale.ROOT);
  }
}
