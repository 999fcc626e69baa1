package io.seamark.source;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.seamark.durable.OutputFolder;
import io.seamark.imaging.DepthScale;
import io.seamark.imaging.Images;
import io.seamark.perception.ClassMap;
import io.seamark.perception.Frame;
import io.seamark.perception.Sample;
import io.seamark.perception.SourceItem;
import io.seamark.perception.UnreadableSample;
import io.seamark.plugin.SampleSource;
import java.awt.image.BufferedImage;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.text.Normalizer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Folders as people have them. */
class FolderLayoutTest {
  private static final int SIDE = 4;

  @TempDir Path temp = Path.of("");

  private static byte[] picture() {
    // The checker does not see across modules that a frame may lack depth.
    @SuppressWarnings("NullAway")
    Frame frame = new Frame(SIDE, SIDE, new byte[3 * SIDE * SIDE], null);
    return Images.encodePng(frame);
  }

  private static byte[] map(int value) {
    byte[] classes = new byte[SIDE * SIDE];
    Arrays.fill(classes, (byte) value);
    return Images.encodeClassMap(new ClassMap(SIDE, SIDE, classes));
  }

  private static byte[] sixteenBits(int value) throws IOException {
    BufferedImage image = new BufferedImage(SIDE, SIDE, BufferedImage.TYPE_USHORT_GRAY);
    for (int i = 0; i < SIDE * SIDE; i++) {
      image.getRaster().setSample(i % SIDE, i / SIDE, 0, value);
    }
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    ImageIO.write(image, "png", out);
    return out.toByteArray();
  }

  private Path put(String path, byte[] bytes) throws IOException {
    Path file = temp.resolve(path);
    Files.createDirectories(file.getParent());
    return Files.write(file, bytes);
  }

  private static List<SourceItem> all(ImageFolder.Options options) throws IOException {
    List<SourceItem> items = new ArrayList<>();
    try (SampleSource source = ImageFolder.open(options)) {
      for (Optional<SourceItem> item = source.next(); item.isPresent(); item = source.next()) {
        items.add(item.get());
      }
    }
    return items;
  }

  private static List<String> ids(ImageFolder.Options options) throws IOException {
    return all(options).stream().map(SourceItem::id).toList();
  }

  private static Sample only(ImageFolder.Options options) throws IOException {
    List<SourceItem> items = all(options);
    assertEquals(1, items.size(), items.toString());
    return assertInstanceOf(Sample.class, items.get(0), items.toString());
  }

  /** The first pixel's depth. */
  private static int depth(Sample sample) {
    byte[] depth = sample.frame().depth();
    assertNotNull(depth);
    return depth[0] & 0xFF;
  }

  private static List<String> notes(ImageFolder.Options options) throws IOException {
    try (SampleSource source = ImageFolder.open(options)) {
      return source.notes();
    }
  }

  private static String refusal(ImageFolder.Options options) {
    return String.valueOf(
        assertThrows(IOException.class, () -> ImageFolder.open(options)).getMessage());
  }

  private ImageFolder.Options of(String folder, String... select) {
    return ImageFolder.Options.of(temp.resolve(folder)).withSelect(List.of(select));
  }

