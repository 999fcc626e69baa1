package io.seamark.image;

import com.google.cloud.tools.jib.api.buildplan.AbsoluteUnixPath;
import com.google.cloud.tools.jib.api.buildplan.FileEntriesLayer;
import com.google.cloud.tools.jib.api.buildplan.FileEntry;
import com.google.cloud.tools.jib.api.buildplan.FilePermissions;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Predicate;
import java.util.stream.Stream;

/** An image's files in layers, what changes seldom first. Equal files make equal layers. */
final class ImageLayers {
  /** Where the distribution lies. */
  static final String HOME = "/opt/seamark";

  /** The number of the user that the image runs as, and of its group. */
  static final int USER = 10001;

  private static final Instant TIME = Instant.EPOCH.plusSeconds(1);
  private static final String OWNER = USER + ":" + USER;

  private ImageLayers() {}

  /** The tree below Seamark: programs and Java. */
  static List<FileEntriesLayer> runtime(Path root) throws IOException {
    Path java = root.resolve("opt/java");
    return List.of(
        tree("system", root, "/", file -> !file.startsWith(java)),
        tree("java", java, "/opt/java", file -> true));
  }

  /**
   * The user's home; where nothing is below it, also who there is and a folder for all.
   *
   * @param scratch a folder to work in
   * @param alone whether no base image has these
   */
  static FileEntriesLayer user(Path scratch, boolean alone) throws IOException {
    Path empty = Files.createDirectories(scratch.resolve("empty"));
    FileEntriesLayer.Builder layer =
        FileEntriesLayer.builder()
            .setName("user")
            .addEntry(entry(empty, "/home/seamark", "750", OWNER));
    if (alone) {
      Path passwd = scratch.resolve("passwd");
      Files.writeString(
          passwd,
          "root:x:0:0:root:/:/sbin/nologin\nseamark:x:"
              + OWNER
              + ":seamark:/home/seamark:/bin/sh\n");
      Path group = scratch.resolve("group");
      Files.writeString(group, "root:x:0:\nvideo:x:44:seamark\nseamark:x:" + USER + ":\n");
      layer
          .addEntry(entry(passwd, "/etc/passwd", "644", "0:0"))
          .addEntry(entry(group, "/etc/group", "644", "0:0"))
          .addEntry(entry(empty, "/tmp", "777", "0:0"));
    }
    return layer.build();
  }

  /**
   * Libraries of others, then Seamark itself.
   *
   * @param folder the distribution, which was built for x86-64
   * @param architecture of the image
   * @param natives where jars are that take the place of x86-64's
   * @param scratch a folder to work in
   */
  static List<FileEntriesLayer> distribution(
      Path folder, Architecture architecture, Path natives, Path scratch) throws IOException {
    FileEntriesLayer.Builder others = FileEntriesLayer.builder().setName("libraries");
    FileEntriesLayer.Builder own = FileEntriesLayer.builder().setName("seamark");
    for (Path file : files(folder)) {
      String inside = folder.relativize(file).toString();
      String name = String.valueOf(file.getFileName());
      Path jar = PlatformJars.counterpart(file, architecture, natives);
      Path packed = name.endsWith(".jar") ? PlatformJars.of(jar, architecture, scratch) : file;
      String target =
          inside.substring(0, inside.length() - name.length()) + String.valueOf(jar.getFileName());
      FileEntry entry = entry(packed, HOME + "/" + target, permissions(file), "0:0");
      boolean foreign =
          inside.startsWith("wlp/") || (inside.startsWith("lib/") && !name.startsWith("seamark-"));
      (foreign ? others : own).addEntry(entry);
    }
    return List.of(others.build(), own.build());
  }

  private static FileEntriesLayer tree(String name, Path root, String target, Predicate<Path> taken)
      throws IOException {
    FileEntriesLayer.Builder layer = FileEntriesLayer.builder().setName(name);
    String prefix = target.equals("/") ? "/" : target + "/";
    for (Path file : files(root)) {
      if (taken.test(file)) {
        layer.addEntry(entry(file, prefix + root.relativize(file), permissions(file), "0:0"));
      }
    }
    return layer.build();
  }

  /** In the order of their names, so that every build has the same. */
  private static List<Path> files(Path root) throws IOException {
    try (Stream<Path> all = Files.walk(root)) {
      return new ArrayList<>(all.filter(Files::isRegularFile).sorted().toList());
    }
  }

  private static String permissions(Path file) {
    return Files.isExecutable(file) ? "755" : "644";
  }

  private static FileEntry entry(Path file, String target, String permissions, String owner) {
    return new FileEntry(
        file,
        AbsoluteUnixPath.get(target),
        FilePermissions.fromOctalString(permissions),
        TIME,
        owner);
  }
}
