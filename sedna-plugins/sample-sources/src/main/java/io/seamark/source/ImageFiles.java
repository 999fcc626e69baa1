package io.seamark.source;

import io.seamark.imaging.DepthScale;
import io.seamark.imaging.Images;
import io.seamark.perception.ClassMap;
import io.seamark.perception.Frame;
import io.seamark.perception.Sample;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.function.Predicate;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * The images of a folder with the labels and depth that belong to them, listed once; files are read
 * one by one. Only plain files are opened, never a pipe, socket or device.
 *
 * <p>A label or depth image is named as its image, or as that less {@code _leftImg8bit} with
 * Cityscapes's ends of names, or with the end that {@link ImageFolder.Options} states, and lies in
 * the same sub-folder. A folder in Cityscapes's layout is read with its sub-folders, and its labels
 * are found below {@code gtFine} and {@code gtCoarse}, its depth below {@code disparity}.
 */
public final class ImageFiles {
  /** Largest file that is read, in bytes. */
  public static final long MAX_FILE_BYTES = 64L << 20;

  private final ImageFolder.Options options;
  private final Path folder;
  private final List<Path> all;
  private final List<Item> items;
  private final List<String> notes;

  /**
   * One image.
   *
   * @param id its path below the folder, without its ending where no two images would share it
   * @param domain what stands before the first underscore of its name; empty if there is none
   * @param image the file
   * @param label its class map, or null
   * @param depth its depth image, or null
   */
  public record Item(
      String id, String domain, Path image, @Nullable Path label, @Nullable Path depth) {}

  private ImageFiles(
      ImageFolder.Options options,
      Path folder,
      List<Path> all,
      List<Item> items,
      List<String> notes) {
    this.options = options;
    this.folder = folder;
    this.all = all;
    this.items = items;
    this.notes = notes;
  }

  /**
   * Lists a folder.
   *
   * @param options what to read
   * @return its images, none if none is there or selected
   * @throws IOException if a folder does not exist or cannot be listed, or two files may be an
   *     image's label or depth
   */
  public static ImageFiles list(ImageFolder.Options options) throws IOException {
    checkFolder(options.folder(), "image folder");
    Globs globs = Globs.of(options.select());
    List<Path> others = new ArrayList<>();
    for (Path other : new Path[] {options.labels(), options.depth()}) {
      if (other != null) {
        others.add(other);
      }
    }
    Path root = options.folder();
    Listing listing = Listing.of(root, globs.deep(), others);
    if (listing.images().isEmpty() && !globs.deep()) {
      Path images = root.resolve(Cityscapes.IMAGES);
      Path below = Files.isDirectory(images) ? images : root;
      Listing deep = Listing.of(below, true, others);
      if (deep.images().stream().anyMatch(i -> Cityscapes.isImage(baseName(i)))) {
        listing = deep;
        root = below;
      }
    }
    Predicate<String> beside =
        ends(options.labels(), options.labelsSuffix(), Cityscapes.LABEL_ENDS, listing)
            .or(ends(options.depth(), options.depthSuffix(), Cityscapes.DEPTH_ENDS, listing));
    List<Path> chosen = new ArrayList<>();
    for (Path image : listing.images()) {
      if (globs.match(listing.name(image)) && !beside.test(baseName(image))) {
        chosen.add(image);
      }
    }
    return assembled(options, root, listing, chosen);
  }

  /** Where labels or depth lie among the images, their names' ends tell them apart. */
  private static Predicate<String> ends(
      @Nullable Path folder, String suffix, Pattern cityscapes, Listing listing)
      throws IOException {
    if (folder == null || !isRoot(folder, listing)) {
      return base -> false;
    }
    return suffix.isEmpty()
        ? base -> cityscapes.matcher(base).find()
        : base -> base.endsWith(suffix);
  }

  private static boolean isRoot(Path folder, Listing listing) throws IOException {
    return Files.isDirectory(folder) && Files.isSameFile(folder, listing.root());
  }

