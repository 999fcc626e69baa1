package io.seamark.network;

import java.util.ArrayList;
import java.util.List;

/**
 * A small promptable segmenter of SAM's architecture (Kirillov et al. 2023, "Segment Anything",
 * arXiv 2304.02643): an image encoder that runs once, a prompt encoder, and a two-way transformer
 * that turns point prompts into four masks and an estimate of each one's quality. Prompt encoder
 * and mask decoder bear SAM's parameter names; the image encoder is a convolutional stem and plain
 * transformer blocks, followed by SAM's neck. All widths are those of the weights.
 *
 * <p>Masks get the outlines that a cell of 16 pixels cannot show from the stem, as SAM 2's do (Ravi
 * et al. 2024, arXiv 2408.00714): features of 8 and of 4 pixels a cell are added while the decoder
 * enlarges. SAM 2's exports hand them over as further inputs; here they travel within the
 * embedding, in further channels, so that the signature stays that of SAM's export. Unlike SAM 2's
 * stages the stem sees little of the picture, so each level is also told the one above it.
 *
 * <p>Images are squares of S pixels, embeddings have S / 16 cells a side and masks S / 4.
 */
public final class PromptableSegmenter {
  /** Labels a prompt point can have, in the order of the one-hot code. */
  public static final List<Integer> LABELS = List.of(-1, 0, 1, 2, 3);

  /** Masks a prompt yields: one for a single answer, three for an ambiguous point. */
  public static final int MASKS = 4;

  /** Value of {@link EdgeModel#ARCHITECTURE} in a file of such weights. */
  public static final String ARCHITECTURE = "promptable-segmenter";

  private static final int STRIDE = 16;
  private static final int HEAD_CHANNELS = 32;
  private static final int DECODER_HEADS = 4;
  private static final double ENCODER_EPSILON = 1e-6;
  private static final double DECODER_EPSILON = 1e-5;

  /** Finer levels, of 8 and of 4 pixels a cell. */
  private static final int LEVELS = 2;

  /** Channels of each finer level in the embedding of the small segmenter. */
  private static final int[] PACKED = {64, 256};

  private static final String ENCODER = "image_encoder.";
  private static final String PROMPT = "prompt_encoder.";
  private static final String DECODER = "mask_decoder.";
  private static final String POSITIONS = PROMPT + "pe_layer.positional_encoding_gaussian_matrix";

  private PromptableSegmenter() {}

  /**
   * What a prompt yields.
   *
   * @param masks logits [batch, 4, S / 4, S / 4], an image of four channels
   * @param iou [batch, 1, 4], one token: the estimated intersection over union of each mask
   * @param <T> a value in the back end's graph
   */
  public record Output<T>(T masks, T iou) {}

  /**
   * An image as the decoder uses it, the same for every prompt.
   *
   * @param coarse [batch, c, S / 16, S / 16]
   * @param fine levels of [batch, c / 2, S / 8, S / 8] and [batch, c / 4, S / 4, S / 4]
   * @param <T> a value in the back end's graph
   */
  public record Features<T>(T coarse, List<T> fine) {
    /** Copies the list. */
    public Features {
      fine = List.copyOf(fine);
    }
  }

  /**
   * Side of the images that weights are made for.
   *
   * @param weights a segmenter's
   * @return S in pixels
   */
  public static int imageSize(WeightSource weights) {
    return STRIDE * weights.shape(ENCODER + "pos_embed").get(1);
  }

  /**
   * Channels of the embeddings.
   *
   * @param weights a segmenter's
   * @return channels, those of the finer levels among them
   */
  public static int channels(WeightSource weights) {
    return weights.shape(DECODER + "coarse.weight").get(1);
  }

  /**
   * Checks that weights hold every name of the network in shapes that fit together.
   *
   * @param weights of a file
   * @throws IllegalArgumentException if not; the message names the weight
   */
  public static void check(WeightSource weights) {
    List<Integer> positions = weights.shape(ENCODER + "pos_embed");
    if (positions.size() != 4 || !positions.get(1).equals(positions.get(2))) {
      throw new IllegalArgumentException(
          "'image_encoder.pos_embed' has shape "
              + positions
              + ", but must be [1, side, side, channels]");
    }
    ShapeLayers layers = new ShapeLayers(weights);
    int size = imageSize(weights);
    ShapeLayers.Shape embedding = encode(layers, ShapeLayers.Shape.image(3, size, size));
    ShapeLayers.Shape points =
        points(layers, ShapeLayers.Shape.tokens(2, 2), ShapeLayers.Shape.tokens(2, LABELS.size()));
    ShapeLayers.Shape mask = mask(layers, ShapeLayers.Shape.image(1, size / 4, size / 4));
    decode(layers, features(layers, embedding), points, layers.add(mask, noMask(layers)));
  }

