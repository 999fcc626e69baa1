package io.seamark.cli;

import java.net.URI;

/** Addresses that a user gives. */
public final class Addresses {
  private Addresses() {}

  /**
   * The base address of a service.
   *
   * @param option where it was given, for the message
   * @param text such as {@code http://cloud:9080}
   * @return the address
   * @throws IllegalArgumentException if it is none
   */
  public static URI http(String option, String text) {
    try {
      URI address = URI.create(text.strip());
      String scheme = address.getScheme();
      if (address.getHost() != null
          && scheme != null
          && (scheme.equalsIgnoreCase("http") || scheme.equalsIgnoreCase("https"))
          && address.getQuery() == null) {
        return address;
      }
    } catch (IllegalArgumentException e) {
      // Reported below, with the rule.
    }
    throw new IllegalArgumentException(
        option + " is '" + text + "', but must be an address such as http://localhost:9080");
  }
}
