package io.seamark.source;

import java.io.IOException;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * PNG files that belong to images, found by name: the ending's case and how accented letters are
 * composed do not matter. Each folder is listed once.
 */
final class Beside {
  private final String what;
  private final Path root;
  private final boolean amongImages;
  private final Map<Path, Map<String, List<Path>>> folders = new HashMap<>();

  /**
   * Over a folder.
   *
   * @param what the files are, for messages
   * @param root where they are, in the same sub-folders as the images
   * @param amongImages whether the images are there too; none belongs to itself
   */
  Beside(String what, Path root, boolean amongImages) {
    this.what = what;
    this.root = root;
    this.amongImages = amongImages;
  }

  /**
   * The file of an image.
   *
   * @param image its path below the folder of images, with slashes
   * @param names base names that it may have, the best first
   * @return the file with the first of these names that there is, or null
   * @throws IOException if two have that name
   */
  @Nullable Path find(String image, List<String> names) throws IOException {
    int slash = image.lastIndexOf('/');
    Path folder = slash < 0 ? root : root.resolve(image.substring(0, slash));
    Map<String, List<Path>> here = folders.get(folder);
    if (here == null) {
      here = list(folder);
      folders.put(folder, here);
    }
    for (String name : names) {
      List<Path> found = new ArrayList<>(here.getOrDefault(Globs.normal(name), List.of()));
      if (amongImages) {
        found.remove(root.resolve(image));
      }
      if (found.size() > 1) {
        throw new IOException(
            String.format(
                "%s folder %s has two files for %s: %s and %s",
                what, root, image, Listing.fileName(found.get(0)), Listing.fileName(found.get(1))));
      }
      if (found.size() == 1) {
        return found.get(0);
      }
    }
    return null;
  }

  private Map<String, List<Path>> list(Path folder) throws IOException {
    Map<String, List<Path>> names = new HashMap<>();
    if (!Files.isDirectory(folder)) {
      return names;
    }
    try (DirectoryStream<Path> entries = Files.newDirectoryStream(folder)) {
      for (Path entry : entries) {
        String name = Listing.fileName(entry);
        if (Listing.ending(name).equals("png") && !name.startsWith("._")) {
          String base = Globs.normal(name.substring(0, name.lastIndexOf('.')));
          names.computeIfAbsent(base, b -> new ArrayList<>()).add(entry);
        }
      }
    } catch (DirectoryIteratorException e) {
      throw new IOException("cannot list " + folder + ": " + e.getMessage(), e);
    }
    names.values().forEach(files -> files.sort(Comparator.comparing(Listing::fileName)));
    return names;
  }
}
