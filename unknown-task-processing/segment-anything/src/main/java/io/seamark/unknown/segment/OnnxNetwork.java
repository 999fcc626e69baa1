package io.seamark.unknown.segment;

import io.seamark.inference.OnnxSession;
import io.seamark.inference.OnnxSession.Input;
import io.seamark.inference.OnnxSession.Outputs;
import io.seamark.perception.Frame;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** SAM's networks as ONNX files: {@code encoder.onnx} and the official {@code decoder.onnx}. */
final class OnnxNetwork implements PromptedNetwork {
  static final String ENCODER = "encoder.onnx";
  static final String DECODER = "decoder.onnx";

  private static final long MAX_DECODER_BYTES = 256L * 1024 * 1024;
  private static final int SAMS_SIZE = 1024;

  /** More decoders than this hold more memory than they gain time. */
  private static final int MAX_WORKERS = 8;

  /** A float32 tensor that several runs read. */
  @SuppressWarnings("ArrayRecordComponent")
  private record Tensor(FloatBuffer data, long[] shape) {
    static Tensor zeros(long... shape) {
      long elements = 1;
      for (long size : shape) {
        elements = Math.multiplyExact(elements, size);
      }
      ByteBuffer bytes =
          ByteBuffer.allocateDirect(Math.toIntExact(Math.multiplyExact(4, elements)));
      return new Tensor(bytes.order(ByteOrder.nativeOrder()).asFloatBuffer(), shape);
    }

    static Tensor of(Outputs outputs, String name) {
      Tensor tensor = zeros(outputs.shape(name));
      tensor.data.put(0, outputs.floats(name));
      return tensor;
    }
  }

  /** What decodes one prompt at a time. */
  private static final class Decoder {
    private final Tensor point = Tensor.zeros(1, 2, 2);
    private final OnnxSession prompt;
    private @Nullable OnnxSession mask;
    private @Nullable Outputs prompted;
    private float @Nullable [] logits;

    Decoder(OnnxSession prompt) {
      this.prompt = prompt;
    }

    void forget() {
      logits = null;
      if (prompted != null) {
        prompted.close();
        prompted = null;
      }
    }

    void close() {
      forget();
      prompt.close();
      if (mask != null) {
        mask.close();
      }
    }
  }

  private final DecoderGraph graph;
  private final OnnxSession encoder;
  private final String encoderInput;
  private final String encoderOutput;
  private final int imageSize;
  private final Tensor pixels;
  private final List<Decoder> decoders = new ArrayList<>();
  private final Map<String, Tensor> shared = new HashMap<>();
  private @Nullable OnnxSession image;

  /**
   * Opens a model folder.
   *
   * @param folder with both files
   * @param configuredSize side of the encoder's input where its graph leaves it open; 0 if unknown
   * @param threads at least 1
   * @throws IOException naming the file and what is wrong with it
   */
  static OnnxNetwork open(Path folder, int configuredSize, int threads) throws IOException {
    if (!Files.isDirectory(folder)) {
      throw new IOException("SAM folder " + folder + " does not exist or is not a folder");
    }
    for (String file : List.of(ENCODER, DECODER)) {
      if (!Files.isRegularFile(folder.resolve(file))) {
        throw new IOException(
            "SAM folder "
                + folder
                + " has no "
                + file
                + ": it needs "
                + ENCODER
                + " and "
                + DECODER);
      }
    }
    Path decoderFile = folder.resolve(DECODER);
    if (Files.size(decoderFile) > MAX_DECODER_BYTES) {
      throw new IOException(
          decoderFile
              + " has "
              + Files.size(decoderFile)
              + " bytes, but a decoder has at most "
              + MAX_DECODER_BYTES);
    }
    DecoderGraph graph = new DecoderGraph(decoderFile.toString(), Files.readAllBytes(decoderFile));
    OnnxSession encoder = OnnxSession.open(folder.resolve(ENCODER), threads);
    OnnxNetwork network;
    try {
      network = new OnnxNetwork(folder, graph, encoder, configuredSize);
    } catch (IOException | RuntimeException e) {
      encoder.close();
      throw e;
    }
    try {
      network.openDecoders(threads);
    } catch (IOException | RuntimeException e) {
      network.close();
      throw new IOException(decoderFile + " cannot be used: " + e.getMessage(), e);
    }
    return network;
  }