  private static ImageFiles assembled(
      ImageFolder.Options options, Path root, Listing listing, List<Path> chosen)
      throws IOException {
    List<String> notes = new ArrayList<>();
    String passedOver = listing.passedOver().text();
    if (!passedOver.isEmpty()) {
      notes.add("passed over in " + root + ": " + passedOver);
    }
    List<String> names = chosen.stream().map(listing::name).toList();
    List<@Nullable Path> labels =
        beside(
            "label",
            options.labels(),
            options.labelsSuffix(),
            Cityscapes.LABELS,
            Cityscapes.LABEL_FOLDERS,
            root,
            listing,
            names,
            notes);
    List<@Nullable Path> depths =
        beside(
            "depth",
            options.depth(),
            options.depthSuffix(),
            List.of("_" + Cityscapes.DISPARITY),
            List.of(Cityscapes.DISPARITY),
            root,
            listing,
            names,
            notes);
    Set<String> bases = new HashSet<>();
    boolean distinct = names.stream().allMatch(name -> bases.add(withoutEnding(name)));
    List<Item> items = new ArrayList<>();
    for (int i = 0; i < chosen.size(); i++) {
      Path image = chosen.get(i);
      String base = baseName(image);
      items.add(
          new Item(
              distinct ? withoutEnding(names.get(i)) : names.get(i),
              base.substring(0, Math.max(0, base.indexOf('_'))),
              image,
              labels.get(i),
              depths.get(i)));
    }
    return new ImageFiles(options, root, listing.images(), List.copyOf(items), List.copyOf(notes));
  }

  /** The files that belong to the images, in their order. */
  private static List<@Nullable Path> beside(
      String what,
      @Nullable Path folder,
      String suffix,
      List<String> cityscapesEnds,
      List<String> cityscapesFolders,
      Path root,
      Listing listing,
      List<String> names,
      List<String> notes)
      throws IOException {
    List<@Nullable Path> none = new ArrayList<>();
    names.forEach(name -> none.add(null));
    if (folder == null) {
      return none;
    }
    checkFolder(folder, what + " folder");
    List<Path> places = new ArrayList<>(List.of(folder));
    if (names.stream().anyMatch(name -> Cityscapes.isImage(withoutEnding(name)))) {
      cityscapesFolders.forEach(below -> places.add(folder.resolve(below)));
      // Where the images are those of one split, which the folder of labels is above.
      String split = Listing.fileName(root.toAbsolutePath().normalize());
      List.copyOf(places).forEach(place -> places.add(place.resolve(split)));
    }
    for (Path place : places) {
      Beside here = new Beside(what, place, isRoot(place, listing));
      List<@Nullable Path> found = new ArrayList<>();
      for (String name : names) {
        found.add(here.find(name, candidates(name, suffix, cityscapesEnds)));
      }
      long missing = found.stream().filter(file -> file == null).count();
      if (missing < found.size()) {
        if (missing > 0) {
          notes.add(
              String.format(
                  Locale.ROOT,
                  "%d of %d images have no %s in %s, such as %s",
                  missing,
                  names.size(),
                  what,
                  place,
                  names.get(found.indexOf(null))));
        }
        return found;
      }
    }
    return none;
  }

  private static List<String> candidates(String name, String suffix, List<String> cityscapesEnds) {
    String base = withoutEnding(name.substring(name.lastIndexOf('/') + 1));
    String stem = Cityscapes.stem(base);
    List<String> candidates = new ArrayList<>();
    if (!suffix.isEmpty()) {
      candidates.add(base + suffix);
      candidates.add(stem + suffix);
      return candidates;
    }
    candidates.add(base);
    if (!stem.equals(base)) {
      cityscapesEnds.forEach(end -> candidates.add(stem + end));
    }
    return candidates;
  }

  /**
   * The chosen images.
   *
   * @return in the order of their names
   */
  public List<Item> items() {
    return items;
  }

  /**
   * How many images there are, chosen or not.
   *
   * @return 0 or more
   */
  public int all() {
    return all.size();
  }

  /** The folder that the images are in, which may be one below the one that was named. */
  Path folder() {
    return folder;
  }

  /** The first image's path below the folder, chosen or not. */
  String first() {
    return folder.relativize(all.get(0)).toString();
  }

  /**
   * What was passed over and what lacks a label or depth.
   *
   * @return one line each
   */
  public List<String> notes() {
    return notes;
  }

  /**
   * Where the labels of a folder's images are if nobody says so.
   *
   * @param images a folder
   * @return Cityscapes's fine labels where the images lie in that layout, otherwise the folder
   *     beside it with {@code annot} at the end of its name, which need not exist
   */
  public static Path labelsBeside(Path images) {
    Path cityscapes = Cityscapes.labelsOf(images);
    return cityscapes == null || !Files.isDirectory(cityscapes)
        ? Path.of(images + "annot")
        : cityscapes;
  }

