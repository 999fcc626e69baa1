package io.seamark.source;

import io.seamark.perception.ClassMap;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * How Cityscapes lies in its folders as it is downloaded: {@code
 * leftImg8bit/SPLIT/CITY/NAME_leftImg8bit.png}, labels beside in {@code
 * gtFine/SPLIT/CITY/NAME_gtFine_labelIds.png} and so on, and disparity in {@code
 * disparity/SPLIT/CITY/NAME_disparity.png}.
 */
final class Cityscapes {
  static final String IMAGES = "leftImg8bit";
  static final String DISPARITY = "disparity";

  /** Ends of label files' names, the ones that need no mapping first. */
  static final List<String> LABELS =
      List.of(
          "_gtFine_labelTrainIds",
          "_gtFine_labelIds",
          "_gtCoarse_labelTrainIds",
          "_gtCoarse_labelIds");

  /** Ends of all that is drawn for labels, colours and instances too. */
  static final Pattern LABEL_ENDS = Pattern.compile("_gt(Fine|Coarse)_[A-Za-z]+$");

  static final Pattern DEPTH_ENDS = Pattern.compile("_" + DISPARITY + "$");

  static final List<String> LABEL_FOLDERS = List.of("gtFine", "gtCoarse");

  private static final String IMAGE_END = "_" + IMAGES;
  private static final String IDS_END = "_labelIds";
  private static final int IGNORED = 255;

  /** The label ids of train ids 0 to 18, road to bicycle; every other id is ignored. */
  private static final int[] IDS = {
    7, 8, 11, 12, 13, 17, 19, 20, 21, 22, 23, 24, 25, 26, 27, 28, 31, 32, 33
  };

  private static final byte[] TRAIN_IDS = trainIds();

  private Cityscapes() {}

  private static byte[] trainIds() {
    byte[] table = new byte[256];
    Arrays.fill(table, (byte) IGNORED);
    for (int i = 0; i < IDS.length; i++) {
      table[IDS[i]] = (byte) i;
    }
    return table;
  }

  static boolean isImage(String baseName) {
    return baseName.endsWith(IMAGE_END);
  }

  /** What the names of an image and of what belongs to it have in common. */
  static String stem(String baseName) {
    return isImage(baseName)
        ? baseName.substring(0, baseName.length() - IMAGE_END.length())
        : baseName;
  }

  static boolean isDisparity(String baseName) {
    return baseName.endsWith("_" + DISPARITY);
  }

  /** A label as it is to be scored: label ids become train ids, all others stay. */
  static ClassMap label(String baseName, ClassMap read) {
    if (!baseName.endsWith(IDS_END)) {
      return read;
    }
    byte[] classes = new byte[read.classes().length];
    for (int i = 0; i < classes.length; i++) {
      classes[i] = TRAIN_IDS[read.classes()[i] & 0xFF];
    }
    return new ClassMap(read.width(), read.height(), classes);
  }

  /**
   * Where labels are if nobody says so.
   *
   * @return the folder of fine labels for a folder of images in this layout, else null
   */
  static @Nullable Path labelsOf(Path images) {
    Path folder = images.toAbsolutePath().normalize();
    for (int i = folder.getNameCount() - 1; i >= 0; i--) {
      if (folder.getName(i).toString().equals(IMAGES)) {
        Path root = folder.getRoot();
        Path above = i == 0 ? root : root.resolve(folder.subpath(0, i));
        Path labels = above.resolve(LABEL_FOLDERS.get(0));
        return i == folder.getNameCount() - 1
            ? labels
            : labels.resolve(folder.subpath(i + 1, folder.getNameCount()));
      }
    }
    return null;
  }
}
