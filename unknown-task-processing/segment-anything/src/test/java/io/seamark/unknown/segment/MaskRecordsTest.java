package io.seamark.unknown.segment;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.seamark.perception.SegmentMask;
import io.seamark.perception.SegmentMask.Box;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.BitSet;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class MaskRecordsTest {
  private static final String RECORD =
      "[{\"segmentation\":{\"size\":[3,4],\"counts\":\"41110N5\"},\"area\":3,\"bbox\":[1,1,1,1],"
          + "\"predicted_iou\":0.75,\"point_coords\":[[1.5,2.25]],\"stability_score\":0.5,"
          + "\"crop_box\":[0,0,4,3]}]";

  private static SegmentMask mask() {
    BitSet bits = new BitSet();
    bits.set(5);
    bits.set(9);
    bits.set(6);
    return new SegmentMask(
        4, 3, bits, 3, new Box(1, 1, 2, 2), 0.75f, 0.5f, 1.5f, 2.25f, new Box(0, 0, 4, 3));
  }

  @Test
  void write_isSamsRecord_withBoxesBetweenPixelIndices() {
    String json = new String(MaskRecords.write(List.of(mask())), StandardCharsets.UTF_8);
    Rle rle = Rle.encode(mask().pixels(), 3, 4);
    assertEquals(RECORD.replace("41110N5", rle.text()), json);
  }

  @Test
  void read_givesBackWhatWasWritten() throws IOException {
    assertEquals(List.of(mask()), MaskRecords.read(MaskRecords.write(List.of(mask()))));
    assertEquals(List.of(), MaskRecords.read(MaskRecords.write(List.of())));
  }

  @Test
  void read_takesUncompressedCounts() throws IOException {
    String json =
        new String(MaskRecords.write(List.of(mask())), StandardCharsets.UTF_8)
            .replaceAll("\"counts\":\"[^\"]*\"", "\"counts\":[4,2,1,1,4]");
    assertEquals(
        mask().pixels(), MaskRecords.read(json.getBytes(StandardCharsets.UTF_8)).get(0).pixels());
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "{}",
        "[1]",
        "[{}]",
        "[{\"segmentation\":{\"size\":[3,4],\"counts\":[1]}}]",
        "nonsense"
      })
  void read_refusesAnythingElse(String json) {
    assertThrows(IOException.class, () -> MaskRecords.read(json.getBytes(StandardCharsets.UTF_8)));
  }

  @Test
  void read_namesTheRecord() {
    String json = "[{\"segmentation\":{\"size\":[3,4],\"counts\":[1]}}]";
    IOException e =
        assertThrows(
            IOException.class, () -> MaskRecords.read(json.getBytes(StandardCharsets.UTF_8)));
    assertEquals("mask record 0: the runs cover 1 pixels, but a 4x3 mask has 12", e.getMessage());
  }

  @Test
  void boxOf_runsThatWrapAroundRows() {
    BitSet bits = new BitSet();
    bits.set(6, 10);
    assertEquals(new Box(0, 1, 4, 2), MaskRecords.boxOf(bits, 4));
    assertEquals(new Box(0, 0, 0, 0), MaskRecords.boxOf(new BitSet(), 4));
    assertTrue(mask().box().equals(MaskRecords.boxOf(mask().pixels(), 4)));
  }
}