  /**
   * Encodes an image.
   *
   * @param layers back end
   * @param image [batch, 3, S, S], RGB on the scale 0 to 255 normalised with SAM's mean and
   *     deviation, zero where padded at the right and the bottom
   * @param <T> a value in the back end's graph
   * @return [batch, channels, S / 16, S / 16]
   */
  public static <T> T encode(Layers<T> layers, T image) {
    String stem = ENCODER + "patch_embed.";
    T x = layers.convolution(image, stem + "conv", 2, 1);
    x = layers.relu(layers.batchNorm(x, stem + "norm"));
    List<T> levels = new ArrayList<>();
    for (int i = 0; layers.has(stem + "stages." + i + ".conv1.weight"); i++) {
      x = residual(layers, x, stem + "stages." + i);
      levels.add(x);
    }
    int height = layers.height(x);
    int width = layers.width(x);
    T tokens = layers.add(layers.tokens(x), layers.weightTokens(ENCODER + "pos_embed"));
    for (int i = 0; layers.has(ENCODER + "blocks." + i + ".norm1.weight"); i++) {
      tokens = block(layers, tokens, ENCODER + "blocks." + i);
    }
    x = layers.convolution(layers.image(tokens, height, width), ENCODER + "neck.0", 1, 0);
    x = layers.layerNorm(x, ENCODER + "neck.1", ENCODER_EPSILON);
    x = layers.convolution(x, ENCODER + "neck.2", 1, 1);
    x = layers.layerNorm(x, ENCODER + "neck.3", ENCODER_EPSILON);

    List<T> parts = new ArrayList<>(List.of(x));
    for (int i = 0; i < LEVELS; i++) {
      String name = ENCODER + "fine." + i;
      x = finer(layers, x, levels.get(levels.size() - 2 - i), name);
      parts.add(layers.convolution(x, name + ".pack", 2 << i, 0));
    }
    return layers.concatChannels(parts);
  }

  /** A level of the stem, told what the coarser one above it knows. */
  private static <T> T finer(Layers<T> layers, T above, T level, String name) {
    T x =
        layers.add(
            layers.transposedConvolution(above, name + ".up", 2),
            layers.convolution(level, name + ".lateral", 1, 0));
    x = layers.relu(layers.batchNorm(x, name + ".norm1"));
    x = layers.convolution(x, name + ".conv", 1, 1);
    return layers.relu(layers.batchNorm(x, name + ".norm2"));
  }

  /**
   * Takes an embedding apart. Nothing here depends on a prompt.
   *
   * @param layers back end
   * @param embedding of the image, from {@link #encode}
   * @param <T> a value in the back end's graph
   * @return what {@link #decode} needs
   */
  public static <T> Features<T> features(Layers<T> layers, T embedding) {
    List<T> fine = new ArrayList<>();
    for (int i = 0; i < LEVELS; i++) {
      fine.add(layers.transposedConvolution(embedding, DECODER + "fine." + i, 2 << i));
    }
    return new Features<>(layers.convolution(embedding, DECODER + "coarse", 1, 0), fine);
  }

  /** Two convolutions, the first of stride 2, beside a 1x1 convolution. */
  private static <T> T residual(Layers<T> layers, T x, String name) {
    T out = layers.batchNorm(layers.convolution(x, name + ".conv1", 2, 1), name + ".norm1");
    out = layers.convolution(layers.relu(out), name + ".conv2", 1, 1);
    out = layers.batchNorm(out, name + ".norm2");
    T shortcut = layers.convolution(x, name + ".shortcut", 2, 0);
    return layers.relu(layers.add(out, layers.batchNorm(shortcut, name + ".norm3")));
  }

  private static <T> T block(Layers<T> layers, T tokens, String name) {
    int heads = Math.max(1, layers.channels(tokens) / HEAD_CHANNELS);
    T x = layers.layerNorm(tokens, name + ".norm1", ENCODER_EPSILON);
    T attended = attend(layers, x, x, x, name + ".attn", heads);
    T sum = layers.add(tokens, layers.linear(attended, name + ".attn.proj"));
    x = layers.layerNorm(sum, name + ".norm2", ENCODER_EPSILON);
    x = layers.linear(layers.gelu(layers.linear(x, name + ".mlp.lin1")), name + ".mlp.lin2");
    return layers.add(sum, x);
  }

