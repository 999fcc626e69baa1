package io.seamark.source;

import java.util.Locale;

/** The light and weather a {@link ProceduralStreet} is seen under; the names are its domains. */
public enum Weather {
  /** Sun or bright cloud. */
  DAY,
  /** The sun has just gone: warm sky, dim street, the first lit windows. */
  DUSK,
  /** Street lamps, headlights and sensor noise. */
  NIGHT,
  /** Overcast with a wet, reflecting road, streaks and drops on the lens. */
  RAIN,
  /** Everything fades with distance. */
  FOG;

  /**
   * The name as a sample's domain has it.
   *
   * @return such as {@code day}
   */
  public String domain() {
    return name().toLowerCase(Locale.ROOT);
  }
}