  @Test
  @DisplayName("what is passed over is counted by kind: files, folders, links, hidden ones")
  void passedOver() throws IOException {
    put("images/a.png", picture());
    for (String name :
        List.of(
            "b.bmp", "c.BMP", "d.gif", "e.ppm", "Thumbs.db", "._a.png", ".hidden.png", "README")) {
      put("images/" + name, new byte[10]);
    }
    put("images/more/deep/f.jpg", picture());
    put("images/empty/notes.txt", new byte[1]);
    Files.createDirectories(temp.resolve("images/g.png"));
    Files.createSymbolicLink(temp.resolve("images/h.png"), temp.resolve("nowhere"));
    assertEquals(
        List.of(
            "passed over in "
                + temp.resolve("images")
                + ": 2 .bmp, 2 hidden, 1 .db, 1 .gif, 1 .ppm, 1 folder named as an image, 1 link to"
                + " nothing, 1 sub-folder(s) with images (--select '**' reads them), 1 of other"
                + " kinds"),
        notes(of("images")));
    assertEquals(List.of("a"), ids(of("images")));
    put("clean/a.png", picture());
    assertEquals(List.of(), notes(of("clean")));
    assertEquals(
        "image folder "
            + temp.resolve("images/more")
            + " holds no image: it must hold .jpg, .jpeg, .png, .webp, .tif or .tiff files; passed"
            + " over in "
            + temp.resolve("images/more")
            + ": 1 sub-folder(s) with images (--select '**' reads them)",
        refusal(of("images/more")));
  }

  @Test
  @DisplayName("two stars walk sub-folders; ids are paths with slashes")
  void deep() throws IOException {
    for (String name : List.of("top.png", "a/one.jpg", "a/two.PNG", "a/b/one.png", "c/d/e/f.png")) {
      put("images/" + name, picture());
    }
    assertEquals(List.of("a/b/one", "a/one", "a/two", "c/d/e/f", "top"), ids(of("images", "**")));
    assertEquals(ids(of("images", "**")), ids(of("images", "**/*")));
    assertEquals(List.of("a/b/one", "a/one"), ids(of("images", "**/one.*")));
    assertEquals(List.of("a/b/one", "a/one"), ids(of("images", "**/one")));
    assertEquals(List.of("a/one", "a/two"), ids(of("images", "a/*")));
    assertEquals(List.of("a/b/one", "a/one", "a/two"), ids(of("images", "a/**/*")));
    assertEquals(List.of("c/d/e/f", "top"), ids(of("images", "c/**", "top")));
    assertEquals(List.of("top"), ids(of("images", "*")));
    assertEquals(
        "none of the 5 images in "
            + temp.resolve("images")
            + " matches 'x/**'; the first is a/b/one.png",
        refusal(of("images", "x/**")));
    // The same name with two endings: the ending stays.
    put("images/a/one.png", picture());
    assertEquals(List.of("a/b/one.png", "a/one.jpg", "a/one.png"), ids(of("images", "**/one")));
  }

  @Test
  @DisplayName("labels and depth lie in the same sub-folders, and are no images where they are met")
  void deepLabels() throws IOException {
    put("data/x/one.png", picture());
    put("data/y/one.png", picture());
    put("data/labels/x/one.png", map(3));
    put("data/labels/y/one.png", map(4));
    put("data/depth/y/one.png", map(5));
    List<SourceItem> items =
        all(
            of("data", "**")
                .withLabels(temp.resolve("data/labels"))
                .withDepth(temp.resolve("data/depth")));
    assertEquals(List.of("x/one", "y/one"), items.stream().map(SourceItem::id).toList());
    Sample x = assertInstanceOf(Sample.class, items.get(0));
    Sample y = assertInstanceOf(Sample.class, items.get(1));
    assertNotNull(x.label());
    assertNotNull(y.label());
    assertEquals(3, x.label().at(0, 0));
    assertEquals(4, y.label().at(0, 0));
    assertNull(x.frame().depth());
    assertEquals(5, depth(y));
    assertEquals(
        List.of(
            "1 of 2 images have no depth in " + temp.resolve("data/depth") + ", such as x/one.png"),
        notes(
            of("data", "**")
                .withLabels(temp.resolve("data/labels"))
                .withDepth(temp.resolve("data/depth"))));
  }

  @Test
  @DisplayName("links that go in circles end, and a file that two links lead to is read twice")
  void links() throws IOException {
    put("images/a/one.png", picture());
    Files.createSymbolicLink(temp.resolve("images/a/loop"), temp.resolve("images"));
    Files.createSymbolicLink(temp.resolve("images/again"), temp.resolve("images/a"));
    List<String> ids = ids(of("images", "**"));
    assertTrue(ids.contains("a/one") && ids.contains("again/one"), ids.toString());
    assertTrue(ids.size() < 10, ids.toString());
    assertTrue(notes(of("images", "**")).get(0).contains("link back to itself"));
  }