  /**
   * The coordinate that {@link #points} expects.
   *
   * @param pixel x or y in the S frame, 0 to S - 1
   * @param size S
   * @return -1 to 1, of the pixel's centre
   */
  public static float coordinate(double pixel, int size) {
    return (float) (2 * (pixel + 0.5) / size - 1);
  }

  /**
   * Encodes prompt points. SAM wants a point with label -1 where there is no box.
   *
   * @param layers back end
   * @param coordinates [batch, n, 2], x and y as from {@link #coordinate}
   * @param labels [batch, n, 5], one-hot in the order of {@link #LABELS}
   * @param <T> a value in the back end's graph
   * @return [batch, n, channels]
   */
  public static <T> T points(Layers<T> layers, T coordinates, T labels) {
    List<T> rows = new ArrayList<>();
    rows.add(layers.weightTokens(PROMPT + "not_a_point_embed.weight"));
    for (int i = 0; i < LABELS.size() - 1; i++) {
      rows.add(layers.weightTokens(PROMPT + "point_embeddings." + i + ".weight"));
    }
    // A point that is none has no position.
    T placed = layers.mix(labels, layers.constantTokens(1, new float[] {0, 1, 1, 1, 1}));
    T position = layers.multiply(layers.fourierFeatures(coordinates, POSITIONS), placed);
    return layers.add(position, layers.mix(labels, layers.concatTokens(rows)));
  }

  /**
   * Encodes a mask prompt.
   *
   * @param layers back end
   * @param mask logits [batch, 1, S / 4, S / 4]
   * @param <T> a value in the back end's graph
   * @return [batch, channels, S / 16, S / 16]
   */
  public static <T> T mask(Layers<T> layers, T mask) {
    String name = PROMPT + "mask_downscaling.";
    T x = layers.convolution(mask, name + "0", 2, 0);
    x = layers.gelu(layers.layerNorm(x, name + "1", ENCODER_EPSILON));
    x = layers.convolution(x, name + "3", 2, 0);
    x = layers.gelu(layers.layerNorm(x, name + "4", ENCODER_EPSILON));
    return layers.convolution(x, name + "6", 1, 0);
  }

  /**
   * Stands for a mask prompt where there is none.
   *
   * @param layers back end
   * @param <T> a value in the back end's graph
   * @return [1, channels, 1, 1]
   */
  public static <T> T noMask(Layers<T> layers) {
    return layers.image(layers.weightTokens(PROMPT + "no_mask_embed.weight"), 1, 1);
  }

  /**
   * Decodes prompts into masks.
   *
   * @param layers back end
   * @param image from {@link #features}
   * @param points from {@link #points}
   * @param dense from {@link #mask} or {@link #noMask}
   * @param <T> a value in the back end's graph
   * @return masks and their estimated quality
   */
  public static <T> Output<T> decode(Layers<T> layers, Features<T> image, T points, T dense) {
    int height = layers.height(image.coarse());
    int width = layers.width(image.coarse());
    T place = layers.fourierFeatures(grid(layers, height, width), POSITIONS);
    T tokens =
        layers.concatTokens(
            List.of(
                layers.weightTokens(DECODER + "iou_token.weight"),
                layers.weightTokens(DECODER + "mask_tokens.weight"),
                points));
    T queries = tokens;
    T keys = layers.tokens(layers.add(image.coarse(), dense));
    for (int i = 0; i < 2; i++) {
      String name = DECODER + "transformer.layers." + i + ".";
      if (i == 0) {
        queries = attend(layers, queries, queries, queries, name + "self_attn");
      } else {
        T q = layers.add(queries, tokens);
        queries = layers.add(queries, attend(layers, q, q, queries, name + "self_attn"));
      }
      queries = norm(layers, queries, name + "norm1");

      T q = layers.add(queries, tokens);
      T k = layers.add(keys, place);
      T seen = attend(layers, q, k, keys, name + "cross_attn_token_to_image");
      queries = norm(layers, layers.add(queries, seen), name + "norm2");

      T inner = layers.relu(layers.linear(queries, name + "mlp.lin1"));
      queries =
          norm(
              layers, layers.add(queries, layers.linear(inner, name + "mlp.lin2")), name + "norm3");

      q = layers.add(queries, tokens);
      T told = attend(layers, k, q, queries, name + "cross_attn_image_to_token");
      keys = norm(layers, layers.add(keys, told), name + "norm4");
    }
    String last = DECODER + "transformer.final_attn_token_to_image";
    T seen = attend(layers, layers.add(queries, tokens), layers.add(keys, place), keys, last);
    queries = norm(layers, layers.add(queries, seen), DECODER + "transformer.norm_final_attn");

    T upscaled = upscale(layers, layers.image(keys, height, width), image.fine());
    List<T> kernels = new ArrayList<>();
    for (int i = 0; i < MASKS; i++) {
      String name = DECODER + "output_hypernetworks_mlps." + i;
      kernels.add(perceptron(layers, layers.sliceTokens(queries, 1 + i, 1), name));
    }
    T masks = layers.project(layers.concatTokens(kernels), upscaled);
    T iou = perceptron(layers, layers.sliceTokens(queries, 0, 1), DECODER + "iou_prediction_head");
    return new Output<>(masks, iou);
  }

