package io.seamark.configuration;

import java.util.Map;
import java.util.Set;
import org.eclipse.microprofile.config.spi.ConfigSource;
import org.jspecify.annotations.Nullable;

/** A source whose values do not change. */
abstract class MapSource implements ConfigSource {
  private final String name;
  private final int ordinal;
  private final Map<String, String> values;

  MapSource(String name, int ordinal, Map<String, String> values) {
    this.name = name;
    this.ordinal = ordinal;
    this.values = Map.copyOf(values);
  }

  @Override
  public Map<String, String> getProperties() {
    return values;
  }

  @Override
  public Set<String> getPropertyNames() {
    return values.keySet();
  }

  @Override
  public @Nullable String getValue(String key) {
    return values.get(key);
  }

  @Override
  public String getName() {
    return name;
  }

  @Override
  public int getOrdinal() {
    return ordinal;
  }
}