  private OnnxNetwork(Path folder, DecoderGraph graph, OnnxSession encoder, int configuredSize)
      throws IOException {
    this.graph = graph;
    this.encoder = encoder;
    Path file = folder.resolve(ENCODER);
    encoderInput = onlyOne(encoder.inputs(), "input", "images", file);
    encoderOutput = onlyOne(encoder.outputs(), "output", DecoderGraph.EMBEDDINGS, file);
    List<Long> shape = Objects.requireNonNull(encoder.inputs().get(encoderInput));
    if (shape.size() != 4
        || Math.abs(shape.get(0)) != 1
        || (shape.get(1) != 3 && shape.get(1) != -1)
        || !shape.get(2).equals(shape.get(3))) {
      throw new IOException(
          file + " takes an image of shape " + shape + ", but must take [1, 3, side, side]");
    }
    long side = shape.get(2);
    if (side > 0 && configuredSize > 0 && side != configuredSize) {
      throw new IOException(
          String.format(
              "%s takes images of side %d, but %s says image_size %d",
              file, side, GeneratorSettings.FILE, configuredSize));
    }
    side = side > 0 ? side : configuredSize > 0 ? configuredSize : SAMS_SIZE;
    if (side < 64 || side > 4096 || graph.side() > side) {
      throw new IOException(
          String.format(
              "%s takes images of side %d, but it must be 64 to 4096 and no smaller than the"
                  + " decoder's masks of side %d",
              file, side, graph.side()));
    }
    imageSize = (int) side;
    pixels = Tensor.zeros(1, 3, side, side);
    List<Long> made = Objects.requireNonNull(encoder.outputs().get(encoderOutput));
    long[] wanted = graph.embeddings();
    for (int i = 0; i < wanted.length; i++) {
      long size = i < made.size() ? made.get(i) : 0;
      wanted[i] = wanted[i] > 0 ? wanted[i] : size;
      if (made.size() != wanted.length || wanted[i] < 1 || (size > 0 && size != wanted[i])) {
        throw new IOException(
            String.format(
                "%s makes embeddings of shape %s, but %s takes %s",
                file, made, DECODER, Arrays.toString(graph.embeddings())));
      }
    }
    shared.put(DecoderGraph.EMBEDDINGS, Tensor.zeros(wanted));
  }

  private static String onlyOne(
      Map<String, List<Long>> names, String what, String preferred, Path file) throws IOException {
    if (names.containsKey(preferred)) {
      return preferred;
    }
    if (names.size() != 1) {
      throw new IOException(
          String.format(
              "%s must have one %s, or one named '%s', but has %s",
              file, what, preferred, names.keySet()));
    }
    return names.keySet().iterator().next();
  }

  /** Runs each part once on nothing, to learn the sizes that the next part can be built for. */
  private void openDecoders(int threads) throws IOException {
    if (graph.hasImagePart()) {
      image = OnnxSession.open(graph.imagePart(), threads);
    }
    share();
    Map<String, long[]> shapes = new HashMap<>();
    shared.forEach((name, tensor) -> shapes.put(name, tensor.shape));
    int workers = Math.min(threads, MAX_WORKERS);
    byte[] promptPart = graph.promptPart(shapes);
    for (int i = 0; i < workers; i++) {
      decoders.add(new Decoder(OnnxSession.open(promptPart, threads / workers)));
    }
    decode(0, 0, 0);
    Outputs prompted = Objects.requireNonNull(decoders.get(0).prompted);
    for (String name : graph.maskInputs()) {
      if (!shapes.containsKey(name) && !name.equals(DecoderGraph.POINTS)) {
        shapes.put(name, prompted.shape(name));
      }
    }
    byte[] maskPart = graph.maskPart(shapes);
    for (Decoder decoder : decoders) {
      decoder.mask = OnnxSession.open(maskPart, threads / workers);
    }
    int plane = graph.side() * graph.side();
    logits(0, 0, new float[plane]);
    int found = Objects.requireNonNull(decoders.get(0).logits).length;
    int expected = prompted.floats(DecoderGraph.IOU).length;
    if (found != expected * plane) {
      throw new IOException(
          String.format(
              "it rates %d masks, but makes %d logits instead of %d of each",
              expected, found, plane));
    }
  }