  private static <T> T grid(Layers<T> layers, int height, int width) {
    float[] values = new float[2 * height * width];
    for (int y = 0; y < height; y++) {
      for (int x = 0; x < width; x++) {
        values[2 * (y * width + x)] = coordinate(x, width);
        values[2 * (y * width + x) + 1] = coordinate(y, height);
      }
    }
    return layers.constantTokens(2, values);
  }

  private static <T> T attend(Layers<T> layers, T q, T k, T v, String name) {
    return layers.linear(attend(layers, q, k, v, name, DECODER_HEADS), name + ".out_proj");
  }

  private static <T> T attend(Layers<T> layers, T q, T k, T v, String name, int heads) {
    return layers.attention(
        layers.linear(q, name + ".q_proj"),
        layers.linear(k, name + ".k_proj"),
        layers.linear(v, name + ".v_proj"),
        heads);
  }

  private static <T> T norm(Layers<T> layers, T x, String name) {
    return layers.layerNorm(x, name, DECODER_EPSILON);
  }

  private static <T> T upscale(Layers<T> layers, T image, List<T> fine) {
    String name = DECODER + "output_upscaling.";
    T x = layers.add(layers.transposedConvolution(image, name + "0", 2), fine.get(0));
    x = layers.gelu(layers.layerNorm(x, name + "1", ENCODER_EPSILON));
    return layers.gelu(layers.add(layers.transposedConvolution(x, name + "3", 2), fine.get(1)));
  }

  private static <T> T perceptron(Layers<T> layers, T x, String name) {
    for (int i = 0; layers.has(name + ".layers." + i + ".weight"); i++) {
      x = layers.linear(i == 0 ? x : layers.relu(x), name + ".layers." + i);
    }
    return x;
  }

  /**
   * Random weights of the small segmenter, about 2 million, for images of 512 pixels.
   *
   * @param seed equal seeds give equal weights
   * @return weights
   */
  public static Weights initial(long seed) {
    return initial(seed, 512);
  }

  /**
   * Random weights of the small segmenter, about 2 million.
   *
   * @param seed equal seeds give equal weights
   * @param size of the images in pixels, a multiple of 16
   * @return weights
   */
  public static Weights initial(long seed, int size) {
    if (size < STRIDE || size > 1024 || size % STRIDE != 0) {
      throw new IllegalArgumentException(
          "size is " + size + ", but must be a multiple of 16, 16 to 1024");
    }
    InitialWeights w = new InitialWeights(seed);
    initialEncoder(w, size / STRIDE, 160, 64);
    initialPrompt(w, 64);
    initialDecoder(w, 64);
    return w.weights(ARCHITECTURE);
  }

