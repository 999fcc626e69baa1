package io.seamark.source;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.seamark.imaging.Images;
import io.seamark.perception.ClassMap;
import io.seamark.perception.Sample;
import io.seamark.perception.SourceItem;
import io.seamark.perception.UnreadableSample;
import io.seamark.plugin.PluginKind;
import io.seamark.plugin.PluginProvider;
import io.seamark.plugin.SampleSource;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.ServiceLoader;
import java.util.zip.CRC32;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ImageFolderTest {
  @TempDir Path temp = Path.of("");
  private Path images = temp;
  private Path labels = temp;
  private Path depth = temp;

  @BeforeEach
  void write() throws IOException {
    images = Files.createDirectory(temp.resolve("images"));
    labels = Files.createDirectory(temp.resolve("labels"));
    depth = Files.createDirectory(temp.resolve("depth"));
    ProceduralStreet street = new ProceduralStreet(1, 64, 48);
    for (Weather weather : List.of(Weather.DAY, Weather.FOG)) {
      for (int i = 0; i < 2; i++) {
        Sample sample = street.render(i, weather).sample();
        String name = weather.domain() + "_" + i;
        Files.write(images.resolve(name + ".jpg"), Images.encodeJpeg(sample.frame(), 0.9f));
        ClassMap label = sample.label();
        assertNotNull(label);
        Files.write(labels.resolve(name + ".png"), Images.encodeClassMap(label));
        Files.write(depth.resolve(name + ".png"), Images.encodeDepth(sample.frame()));
      }
    }
    Files.writeString(images.resolve("notes.txt"), "not an image");
  }

  private static List<SourceItem> all(ImageFolder.Options options) throws IOException {
    List<SourceItem> items = new ArrayList<>();
    try (SampleSource source = ImageFolder.open(options)) {
      Optional<SourceItem> item = source.next();
      while (item.isPresent()) {
        items.add(item.get());
        item = source.next();
      }
      assertEquals(source.size().orElseThrow(), items.size());
    }
    return items;
  }

  private static String refusal(ImageFolder.Options options) {
    return String.valueOf(
        assertThrows(IOException.class, () -> ImageFolder.open(options)).getMessage());
  }

  @Test
  @DisplayName("samples come in name order with label, depth, domain and the file's own bytes")
  void reads() throws IOException {
    List<SourceItem> items =
        all(ImageFolder.Options.of(images).withLabels(labels).withDepth(depth));
    assertEquals(
        List.of("day_0", "day_1", "fog_0", "fog_1"), items.stream().map(SourceItem::id).toList());
    Sample last = assertInstanceOf(Sample.class, items.get(3));
    assertEquals("fog", last.domain());
    assertNotNull(last.label());
    assertNotNull(last.frame().depth());
    assertNotNull(last.encoded());
    assertArrayEquals(Files.readAllBytes(images.resolve("fog_1.jpg")), last.encoded().bytes());
  }

  @Test
  void selects() throws IOException {
    ImageFolder.Options options = ImageFolder.Options.of(images);
    assertEquals(2, all(options.withSelect(List.of("day_*"))).size());
    assertEquals(3, all(options.withSelect(ImageFolder.globs("day_*, fog_1.jpg,"))).size());
    assertEquals(
        "none of the 4 images in " + images + " matches 'snow_*'; the first is day_0.jpg",
        refusal(options.withSelect(List.of("snow_*"))));
    assertThrows(IllegalArgumentException.class, () -> options.withSelect(List.of("{day_0")));
  }

  @Test
  void parsesFolderAndGlobs() throws IOException {
    assertEquals(3, all(ImageFolder.Options.parse(images + ":day_*,fog_0")).size());
    assertEquals(4, all(ImageFolder.Options.parse(images.toString())).size());
    Path colon = Files.createDirectory(temp.resolve("a:b"));
    assertEquals(colon, ImageFolder.Options.parse(colon.toString()).folder());
  }

  @Test
  void scales() throws IOException {
    Sample sample =
        (Sample) all(ImageFolder.Options.of(images).withLabels(labels).withSize(32, 24)).get(0);
    assertEquals(32, sample.frame().width());
    assertNotNull(sample.label());
    assertEquals(24, sample.label().height());
    assertNull(sample.encoded());
  }

  @Test
  @DisplayName("a bad frame is one item with a reason that names the file; the rest go on")
  void badItems() throws IOException {
    Path cut = images.resolve("day_0.jpg");
    byte[] jpeg = Files.readAllBytes(cut);
    Files.write(cut, Arrays.copyOf(jpeg, jpeg.length / 2));
    Path small = labels.resolve("day_1.png");
    Files.write(small, Images.encodeClassMap(new ClassMap(8, 8, new byte[64])));
    byte[] png = Files.readAllBytes(depth.resolve("fog_0.png"));
    ByteBuffer.wrap(png).putInt(16, 50_000).putInt(20, 50_000);
    CRC32 crc = new CRC32();
    crc.update(png, 12, 17);
    ByteBuffer.wrap(png).putInt(29, (int) crc.getValue());
    Path huge = depth.resolve("fog_0.png");
    Files.write(huge, png);

    List<SourceItem> items =
        all(ImageFolder.Options.of(images).withLabels(labels).withDepth(depth));
    assertEquals(
        new UnreadableSample(
            "day_0",
            cut
                + ": truncated JPEG: the file ends in the middle, after "
                + jpeg.length / 2
                + " bytes"),
        items.get(0));
    assertEquals(
        new UnreadableSample("day_1", small + ": the label is 8x8, but its image is 64x48"),
        items.get(1));
    UnreadableSample big = assertInstanceOf(UnreadableSample.class, items.get(2));
    assertTrue(
        big.reason().startsWith(huge + ": the header says 50000x50000 pixels"), big.reason());
    assertInstanceOf(Sample.class, items.get(3));
  }

  @Test
  void imageWithoutLabelIsASampleWithoutLabel() throws IOException {
    Files.delete(labels.resolve("day_0.png"));
    Sample sample = (Sample) all(ImageFolder.Options.of(images).withLabels(labels)).get(0);
    assertNull(sample.label());
  }

  @Test
  void sameNameTwice() throws IOException {
    Sample sample = new ProceduralStreet(1, 32, 32).render(0, Weather.DAY).sample();
    Files.write(images.resolve("day_0.png"), Images.encodePng(sample.frame()));
    assertEquals(
        List.of("day_0.jpg", "day_0.png"),
        all(ImageFolder.Options.of(images)).stream().limit(2).map(SourceItem::id).toList());
  }

  @Test
  void unusableFolders() throws IOException {
    Path missing = temp.resolve("missing");
    assertEquals(
        "image folder " + missing + " does not exist", refusal(ImageFolder.Options.of(missing)));
    Path file = images.resolve("notes.txt");
    assertEquals(
        "image folder " + file + " is not a folder", refusal(ImageFolder.Options.of(file)));
    Path empty = Files.createDirectory(temp.resolve("empty"));
    assertEquals(
        "image folder "
            + empty
            + " holds no image: it must hold .jpg, .jpeg, .png, .webp, .tif or .tiff files",
        refusal(ImageFolder.Options.of(empty)));
    assertEquals(
        "label folder " + missing + " does not exist",
        refusal(ImageFolder.Options.of(images).withLabels(missing)));
    assertEquals(
        "label folder "
            + empty
            + " has no file for any image of "
            + images
            + ": it must hold day_0.png and so on, or say with --labels-suffix how its names end",
        refusal(ImageFolder.Options.of(images).withLabels(empty)));
  }

  @Test
  void provider() throws IOException {
    ImageFolderProvider provider = new ImageFolderProvider();
    Path none = Path.of("");
    try (SampleSource source =
        provider.create(
            new ImageFolderProvider.Hyperparameters(
                images, labels, none, "fog_*", "32x32", "", "", ""),
            new TestContext(1))) {
      assertEquals(2, source.size().orElseThrow());
      assertEquals(32, ((Sample) source.next().orElseThrow()).frame().height());
    }
    ImageFolderProvider.Hyperparameters missing =
        new ImageFolderProvider.Hyperparameters(
            temp.resolve("missing"), none, none, "", "", "", "", "");
    assertEquals(
        "image folder " + temp.resolve("missing") + " does not exist",
        assertThrows(UncheckedIOException.class, () -> provider.create(missing, new TestContext(1)))
            .getMessage());
    assertEquals(
        "size is '32', but must be WIDTHxHEIGHT, such as 480x360",
        assertThrows(
                IllegalArgumentException.class,
                () ->
                    new ImageFolderProvider.Hyperparameters(
                        images, none, none, "", "32", "", "", ""))
            .getMessage());
    for (String size : List.of("16385x1", "1x16385", "6400x6400", "50000x50000", "99999x99999")) {
      assertEquals(
          "size is '" + size + "', but at most 16384 a side and 40 megapixels are accepted",
          assertThrows(
                  IllegalArgumentException.class,
                  () ->
                      new ImageFolderProvider.Hyperparameters(
                          images, none, none, "", size, "", "", ""))
              .getMessage());
    }
    assertEquals(
        "cannot scale images to 50000x50000 pixels: at most 16384 a side and 40 megapixels are"
            + " accepted",
        assertThrows(
                IllegalArgumentException.class,
                () -> ImageFolder.Options.of(images).withSize(50_000, 50_000))
            .getMessage());
    assertEquals(16_384, ImageFolder.Options.of(images).withSize(16_384, 2_441).width());
    ImageFolderProvider.Hyperparameters unset =
        new ImageFolderProvider.Hyperparameters(none, none, none, "", "", "", "", "");
    assertThrows(IllegalArgumentException.class, () -> provider.create(unset, new TestContext(1)));
  }

  @Test
  void bothProvidersAreFound() {
    assertEquals(
        List.of("image_folder", "procedural_street"),
        ServiceLoader.load(PluginProvider.class).stream()
            .map(ServiceLoader.Provider::get)
            .map(p -> (PluginProvider<?, ?>) p)
            .filter(p -> p.kind().equals(PluginKind.SAMPLE_SOURCE))
            .map(PluginProvider::name)
            .sorted()
            .toList());
  }
}
