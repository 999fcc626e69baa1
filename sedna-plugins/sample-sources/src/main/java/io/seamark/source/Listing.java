package io.seamark.source;

import io.seamark.durable.OutputFolder;
import java.io.IOException;
import java.nio.file.FileSystemLoopException;
import java.nio.file.FileVisitOption;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.EnumSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** The images in a folder, with or without its sub-folders, and a count of what else is there. */
final class Listing {
  /** Endings of files that are read. */
  static final Set<String> ENDINGS = Set.of("jpg", "jpeg", "png", "webp", "tif", "tiff");

  /** Folders in folders that are looked into; links may go round in circles or anywhere. */
  private static final int DEPTH = 16;

  /** Entries that are looked at. */
  private static final int MOST = 5_000_000;

  /** Entries that are looked at to see whether sub-folders hold images. */
  private static final int GLANCE = 20_000;

  private final Path root;
  private final List<Path> others;
  private final List<Path> images = new ArrayList<>();
  private final PassedOver passedOver = new PassedOver();
  private int entries;

  private Listing(Path root, List<Path> others) {
    this.root = root;
    this.others = others;
  }

  /**
   * Lists a folder.
   *
   * @param root the folder
   * @param deep with its sub-folders
   * @param others folders that are left out wherever they are met
   * @throws IOException if the folder cannot be listed or holds too much
   */
  static Listing of(Path root, boolean deep, List<Path> others) throws IOException {
    List<Path> real = new ArrayList<>();
    for (Path other : others) {
      if (Files.isDirectory(other) && !Files.isSameFile(other, root)) {
        real.add(other.toRealPath());
      }
    }
    Listing listing = new Listing(root, real);
    listing.walk(root, deep ? DEPTH : 1, listing.new All());
    listing.images.sort(Comparator.comparing(listing::name));
    if (!deep) {
      listing.glance();
    }
    return listing;
  }

  Path root() {
    return root;
  }

  /** In the order of their names. */
  List<Path> images() {
    return images;
  }

  PassedOver passedOver() {
    return passedOver;
  }

  /** An image's path below the folder, with slashes. */
  String name(Path image) {
    return root.relativize(image).toString().replace('\\', '/');
  }

  static boolean isImage(String name) {
    return !name.startsWith(".") && ENDINGS.contains(ending(name));
  }

  static String ending(String name) {
    return name.substring(name.lastIndexOf('.') + 1).toLowerCase(Locale.ROOT);
  }

  static String fileName(Path file) {
    return String.valueOf(file.getFileName());
  }

  private static void walk(Path folder, int depth, SimpleFileVisitor<Path> visitor)
      throws IOException {
    Files.walkFileTree(folder, EnumSet.of(FileVisitOption.FOLLOW_LINKS), depth, visitor);
  }

  private void walk(Path folder, int depth, All visitor) throws IOException {
    walk(folder, depth, (SimpleFileVisitor<Path>) visitor);
  }

  private final class All extends SimpleFileVisitor<Path> {
    @Override
    public FileVisitResult preVisitDirectory(Path folder, BasicFileAttributes attributes)
        throws IOException {
      if (folder.equals(root)) {
        return FileVisitResult.CONTINUE;
      }
      if (fileName(folder).startsWith(".")) {
        passedOver.add("hidden");
        return FileVisitResult.SKIP_SUBTREE;
      }
      if (OutputFolder.holdsResults(folder)) {
        passedOver.add(RESULTS);
        return FileVisitResult.SKIP_SUBTREE;
      }
      return !others.isEmpty() && others.contains(folder.toRealPath())
          ? FileVisitResult.SKIP_SUBTREE
          : FileVisitResult.CONTINUE;
    }

    @Override
    public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) throws IOException {
      if (++entries > MOST) {
        throw new IOException("more than " + MOST + " files are in " + root);
      }
      String name = fileName(file);
      if (attributes.isDirectory()) {
        if (isImage(name)) {
          passedOver.add("folder named as an image");
        }
      } else if (attributes.isSymbolicLink()) {
        passedOver.add("link to nothing");
      } else if (attributes.isOther()) {
        passedOver.add("pipe, socket or device (" + name + ")");
      } else if (isImage(name)) {
        images.add(file);
      } else {
        passedOver.addFile(name);
      }
      return FileVisitResult.CONTINUE;
    }

    @Override
    public FileVisitResult visitFileFailed(Path file, IOException e) throws IOException {
      if (file.equals(root)) {
        throw e;
      }
      passedOver.add(
          e instanceof FileSystemLoopException ? "link back to itself" : "that cannot be opened");
      return FileVisitResult.CONTINUE;
    }
  }

  /** Counts the sub-folders with images in them, as far as a glance shows. */
  private void glance() throws IOException {
    try (var folders = Files.newDirectoryStream(root, Files::isDirectory)) {
      Glance glance = new Glance();
      for (Path folder : folders) {
        if (fileName(folder).startsWith(".") || glance.left <= 0) {
          continue;
        }
        Path real = folder.toRealPath();
        if (others.contains(real)) {
          continue;
        }
        if (OutputFolder.holdsResults(folder)) {
          passedOver.add(RESULTS);
          continue;
        }
        glance.found = null;
        walk(folder, DEPTH, glance);
        if (glance.found != null) {
          passedOver.add(SUB_FOLDERS);
        }
      }
    }
  }

  /** Kind under which folders are counted that were written here, within the images perhaps. */
  static final String RESULTS = "folder with results of seamark";

  /** Kind under which sub-folders with images are counted. */
  static final String SUB_FOLDERS = "sub-folder(s) with images (--select '**' reads them)";

  /** Looks for an image. */
  private static final class Glance extends SimpleFileVisitor<Path> {
    private int left = GLANCE;
    private @Nullable Path found;

    @Override
    public FileVisitResult preVisitDirectory(Path folder, BasicFileAttributes attributes) {
      return OutputFolder.holdsResults(folder)
          ? FileVisitResult.SKIP_SUBTREE
          : FileVisitResult.CONTINUE;
    }

    @Override
    public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) {
      if (attributes.isRegularFile() && isImage(fileName(file))) {
        found = file;
      }
      return found != null || --left <= 0 ? FileVisitResult.TERMINATE : FileVisitResult.CONTINUE;
    }

    @Override
    public FileVisitResult visitFileFailed(Path file, IOException e) {
      return --left <= 0 ? FileVisitResult.TERMINATE : FileVisitResult.CONTINUE;
    }
  }
}