  @Test
  @DisplayName("Cityscapes as it is downloaded: a split, all of them, or the folder above")
  void cityscapes() throws IOException {
    String name = "aachen/aachen_000000_000019";
    put("cs/leftImg8bit/train/" + name + "_leftImg8bit.png", picture());
    put("cs/leftImg8bit/val/ulm/ulm_000001_000002_leftImg8bit.png", picture());
    put("cs/gtFine/train/" + name + "_gtFine_labelIds.png", map(26));
    put("cs/gtFine/train/" + name + "_gtFine_color.png", picture());
    put("cs/gtFine/train/" + name + "_gtFine_instanceIds.png", sixteenBits(26_001));
    put("cs/disparity/train/" + name + "_disparity.png", sixteenBits(1 + 31 * 256));

    Sample sample =
        only(
            of("cs/leftImg8bit/train")
                .withLabels(temp.resolve("cs/gtFine/train"))
                .withDepth(temp.resolve("cs/disparity/train")));
    assertEquals(name + "_leftImg8bit", sample.id());
    assertEquals("aachen", sample.domain());
    assertNotNull(sample.label());
    assertEquals(13, sample.label().at(1, 1));
    assertEquals(31, depth(sample));
    // The folders above the splits, and above it all, mean the same.
    for (String above : List.of("cs/gtFine", "cs")) {
      Sample again = only(of("cs/leftImg8bit/train").withLabels(temp.resolve(above)));
      assertNotNull(again.label());
      assertEquals(13, again.label().at(0, 0));
    }
    List<SourceItem> both =
        all(of("cs").withLabels(temp.resolve("cs")).withDepth(temp.resolve("cs/disparity")));
    assertEquals(2, both.size());
    assertNotNull(assertInstanceOf(Sample.class, both.get(0)).label());
    assertNull(assertInstanceOf(Sample.class, both.get(1)).label());

    // Train ids go before label ids, and a suffix before both.
    put("cs/gtFine/train/" + name + "_gtFine_labelTrainIds.png", map(5));
    Sample train = only(of("cs/leftImg8bit/train").withLabels(temp.resolve("cs/gtFine/train")));
    assertNotNull(train.label());
    assertEquals(5, train.label().at(0, 0));
    Sample stated =
        only(
            of("cs/leftImg8bit/train")
                .withLabels(temp.resolve("cs/gtFine/train"))
                .withSuffixes("_gtFine_labelIds.png", ""));
    assertNotNull(stated.label());
    assertEquals(13, stated.label().at(0, 0));
    assertEquals(1, all(of("cs/leftImg8bit/train", "aachen_*")).size());
  }

  @Test
  @DisplayName("label ids become train ids by Cityscapes's table, the others are ignored")
  void labelIds() throws IOException {
    byte[] ids = new byte[256];
    for (int i = 0; i < 256; i++) {
      ids[i] = (byte) i;
    }
    byte[] expected = new byte[256];
    Arrays.fill(expected, (byte) 255);
    // id, train id: road, sidewalk, building, wall, fence, pole, traffic light, traffic sign,
    // vegetation, terrain, sky, person, rider, car, truck, bus, train, motorcycle, bicycle.
    int[][] table = {
      {7, 0}, {8, 1}, {11, 2}, {12, 3}, {13, 4}, {17, 5}, {19, 6}, {20, 7}, {21, 8}, {22, 9},
      {23, 10}, {24, 11}, {25, 12}, {26, 13}, {27, 14}, {28, 15}, {31, 16}, {32, 17}, {33, 18}
    };
    for (int[] entry : table) {
      expected[entry[0]] = (byte) entry[1];
    }
    ClassMap all = new ClassMap(16, 16, ids);
    assertArrayEquals(expected, Cityscapes.label("x_gtFine_labelIds", all).classes());
    assertArrayEquals(ids, Cityscapes.label("x_gtFine_labelTrainIds", all).classes());
    assertArrayEquals(ids, Cityscapes.label("x", all).classes());
  }