  private static void initialEncoder(InitialWeights w, int side, int width, int channels) {
    String stem = ENCODER + "patch_embed.";
    int[] widths = {16, 32, 64, width};
    w.convolution(stem + "conv", widths[0], 3, 3, false);
    w.batchNorm(stem + "norm", widths[0]);
    for (int i = 0; i < 3; i++) {
      String name = stem + "stages." + i;
      w.convolution(name + ".conv1", widths[i + 1], widths[i], 3, false);
      w.batchNorm(name + ".norm1", widths[i + 1]);
      w.convolution(name + ".conv2", widths[i + 1], widths[i + 1], 3, false);
      w.batchNorm(name + ".norm2", widths[i + 1]);
      w.convolution(name + ".shortcut", widths[i + 1], widths[i], 1, false);
      w.batchNorm(name + ".norm3", widths[i + 1]);
    }
    w.normal(ENCODER + "pos_embed", 0.02, 1, side, side, width);
    for (int i = 0; i < 4; i++) {
      String name = ENCODER + "blocks." + i;
      w.layerNorm(name + ".norm1", width);
      for (String part : List.of("q_proj", "k_proj", "v_proj", "proj")) {
        w.linear(name + ".attn." + part, width, width);
      }
      w.layerNorm(name + ".norm2", width);
      w.linear(name + ".mlp.lin1", 2 * width, width);
      w.linear(name + ".mlp.lin2", width, 2 * width);
    }
    w.convolution(ENCODER + "neck.0", channels, width, 1, false);
    w.layerNorm(ENCODER + "neck.1", channels);
    w.convolution(ENCODER + "neck.2", channels, channels, 3, false);
    w.layerNorm(ENCODER + "neck.3", channels);
    int[] fine = {32, 32};
    for (int i = 0; i < LEVELS; i++) {
      String name = ENCODER + "fine." + i;
      int above = i == 0 ? channels : fine[i - 1];
      w.transposedConvolution(name + ".up", above, fine[i], 2);
      w.convolution(name + ".lateral", fine[i], widths[2 - i], 1, false);
      w.batchNorm(name + ".norm1", fine[i]);
      w.convolution(name + ".conv", fine[i], fine[i], 3, false);
      w.batchNorm(name + ".norm2", fine[i]);
      w.convolution(name + ".pack", PACKED[i], fine[i], 2 << i, true);
    }
  }

  private static void initialPrompt(InitialWeights w, int channels) {
    w.normal(POSITIONS, 1, 2, channels / 2);
    for (int i = 0; i < 4; i++) {
      w.normal(PROMPT + "point_embeddings." + i + ".weight", 1, 1, channels);
    }
    w.normal(PROMPT + "not_a_point_embed.weight", 1, 1, channels);
    String mask = PROMPT + "mask_downscaling.";
    w.convolution(mask + "0", 4, 1, 2, true);
    w.layerNorm(mask + "1", 4);
    w.convolution(mask + "3", 16, 4, 2, true);
    w.layerNorm(mask + "4", 16);
    w.convolution(mask + "6", channels, 16, 1, true);
    w.normal(PROMPT + "no_mask_embed.weight", 1, 1, channels);
  }

  private static void initialDecoder(InitialWeights w, int channels) {
    String transformer = DECODER + "transformer.";
    for (int i = 0; i < 2; i++) {
      String name = transformer + "layers." + i + ".";
      initialAttention(w, name + "self_attn", channels, channels);
      w.layerNorm(name + "norm1", channels);
      initialAttention(w, name + "cross_attn_token_to_image", channels, channels / 2);
      w.layerNorm(name + "norm2", channels);
      w.linear(name + "mlp.lin1", 4 * channels, channels);
      w.linear(name + "mlp.lin2", channels, 4 * channels);
      w.layerNorm(name + "norm3", channels);
      initialAttention(w, name + "cross_attn_image_to_token", channels, channels / 2);
      w.layerNorm(name + "norm4", channels);
    }
    initialAttention(w, transformer + "final_attn_token_to_image", channels, channels / 2);
    w.layerNorm(transformer + "norm_final_attn", channels);
    int embedding = channels + PACKED[0] + PACKED[1];
    w.convolution(DECODER + "coarse", channels, embedding, 1, true);
    for (int i = 0; i < LEVELS; i++) {
      w.transposedConvolution(DECODER + "fine." + i, embedding, channels >> (i + 1), 2 << i);
    }
    w.normal(DECODER + "iou_token.weight", 1, 1, channels);
    w.normal(DECODER + "mask_tokens.weight", 1, MASKS, channels);
    w.transposedConvolution(DECODER + "output_upscaling.0", channels, channels / 2, 2);
    w.layerNorm(DECODER + "output_upscaling.1", channels / 2);
    w.transposedConvolution(DECODER + "output_upscaling.3", channels / 2, channels / 4, 2);
    for (int i = 0; i < MASKS; i++) {
      initialPerceptron(w, DECODER + "output_hypernetworks_mlps." + i, channels, channels / 4);
    }
    initialPerceptron(w, DECODER + "iou_prediction_head", channels, MASKS);
  }

  private static void initialAttention(InitialWeights w, String name, int channels, int inner) {
    for (String part : List.of("q_proj", "k_proj", "v_proj")) {
      w.linear(name + "." + part, inner, channels);
    }
    w.linear(name + ".out_proj", channels, inner);
  }

  private static void initialPerceptron(InitialWeights w, String name, int channels, int out) {
    w.linear(name + ".layers.0", channels, channels);
    w.linear(name + ".layers.1", channels, channels);
    w.linear(name + ".layers.2", out, channels);
  }
}
