package io.seamark.unknown.segment;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import io.seamark.perception.SegmentMask;
import io.seamark.perception.SegmentMask.Box;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;

/**
 * SAM's mask records as JSON: one array, each record with {@code segmentation} (COCO RLE with
 * compressed counts, as {@code output_mode=coco_rle} writes it), {@code area}, {@code bbox}, {@code
 * predicted_iou}, {@code point_coords}, {@code stability_score} and {@code crop_box}.
 *
 * <p>SAM's {@code bbox} is XYWH between the indices of the first and the last pixel, so one smaller
 * than the number of pixels each way; that is kept here, while {@link SegmentMask#box} counts
 * pixels.
 */
public final class MaskRecords {
  private static final JsonMapper JSON =
      new JsonMapper(
          JsonFactory.builder()
              .streamReadConstraints(
                  StreamReadConstraints.builder().maxStringLength(64 * 1024 * 1024).build())
              .build());

  private MaskRecords() {}

  /**
   * Writes masks.
   *
   * @param masks in the order to write
   * @return UTF-8 JSON
   */
  public static byte[] write(List<SegmentMask> masks) {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    try {
      write(masks, out);
    } catch (IOException e) {
      throw new IllegalStateException("writing to memory failed", e);
    }
    return out.toByteArray();
  }

  /**
   * Writes masks.
   *
   * @param masks in the order to write
   * @param out where to, as UTF-8; left open
   * @throws IOException if writing fails
   */
  public static void write(List<SegmentMask> masks, OutputStream out) throws IOException {
    try (JsonGenerator json = JSON.createGenerator(out)) {
      json.disable(JsonGenerator.Feature.AUTO_CLOSE_TARGET);
      json.writeStartArray();
      for (SegmentMask mask : masks) {
        json.writeStartObject();
        json.writeObjectFieldStart("segmentation");
        json.writeFieldName("size");
        json.writeArray(new int[] {mask.height(), mask.width()}, 0, 2);
        json.writeStringField(
            "counts", Rle.encode(mask.pixels(), mask.height(), mask.width()).text());
        json.writeEndObject();
        json.writeNumberField("area", mask.area());
        Box box = mask.box();
        writeBox(json, "bbox", box, Math.max(0, box.width() - 1), Math.max(0, box.height() - 1));
        json.writeNumberField("predicted_iou", mask.predictedIou());
        json.writeArrayFieldStart("point_coords");
        json.writeStartArray();
        json.writeNumber(mask.pointX());
        json.writeNumber(mask.pointY());
        json.writeEndArray();
        json.writeEndArray();
        json.writeNumberField("stability_score", mask.stabilityScore());
        Box crop = mask.cropBox();
        writeBox(json, "crop_box", crop, crop.width(), crop.height());
        json.writeEndObject();
      }
      json.writeEndArray();
    }
  }

  private static void writeBox(JsonGenerator json, String name, Box box, int width, int height)
      throws IOException {
    json.writeFieldName(name);
    json.writeArray(new int[] {box.x(), box.y(), width, height}, 0, 4);
  }

  /**
   * Reads masks that this or SAM itself wrote; the counts may be compressed text or a list.
   *
   * @param text UTF-8 JSON
   * @return the masks in their order; area and box are those of the pixels
   * @throws IOException if it is not such JSON; the message names the record and what is wrong
   */
  public static List<SegmentMask> read(byte[] text) throws IOException {
    JsonNode root = JSON.readTree(text);
    if (root == null || !root.isArray()) {
      throw new IOException("mask records must be one JSON array");
    }
    List<SegmentMask> masks = new ArrayList<>();
    for (int i = 0; i < root.size(); i++) {
      try {
        masks.add(read(root.get(i)));
      } catch (IllegalArgumentException e) {
        throw new IOException("mask record " + i + ": " + e.getMessage(), e);
      }
    }
    return masks;
  }

  private static SegmentMask read(JsonNode node) {
    JsonNode segmentation = node.path("segmentation");
    int[] size = whole(segmentation.path("size"), "segmentation.size", 2);
    JsonNode counts = segmentation.path("counts");
    Rle rle =
        counts.isTextual()
            ? Rle.parse(counts.textValue(), size[0], size[1])
            : new Rle(size[0], size[1], whole(counts, "segmentation.counts", counts.size()));
    BitSet pixels = rle.decode();
    JsonNode point = node.path("point_coords").path(0);
    int[] crop = whole(node.path("crop_box"), "crop_box", 4);
    return new SegmentMask(
        size[1],
        size[0],
        pixels,
        rle.area(),
        boxOf(pixels, size[1]),
        number(node.path("predicted_iou"), "predicted_iou"),
        number(node.path("stability_score"), "stability_score"),
        number(point.path(0), "point_coords"),
        number(point.path(1), "point_coords"),
        new Box(crop[0], crop[1], crop[2], crop[3]));
  }

  /** Bounding box of the set bits. */
  static Box boxOf(BitSet pixels, int width) {
    if (pixels.isEmpty()) {
      return new Box(0, 0, 0, 0);
    }
    int left = width;
    int right = -1;
    for (int from = pixels.nextSetBit(0); from >= 0; ) {
      int to = pixels.nextClearBit(from) - 1;
      if (from / width != to / width) {
        left = 0;
        right = width - 1;
      } else {
        left = Math.min(left, from % width);
        right = Math.max(right, to % width);
      }
      from = pixels.nextSetBit(to + 1);
    }
    int top = pixels.nextSetBit(0) / width;
    int bottom = (pixels.length() - 1) / width;
    return new Box(left, top, right - left + 1, bottom - top + 1);
  }

  private static int[] whole(JsonNode node, String name, int length) {
    if (!node.isArray() || node.size() != length) {
      throw new IllegalArgumentException(name + " must be an array of " + length + " numbers");
    }
    int[] values = new int[length];
    for (int i = 0; i < length; i++) {
      if (!node.get(i).canConvertToInt()) {
        throw new IllegalArgumentException(
            name + " holds " + node.get(i) + ", but must hold whole numbers");
      }
      values[i] = node.get(i).intValue();
    }
    return values;
  }

  private static float number(JsonNode node, String name) {
    if (!node.isNumber()) {
      throw new IllegalArgumentException(name + " must be a number");
    }
    return node.floatValue();
  }
}
