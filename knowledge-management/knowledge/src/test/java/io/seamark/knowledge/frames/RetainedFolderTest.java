package io.seamark.knowledge.frames;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.seamark.imaging.Images;
import io.seamark.perception.ClassMap;
import io.seamark.perception.Frame;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

// JUnit sets the folder; a frame without depth is not seen to be one across modules.
@SuppressWarnings("NullAway")
class RetainedFolderTest {
  @TempDir private Path root;

  @BeforeEach
  void write() throws IOException {
    Files.createDirectories(root.resolve("train"));
    Files.createDirectories(root.resolve("trainannot"));
    for (String name : new String[] {"day_2", "day_1", "dusk_1"}) {
      Files.write(
          root.resolve("train/" + name + ".png"),
          Images.encodePng(new Frame(4, 2, new byte[24], null)));
      Files.write(
          root.resolve("trainannot/" + name + ".png"),
          Images.encodeClassMap(new ClassMap(4, 2, new byte[] {0, 1, 2, 3, 4, 5, 6, 11})));
    }
  }

  @Test
  void selectsByGlobAndReadsLabels() throws IOException {
    RetainedFolder frames = RetainedFolder.open(root.resolve("train") + ":day_*,night_*", null);
    assertEquals(2, frames.size());
    assertEquals("train:day_*,night_*", frames.source());
    assertEquals(11, frames.read(0).target().at(3, 1));
    assertEquals(3, RetainedFolder.open(root.resolve("train").toString(), null).size());
  }

  @Test
  void namesWhatIsMissing() {
    Path train = root.resolve("train");
    assertEquals(
        "seamark.retain is '" + root + "/none', but " + root + "/none is not a folder of images",
        assertThrows(IOException.class, () -> RetainedFolder.open(root + "/none", null))
            .getMessage());
    assertEquals(
        "labels of the retained frames in "
            + train
            + " must be in "
            + root.resolve("labels")
            + " (or where seamark.retain.labels says), but that is not a folder",
        assertThrows(
                IOException.class,
                () -> RetainedFolder.open(train.toString(), root.resolve("labels")))
            .getMessage());
    assertEquals(
        "seamark.retain is '"
            + train
            + ":fog_*', but of its 0 images none has a label NAME.png in "
            + train
            + "annot",
        assertThrows(IOException.class, () -> RetainedFolder.open(train + ":fog_*", null))
            .getMessage());
  }

  @Test
  void findsCityscapesLabelsBesideItsImages() throws IOException {
    Path images = root.resolve("cs/leftImg8bit/train/ulm");
    Path labels = root.resolve("cs/gtFine/train/ulm");
    Files.createDirectories(images);
    Files.createDirectories(labels);
    Files.write(
        images.resolve("ulm_0_1_leftImg8bit.png"),
        Images.encodePng(new Frame(4, 2, new byte[24], null)));
    Files.write(
        labels.resolve("ulm_0_1_gtFine_labelIds.png"),
        Images.encodeClassMap(new ClassMap(4, 2, new byte[] {7, 8, 33, 1, 0, 26, 11, 23})));
    RetainedFolder frames =
        RetainedFolder.open(root.resolve("cs/leftImg8bit/train") + ":**/ulm_*", null);
    assertEquals(1, frames.size());
    assertEquals("train:**/ulm_*", frames.source());
    assertEquals(18, frames.read(0).target().at(2, 0));
    assertEquals(255, frames.read(0).target().at(3, 0));
  }

  @Test
  void readsEveryKindThatIsListed() throws IOException {
    // Four white pixels of a grey TIFF, no compression.
    ByteBuffer tiff = ByteBuffer.allocate(8 + 2 + 12 * 9 + 4 + 8).order(ByteOrder.LITTLE_ENDIAN);
    tiff.put(new byte[] {'I', 'I', 42, 0}).putInt(8).putShort((short) 9);
    int[][] entries = {
      {256, 4}, {257, 2}, {258, 8}, {259, 1}, {262, 1}, {273, 122}, {277, 1}, {278, 2}, {279, 8}
    };
    for (int[] entry : entries) {
      tiff.putShort((short) entry[0]).putShort((short) 4).putInt(1).putInt(entry[1]);
    }
    tiff.putInt(0).put(new byte[] {9, 9, 9, 9, 9, 9, 9, 9});
    Files.write(root.resolve("train/fog_1.tif"), tiff.array());
    Files.copy(root.resolve("trainannot/day_1.png"), root.resolve("trainannot/fog_1.png"));
    LabelledFrames.LabelledFrame frame =
        RetainedFolder.open(root.resolve("train") + ":fog_1", null).read(0);
    assertEquals(9, frame.frame().rgb()[0]);
    assertEquals(11, frame.target().at(3, 1));
  }

  @Test
  void namesTheFileThatCannotBeRead() throws IOException {
    RetainedFolder frames = RetainedFolder.open(root.resolve("train") + ":day_*", null);
    Path broken = Files.writeString(root.resolve("train/day_1.png"), "no picture");
    assertEquals(
        broken + ": no JPEG, PNG, WebP or TIFF file",
        assertThrows(IOException.class, () -> frames.read(0)).getMessage());
  }

  @Test
  void refusesALabelOfAnotherSize() throws IOException {
    Files.write(
        root.resolve("trainannot/day_1.png"),
        Images.encodeClassMap(new ClassMap(2, 1, new byte[2])));
    RetainedFolder frames = RetainedFolder.open(root.resolve("train") + ":day_1", null);
    assertThrows(IOException.class, () -> frames.read(0));
  }
}