  @Test
  @DisplayName("a label's suffix, in a folder of its own or among the images")
  void suffixes() throws IOException {
    put("images/a.jpg", picture());
    put("labels/a_mask.png", map(2));
    put("depth/a-depth.PNG", sixteenBits(2000));
    Sample sample =
        only(
            of("images")
                .withLabels(temp.resolve("labels"))
                .withDepth(temp.resolve("depth"))
                .withSuffixes("_mask", "-depth.png")
                .withDepthScale(DepthScale.parse("0.001")));
    assertNotNull(sample.label());
    assertEquals(2, sample.label().at(0, 0));
    assertEquals(237, depth(sample));
    put("mixed/a.png", picture());
    put("mixed/a_mask.png", map(7));
    Sample mixed = only(of("mixed").withLabels(temp.resolve("mixed")).withSuffixes("_mask", ""));
    assertNotNull(mixed.label());
    assertEquals(7, mixed.label().at(0, 0));
    assertThrows(IllegalArgumentException.class, () -> of("mixed").withSuffixes("../../etc/x", ""));
  }

  @Test
  @DisplayName("labels and depth beside the images in sub-folders are no images")
  void suffixesInSubFolders() throws IOException {
    put("data/a/x.png", picture());
    put("data/a/x_mask.png", map(3));
    put("data/a/x_far.png", map(4));
    put("data/b/c/y_mask.png", map(3));
    ImageFolder.Options options =
        of("data", "**")
            .withLabels(temp.resolve("data"))
            .withDepth(temp.resolve("a/../data"))
            .withSuffixes("_mask", "_far");
    Files.createDirectories(temp.resolve("a"));
    Sample sample = only(options);
    assertEquals("a/x", sample.id());
    assertNotNull(sample.label());
    assertEquals(3, sample.label().at(0, 0));
    assertEquals(4, depth(sample));
    // In another folder they are not theirs.
    assertEquals(4, all(of("data", "**").withSuffixes("_mask", "_far")).size());
  }

  @Test
  @DisplayName("Cityscapes's labels and depth beside the images need no suffix")
  void cityscapesBesideTheImages() throws IOException {
    String name = "flat/ulm/ulm_000001_000002";
    put(name + "_leftImg8bit.png", picture());
    put(name + "_gtFine_labelIds.png", map(26));
    for (String end :
        List.of("gtFine_color", "gtFine_labelTrainIds", "gtCoarse_color", "gtCoarse_instanceIds")) {
      put(name + "_" + end + ".png", map(5));
    }
    put(name + "_disparity.png", sixteenBits(1 + 31 * 256));
    for (String select : List.of("**", "ulm/*")) {
      Sample sample =
          only(of("flat", select).withLabels(temp.resolve("flat")).withDepth(temp.resolve("flat")));
      assertEquals("ulm/ulm_000001_000002_leftImg8bit", sample.id());
      assertNotNull(sample.label());
      assertEquals(5, sample.label().at(0, 0));
      assertEquals(31, depth(sample));
    }
  }