  /**
   * Reads an image with what belongs to it.
   *
   * @param item one of {@link #items}
   * @return the sample
   * @throws IOException if a file cannot be read or used; the message names the file
   */
  public Sample read(Item item) throws IOException {
    Sample sample = read(item, options.depthScale());
    Frame frame = sample.frame();
    ClassMap map = sample.label();
    int width = options.width();
    int height = options.height();
    return width == 0 || (frame.width() == width && frame.height() == height)
        ? sample
        : new Sample(
            item.id(),
            item.domain(),
            Images.resize(frame, width, height),
            null,
            map == null ? null : Images.resize(map, width, height));
  }

  /**
   * Reads an image with what belongs to it, wherever the files are.
   *
   * @param item names them
   * @param scale what the values of depth images mean, where their names do not say it
   * @return the sample
   * @throws IOException if a file cannot be read or used; the message names the file
   */
  public static Sample read(Item item, DepthScale scale) throws IOException {
    if (item.id().isBlank() || item.id().length() > Sample.MAX_ID) {
      throw new IOException(
          String.format(
              Locale.ROOT,
              "%s: its name has %d characters, but may have 1 to %d",
              item.image(),
              item.id().length(),
              Sample.MAX_ID));
    }
    Path reading = item.image();
    try {
      Images.Picture picture = Images.read(bytes(reading));
      Frame frame = picture.frame();
      Path depth = item.depth();
      if (depth != null) {
        reading = depth;
        boolean named =
            scale.equals(DepthScale.AS_STORED) && Cityscapes.isDisparity(baseName(depth));
        frame = Images.withDepth(frame, bytes(depth), named ? DepthScale.CITYSCAPES : scale);
      }
      Path label = item.label();
      ClassMap map = null;
      if (label != null) {
        reading = label;
        map = Cityscapes.label(baseName(label), Images.decodeClassMap(bytes(label)));
        if (map.width() != frame.width() || map.height() != frame.height()) {
          throw new IOException(
              String.format(
                  Locale.ROOT,
                  "the label is %dx%d, but its image is %dx%d",
                  map.width(),
                  map.height(),
                  frame.width(),
                  frame.height()));
        }
      }
      return new Sample(item.id(), item.domain(), frame, picture.encoded(), map);
    } catch (IOException e) {
      throw new IOException(reading + ": " + reason(e), e);
    }
  }

  /**
   * Reads a file that may be anything.
   *
   * @param file a path
   * @return its bytes
   * @throws IOException if it is no plain file or has more than {@link #MAX_FILE_BYTES}; the
   *     message does not name it
   */
  public static byte[] bytes(Path file) throws IOException {
    if (!Files.isRegularFile(file)) {
      throw new IOException(
          Files.isDirectory(file)
              ? "a folder, not a file"
              : Files.exists(file) ? "a pipe, socket or device, not a file" : "the file has gone");
    }
    long size = Files.size(file);
    byte[] bytes = {};
    if (size <= MAX_FILE_BYTES) {
      // The file may grow while it is read.
      try (InputStream in = Files.newInputStream(file)) {
        bytes = in.readNBytes((int) MAX_FILE_BYTES + 1);
        size = Math.max(size, bytes.length);
      }
    }
    if (size > MAX_FILE_BYTES) {
      throw new IOException(size + " bytes long, but at most " + MAX_FILE_BYTES + " are read");
    }
    return bytes;
  }

  private static String reason(IOException e) {
    return e instanceof NoSuchFileException
        ? "the file has gone"
        : e instanceof AccessDeniedException
            ? "it may not be read by this user"
            : String.valueOf(e.getMessage());
  }

  private static void checkFolder(Path folder, String what) throws IOException {
    if (!Files.isDirectory(folder)) {
      throw new IOException(
          what + " " + folder + (Files.exists(folder) ? " is not a folder" : " does not exist"));
    }
  }

  private static String withoutEnding(String name) {
    return name.substring(0, name.lastIndexOf('.'));
  }

  private static String baseName(Path file) {
    return withoutEnding(Listing.fileName(file));
  }
}
