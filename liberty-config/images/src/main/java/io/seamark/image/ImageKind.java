package io.seamark.image;

import java.util.List;
import java.util.Locale;

/** What images there are. */
enum ImageKind {
  /** The device's runtime: no training, no SAM, no Liberty. */
  EDGE(
      "edge-runtime/target/seamark-edge",
      "Seamark: the edge",
      "java.base,java.desktop,java.logging,java.management,java.naming,java.net.http,java.sql,"
          + "java.xml,jdk.crypto.ec,jdk.httpserver,jdk.management,jdk.unsupported,jdk.zipfs"),
  /** All of it: the two services on Liberty, training, Sedna's workers. */
  CLOUD("liberty-config/target/seamark", "Seamark: the services of the cloud", "ALL-MODULE-PATH");

  private final String distribution;
  private final String title;
  private final String modules;

  ImageKind(String distribution, String title, String modules) {
    this.distribution = distribution;
    this.title = title;
    this.modules = modules;
  }

  /** Its folder below the project's. */
  String distribution() {
    return distribution;
  }

  String title() {
    return title;
  }

  /** What it listens on. */
  List<Integer> ports() {
    return this == EDGE ? List.of(9080) : List.of(9081, 9082);
  }

  /** Java's modules that it needs, for jlink. */
  String modules() {
    return modules;
  }

  /** The image's name, without registry and tag. */
  String id() {
    return "seamark-" + name().toLowerCase(Locale.ROOT);
  }

  static ImageKind of(String name) {
    for (ImageKind each : values()) {
      if (each.name().toLowerCase(Locale.ROOT).equals(name)) {
        return each;
      }
    }
    throw new IllegalArgumentException("image is '" + name + "', but must be edge or cloud");
  }
}