  @Test
  @DisplayName("what was written below the images is no input of the next run")
  void results() throws IOException {
    put("images/a/one.png", picture());
    Path out = temp.resolve("images/out");
    for (int run = 0; run < 2; run++) {
      try (OutputFolder written = OutputFolder.open(out, Map.of())) {
        assertEquals(List.of("a/one"), ids(of("images", "**")));
        written.write("a/one.png", map(1));
      }
    }
    assertEquals(List.of("a/one"), ids(of("images", "**")));
    String note = "passed over in " + temp.resolve("images") + ": 1 folder with results of seamark";
    assertEquals(List.of(note), notes(of("images", "**")));
    put("images/two.png", picture());
    assertEquals(
        List.of(note + ", 1 sub-folder(s) with images (--select '**' reads them)"),
        notes(of("images")));
    Files.move(temp.resolve("images/a"), out.resolve("b"));
    Files.move(out, temp.resolve("images/c"));
    assertEquals(List.of(note), notes(of("images")));
    // Results may be looked at where somebody names them.
    assertEquals(List.of("a/one", "b/one"), ids(of("images/c", "**")));
  }

  @Test
  void resultsBelowCityscapesLayout() throws IOException {
    put("cs/leftImg8bit/val/ulm/ulm_000001_000002_leftImg8bit.png", picture());
    try (OutputFolder written = OutputFolder.open(temp.resolve("cs/leftImg8bit/o"), Map.of())) {
      written.write("val/ulm/ulm_000001_000002_leftImg8bit.png", map(1));
    }
    assertEquals(List.of("val/ulm/ulm_000001_000002_leftImg8bit"), ids(of("cs")));
  }

  @Test
  @DisplayName("globs with any characters follow a file: URI")
  void globsBehindUris() throws IOException {
    put("images/seq_01_a.png", picture());
    put("images/seq_12_a.png", picture());
    String uri = temp.resolve("images").toUri().toString();
    String bare = uri.endsWith("/") ? uri.substring(0, uri.length() - 1) : uri;
    for (String glob : List.of("seq_0?_*", "seq_[0]*", "{seq_01_a}", "seq_0*")) {
      assertEquals(List.of("seq_01_a"), ids(ImageFolder.Options.parse(bare + ":" + glob)), glob);
    }
    assertEquals(2, ids(ImageFolder.Options.parse(uri)).size());
    String message =
        String.valueOf(
            assertThrows(
                    IllegalArgumentException.class,
                    () -> ImageFolder.Options.parse("http://host/images:*"))
                .getMessage());
    assertTrue(message.contains("'http://host/images' must be a path"), message);
  }

  @Test
  @DisplayName("a label's ending is read in any case, two labels for one image are refused")
  void endings() throws IOException {
    put("images/a.JPG", picture());
    put("labels/a.PNG", map(6));
    Sample sample = only(of("images").withLabels(temp.resolve("labels")));
    assertNotNull(sample.label());
    assertEquals(6, sample.label().at(0, 0));
    put("labels/a.png", map(7));
    assertEquals(
        "label folder " + temp.resolve("labels") + " has two files for a.JPG: a.PNG and a.png",
        refusal(of("images").withLabels(temp.resolve("labels"))));
  }

  @Test
  @DisplayName("names with blanks, of any length, and with letters composed in two ways")
  void names() throws IOException {
    String composed = Normalizer.normalize("Fußgänger café", Normalizer.Form.NFC);
    String apart = Normalizer.normalize(composed, Normalizer.Form.NFD);
    String long200 = "n".repeat(200);
    try {
      put("images/" + composed + ".png", picture());
    } catch (InvalidPathException e) {
      assumeTrue(false, "skipped: this locale cannot write such names");
    }
    put("labels/" + apart + ".png", map(1));
    put("images/two words .png", picture());
    put("images/" + long200 + ".png", picture());
    put("images/" + "m".repeat(240) + ".png", picture());
    List<SourceItem> items = all(of("images").withLabels(temp.resolve("labels")));
    assertEquals(4, items.size());
    assertNotNull(assertInstanceOf(Sample.class, items.get(0)).label());
    assertEquals("m".repeat(200), assertInstanceOf(UnreadableSample.class, items.get(1)).id());
    assertEquals(long200, items.get(2).id());
    assertEquals("two words ", items.get(3).id());
    assertEquals(List.of(composed), ids(of("images", apart.substring(0, 6) + "*")));
  }

