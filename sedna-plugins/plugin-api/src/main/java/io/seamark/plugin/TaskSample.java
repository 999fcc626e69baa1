package io.seamark.plugin;

import java.util.Map;

/**
 * A sample as the task plugins see it: without its pixels.
 *
 * @param sequence names it among the samples of one call
 * @param attributes what is known of it, by name; an attribute that is not known is absent
 */
public record TaskSample(long sequence, Map<String, String> attributes) {
  /** The condition it was taken in, such as {@code dusk}. */
  public static final String DOMAIN = "domain";

  /** Name of the edge that took it. */
  public static final String EDGE = "edge";

  /** What the edge calls it, such as a file name. */
  public static final String ID = "id";

  /** Light and colours of its frame, as {@link io.seamark.perception.Look#parse} reads them. */
  public static final String LOOK = "look";

  /** Copies the map. */
  public TaskSample {
    attributes = Map.copyOf(attributes);
  }
}
