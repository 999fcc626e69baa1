package io.seamark.perception;

import java.util.List;

/**
 * The classes of a model, in the order of its scores.
 *
 * @param names one per class, 1 to 255 of them
 */
public record ClassSet(List<String> names) {
  /** The eleven classes of CamVid as this project numbers them. */
  public static final ClassSet CAMVID =
      new ClassSet(
          List.of(
              "Sky",
              "Building",
              "Pole",
              "Road",
              "Pavement",
              "Tree",
              "SignSymbol",
              "Fence",
              "Car",
              "Pedestrian",
              "Bicyclist"));

  /** Checks the number of names. */
  public ClassSet {
    names = List.copyOf(names);
    if (names.isEmpty() || names.size() > 255) {
      throw new IllegalArgumentException(
          "a model has 1 to 255 classes, but " + names.size() + " were named");
    }
  }

  /**
   * Number of classes.
   *
   * @return 1 to 255
   */
  public int size() {
    return names.size();
  }

  /**
   * Names for a model that brings none: {@code class 0}, {@code class 1} and so on, or CamVid's
   * names where the number fits.
   *
   * @param classes 1 to 255
   * @return that many names
   */
  public static ClassSet unnamed(int classes) {
    return classes == CAMVID.size()
        ? CAMVID
        : new ClassSet(
            java.util.stream.IntStream.range(0, classes).mapToObj(i -> "class " + i).toList());
  }
}