  @Test
  @Timeout(value = 60, unit = TimeUnit.SECONDS)
  @DisplayName("pipes and folders in the place of an image, a label or depth are never opened")
  void pipes() throws IOException, InterruptedException {
    put("images/a.png", picture());
    put("images/b.png", picture());
    put("images/c.png", picture());
    put("labels/b.png", map(1));
    for (String pipe : List.of("images/d.png", "labels/a.png", "depth/b.png")) {
      Path file = temp.resolve(pipe);
      Files.createDirectories(file.getParent());
      Process made = new ProcessBuilder("mkfifo", file.toString()).start();
      assumeTrue(made.waitFor() == 0, "skipped: no pipes on this system");
    }
    Files.createDirectories(temp.resolve("depth/c.png"));
    ImageFolder.Options options =
        of("images").withLabels(temp.resolve("labels")).withDepth(temp.resolve("depth"));
    List<SourceItem> items = all(options);
    assertEquals(
        List.of(
            new UnreadableSample(
                "a", temp.resolve("labels/a.png") + ": a pipe, socket or device, not a file"),
            new UnreadableSample(
                "b", temp.resolve("depth/b.png") + ": a pipe, socket or device, not a file"),
            new UnreadableSample("c", temp.resolve("depth/c.png") + ": a folder, not a file")),
        items);
    assertTrue(
        notes(options).get(0).contains("1 pipe, socket or device (d.png)"),
        notes(options).toString());
  }

  @Test
  void filesThatGrowOrVanish() throws IOException {
    Path large = put("images/a.png", picture());
    put("images/b.png", picture());
    put("images/c.png", picture());
    List<SourceItem> items = new ArrayList<>();
    try (SampleSource source = ImageFolder.open(of("images"))) {
      try (FileChannel channel = FileChannel.open(large, StandardOpenOption.WRITE)) {
        channel.write(ByteBuffer.allocate(1), ImageFiles.MAX_FILE_BYTES);
      }
      Files.delete(temp.resolve("images/b.png"));
      for (int i = 0; i < 3; i++) {
        items.add(source.next().orElseThrow());
      }
    }
    assertEquals(
        List.of(
            new UnreadableSample(
                "a",
                large
                    + ": "
                    + (ImageFiles.MAX_FILE_BYTES + 1)
                    + " bytes long, but at most 67108864 are read"),
            new UnreadableSample("b", temp.resolve("images/b.png") + ": the file has gone")),
        items.subList(0, 2));
    assertInstanceOf(Sample.class, items.get(2));
  }

  @Test
  @DisplayName("depth of 16 bits needs a scale; without one each image is refused with the hint")
  void depthScale() throws IOException {
    put("images/a.png", picture());
    put("depth/a.png", sixteenBits(200));
    ImageFolder.Options options = of("images").withDepth(temp.resolve("depth"));
    UnreadableSample refused = assertInstanceOf(UnreadableSample.class, all(options).get(0));
    assertTrue(refused.reason().contains("depth.scale"), refused.reason());
    Sample read = only(options.withDepthScale(DepthScale.parse("0.1")));
    assertEquals(24, depth(read));
    put("depth/a.png", map(77));
    assertEquals(77, depth(only(options)));
    // Cityscapes's scale is for its 16 bits; RFNet's own 8 bits stay.
    assertEquals(77, depth(only(options.withDepthScale(DepthScale.CITYSCAPES))));
  }

  @Test
  void parsesGlobsWithSlashes() throws IOException {
    put("images/a/one.png", picture());
    put("images/two.png", picture());
    assertEquals(List.of("a/one"), ids(ImageFolder.Options.parse(temp.resolve("images") + ":a/*")));
    assertEquals(2, ids(ImageFolder.Options.parse(temp.resolve("images") + ":**")).size());
    Path missing = temp.resolve("a:b/c");
    assertEquals(missing, ImageFolder.Options.parse(missing.toString()).folder());
  }
}