  @Override
  public int imageSize() {
    return imageSize;
  }

  @Override
  public int side() {
    return graph.side();
  }

  @Override
  public int workers() {
    return decoders.size();
  }

  @Override
  public void encode(Frame frame, Crop crop) {
    InputImage.write(frame, crop, imageSize, pixels.data);
    try (Outputs made = encoder.run(new Input(encoderInput, pixels.data, pixels.shape))) {
      Tensor embeddings = Objects.requireNonNull(shared.get(DecoderGraph.EMBEDDINGS));
      float[] values = made.floats(encoderOutput);
      if (values.length != embeddings.data.capacity()) {
        throw new IllegalStateException(
            ENCODER
                + " made embeddings of shape "
                + Arrays.toString(made.shape(encoderOutput))
                + ", but "
                + DECODER
                + " takes "
                + Arrays.toString(embeddings.shape));
      }
      embeddings.data.put(0, values);
    }
    share();
  }

  /** Computes what all prompts of an image share. */
  private void share() {
    if (image == null) {
      return;
    }
    Tensor anyPoint = Tensor.zeros(1, 2, 2);
    try (Outputs made = image.run(inputs(graph.imageInputs(), anyPoint, null))) {
      for (String name : graph.imageOutputs()) {
        Tensor known = shared.get(name);
        if (known == null) {
          shared.put(name, Tensor.of(made, name));
        } else {
          known.data.put(0, made.floats(name));
        }
      }
    }
  }

  private Input[] inputs(Set<String> names, Tensor point, @Nullable Outputs prompted) {
    List<Input> inputs = new ArrayList<>(names.size());
    for (String name : names) {
      Tensor tensor = name.equals(DecoderGraph.POINTS) ? point : shared.get(name);
      if (tensor == null) {
        tensor = Tensor.of(Objects.requireNonNull(prompted), name);
      }
      // A view each, since several workers read one tensor.
      inputs.add(new Input(name, tensor.data.duplicate(), tensor.shape));
    }
    return inputs.toArray(new Input[0]);
  }

  @Override
  public float[] decode(int worker, float x, float y) {
    Decoder decoder = decoders.get(worker);
    decoder.forget();
    decoder.point.data.put(0, x).put(1, y).put(2, 0).put(3, 0);
    Outputs prompted = decoder.prompt.run(inputs(graph.promptInputs(), decoder.point, null));
    decoder.prompted = prompted;
    // The first of four masks is for prompts of several points; the other three are a point's.
    float[] ious = prompted.floats(DecoderGraph.IOU);
    return ious.length > 3 ? Arrays.copyOfRange(ious, ious.length - 3, ious.length) : ious;
  }

  @Override
  public void logits(int worker, int mask, float[] into) {
    Decoder decoder = decoders.get(worker);
    float[] logits = decoder.logits;
    if (logits == null) {
      OnnxSession session = Objects.requireNonNull(decoder.mask);
      try (Outputs made =
          session.run(inputs(graph.maskInputs(), decoder.point, decoder.prompted))) {
        logits = made.floats(DecoderGraph.LOW_RES);
        decoder.logits = logits;
      }
    }
    int masks = logits.length / into.length;
    System.arraycopy(logits, (Math.max(0, masks - 3) + mask) * into.length, into, 0, into.length);
  }

  @Override
  public void close() {
    encoder.close();
    if (image != null) {
      image.close();
    }
    decoders.forEach(Decoder::close);
    decoders.clear();
  }
}
