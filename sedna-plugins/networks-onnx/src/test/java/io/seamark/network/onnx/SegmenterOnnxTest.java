package io.seamark.network.onnx;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.seamark.network.PromptableSegmenter;
import io.seamark.network.Weights;
import io.seamark.perception.ClassScores;
import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.api.Test;

class SegmenterOnnxTest {
  private static final int SIZE = 64;
  private static final int CHANNELS = 64 + 64 + 256;
  private final Weights weights = PromptableSegmenter.initial(3, SIZE);

  private static float[] random(int n) {
    Random random = new Random(n);
    float[] values = new float[n];
    for (int i = 0; i < n; i++) {
      values[i] = (float) random.nextGaussian();
    }
    return values;
  }

  private GraphRun.Outputs decode(
      float[] points, float[] labels, float[] mask, int height, int width) throws Exception {
    try (GraphRun runtime = new GraphRun(SegmenterOnnx.exportDecoder(weights))) {
      return runtime
          .floats("image_embeddings", random(CHANNELS * 16), 1, CHANNELS, 4, 4)
          .floats("point_coords", points, 1, labels.length, 2)
          .floats("point_labels", labels, 1, labels.length)
          .floats("mask_input", mask.length == 0 ? new float[256] : mask, 1, 1, 16, 16)
          .floats("has_mask_input", new float[] {mask.length == 0 ? 0 : 1}, 1)
          .floats("orig_im_size", new float[] {height, width}, 2)
          .run();
    }
  }

  @Test
  void theEncoderHasTheOfficialShape() throws Exception {
    try (GraphRun runtime = new GraphRun(SegmenterOnnx.exportEncoder(weights))) {
      GraphRun.Output output =
          runtime
              .floats("images", random(3 * SIZE * SIZE), 1, 3, SIZE, SIZE)
              .run()
              .get("image_embeddings");
      assertArrayEquals(new long[] {1, CHANNELS, 4, 4}, output.shape());
      // The neck's last layer norm is neutral in initial weights: each cell has mean 0 and variance
      // 1 in its channels, which come first.
      double sum = 0;
      double squares = 0;
      for (int c = 0; c < 64; c++) {
        sum += output.values()[c * 16 + 5];
        squares += Math.pow(output.values()[c * 16 + 5], 2);
      }
      assertEquals(0, sum / 64, 1e-4);
      assertEquals(1, squares / 64, 1e-3);
    }
  }

  @Test
  void theDecoderHasTheOfficialShapes() throws Exception {
    GraphRun.Outputs outputs =
        decode(new float[] {10, 20, 0, 0}, new float[] {1, -1}, new float[0], 30, 45);
    assertArrayEquals(new long[] {1, 4, 30, 45}, outputs.get("masks").shape());
    assertArrayEquals(new long[] {1, 4}, outputs.get("iou_predictions").shape());
    assertArrayEquals(new long[] {1, 4, 16, 16}, outputs.get("low_res_masks").shape());
  }

  @Test
  void masksAreEnlargedCroppedAndResized() throws Exception {
    GraphRun.Outputs outputs =
        decode(new float[] {10, 20, 0, 0}, new float[] {1, -1}, new float[0], 33, 47);
    ClassScores low = new ClassScores(4, 16, 16, outputs.get("low_res_masks").values());
    float[] full = low.resize(SIZE, SIZE).logits();
    int height = (int) Math.floor(33 * 64 / 47.0 + 0.5);
    float[] cropped = new float[4 * height * SIZE];
    for (int m = 0; m < 4; m++) {
      System.arraycopy(full, m * SIZE * SIZE, cropped, m * height * SIZE, height * SIZE);
    }
    float[] expected = new ClassScores(4, SIZE, height, cropped).resize(47, 33).logits();
    assertArrayEquals(expected, outputs.get("masks").values(), 1e-4f);
  }

  @Test
  void aPointThatIsNoneHasNoPosition() throws Exception {
    float[] labels = {1, -1};
    float[] here =
        decode(new float[] {9, 9, 0, 0}, labels, new float[0], 64, 64)
            .get("low_res_masks")
            .values();
    float[] there =
        decode(new float[] {9, 9, 50, 3}, labels, new float[0], 64, 64)
            .get("low_res_masks")
            .values();
    float[] moved =
        decode(new float[] {40, 9, 0, 0}, labels, new float[0], 64, 64)
            .get("low_res_masks")
            .values();
    assertArrayEquals(here, there, 1e-5f);
    assertFalse(Arrays.equals(here, moved));
  }

  @Test
  void labelsAndMaskPromptsCount() throws Exception {
    float[] points = {9, 9, 30, 40, 0, 0};
    float[] base =
        decode(points, new float[] {1, 1, -1}, new float[0], 64, 64).get("low_res_masks").values();
    float[] negative =
        decode(points, new float[] {1, 0, -1}, new float[0], 64, 64).get("low_res_masks").values();
    float[] box =
        decode(points, new float[] {2, 3, -1}, new float[0], 64, 64).get("low_res_masks").values();
    float[] masked =
        decode(points, new float[] {1, 1, -1}, random(256), 64, 64).get("low_res_masks").values();
    assertFalse(Arrays.equals(base, negative));
    assertFalse(Arrays.equals(base, box));
    assertFalse(Arrays.equals(base, masked));
    assertTrue(Float.isFinite(masked[0]));
  }
}
