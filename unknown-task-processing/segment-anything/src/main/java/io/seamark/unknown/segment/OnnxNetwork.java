package io.seamark.unknown.segment;

import io.seamark.inference.OnnxSession;
import io.seamark.inference.OnnxSession.Input;
import io.seamark.inference.OnnxSession.Outputs;
import io.seamark.network.onnx.OnnxFile;
import io.seamark.perception.Frame;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import java.util.Set;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** SAM's networks as two ONNX files, of any signature that {@link DecoderSignature} knows. */
final class OnnxNetwork implements PromptedNetwork {
  private static final long MAX_DECODER_BYTES = 256L * 1024 * 1024;
  private static final int SAMS_SIZE = 1024;

  /** Pixels of the encoder's input along a cell of its embeddings, in every SAM. */
  private static final int PATCH = 16;

  private static final int PROBE_SIDE = 64;

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

  /** How the encoder wants an image. */
  private enum Layout {
    /** [1, 3, side, side], normalised. */
    PLANES,
    /** [side, side, 3], as it is. */
    PIXELS
  }

  private final DecoderGraph graph;
  private final OnnxSession encoder;
  private final Path encoderFile;
  private final Path decoderFile;
  private final String encoderInput;
  private final Layout layout;

  /** The encoder's output by the decoder's input. */
  private final Map<String, String> encoderOutputs = new LinkedHashMap<>();

  private final int imageSize;
  private final Tensor pixels;
  private final List<Decoder> decoders = new ArrayList<>();
  private final Map<String, Tensor> shared = new HashMap<>();
  private int side;
  private @Nullable OnnxSession image;
  private @Nullable OnnxSession anyPrompt;

  /**
   * Opens a model.
   *
   * @param folder where its two files are
   * @param configuredSize side of the encoder's input where its graph leaves it open; 0 if unknown
   * @param threads at least 1
   * @throws IOException naming the file and what is wrong with it
   */
  static OnnxNetwork open(SamFolder folder, int configuredSize, int threads) throws IOException {
    return open(folder, configuredSize, threads, file -> {});
  }

  /** The same, telling which file is at work. */
  static OnnxNetwork open(SamFolder folder, int configuredSize, int threads, Consumer<Path> opening)
      throws IOException {
    Path decoderFile = folder.decoder();
    opening.accept(decoderFile);
    DecoderGraph graph =
        new DecoderGraph(decoderFile.toString(), OnnxFile.read(decoderFile, MAX_DECODER_BYTES));
    opening.accept(folder.encoder());
    OnnxSession encoder = OnnxSession.open(folder.encoder(), threads);
    OnnxNetwork network;
    try {
      network = new OnnxNetwork(folder, graph, encoder, configuredSize);
    } catch (IOException | RuntimeException e) {
      encoder.close();
      throw e;
    }
    opening.accept(decoderFile);
    try {
      network.openDecoders(threads);
    } catch (IOException | RuntimeException e) {
      network.close();
      throw new IOException(decoderFile + " cannot be used: " + e.getMessage(), e);
    }
    return network;
  }

  private OnnxNetwork(SamFolder folder, DecoderGraph graph, OnnxSession encoder, int configuredSize)
      throws IOException {
    this.graph = graph;
    this.encoder = encoder;
    Path file = folder.encoder();
    encoderFile = file;
    decoderFile = folder.decoder();
    encoderInput = onlyOne(encoder.inputs(), "input", List.of("pixel_values", "images"), file);
    for (String input : graph.encoded()) {
      boolean first = input.equals(DecoderGraph.EMBEDDINGS);
      if (!first && !encoder.outputs().containsKey(input)) {
        throw new IOException(
            String.format(
                "%s makes %s, but %s takes %s too",
                file, encoder.outputs().keySet(), folder.decoder(), input));
      }
      String output = first ? onlyOne(encoder.outputs(), "output", List.of(input), file) : input;
      encoderOutputs.put(input, output);
    }
    List<Long> shape = Objects.requireNonNull(encoder.inputs().get(encoderInput));
    layout = layout(file, shape, encoder.type(encoderInput));
    long size = layout == Layout.PLANES ? shape.get(2) : shape.get(0);
    if (size > 0 && configuredSize > 0 && size != configuredSize) {
      throw new IOException(
          String.format(
              "%s takes images of side %d, but %s says image_size %d",
              file, size, GeneratorFile.NAME, configuredSize));
    }
    size = size > 0 ? size : configuredSize > 0 ? configuredSize : sizeOfCells(folder);
    if (size < 64 || size > 4096) {
      throw new IOException(
          String.format("%s takes images of side %d, but it must be 64 to 4096", file, size));
    }
    imageSize = (int) size;
    pixels = layout == Layout.PLANES ? Tensor.zeros(1, 3, size, size) : Tensor.zeros(size, size, 3);
    for (String input : graph.encoded()) {
      shared.put(input, Tensor.zeros(agreed(folder, input)));
    }
    graph.embeddings(Objects.requireNonNull(shared.get(DecoderGraph.EMBEDDINGS)).shape);
  }

  private static Layout layout(Path file, List<Long> shape, String type) throws IOException {
    boolean planes =
        shape.size() == 4
            && shape.get(0) <= 1
            && (shape.get(1) == 3 || shape.get(1) < 1)
            && shape.get(2).equals(shape.get(3));
    boolean rows =
        shape.size() == 3
            && shape.get(0).equals(shape.get(1))
            && (shape.get(2) == 3 || shape.get(2) < 1);
    if ((!planes && !rows) || !List.of("float", "float16").contains(type)) {
      throw new IOException(
          String.format(
              "%s takes an image of shape %s and type %s, but must take [1, 3, side, side],"
                  + " normalised, or [side, side, 3], as it is, of type float or float16",
              file, shape, type));
    }
    return planes ? Layout.PLANES : Layout.PIXELS;
  }

  private List<Long> made(String input) {
    return encoder.outputs().getOrDefault(encoderOutputs.getOrDefault(input, input), List.of());
  }

  /** Where the encoder takes images of any size, the embeddings have the size it is made for. */
  private long sizeOfCells(SamFolder folder) throws IOException {
    List<Long> made = made(DecoderGraph.EMBEDDINGS);
    long[] wanted = graph.shape(DecoderGraph.EMBEDDINGS);
    if (wanted.length != 4) {
      throw new IOException(
          String.format(
              "%s takes embeddings of shape %s, but must take [1, channels, cells, cells]",
              folder.decoder(), Arrays.toString(wanted)));
    }
    long cells = wanted[2] > 0 ? wanted[2] : made.size() == 4 ? made.get(2) : 0;
    return cells > 0 && cells <= 4096 / PATCH ? PATCH * cells : SAMS_SIZE;
  }

  /** What both graphs say of the shape of what goes from one to the other. */
  private long[] agreed(SamFolder folder, String input) throws IOException {
    List<Long> made = made(input);
    long[] taken = graph.shape(input);
    long[] shape = taken.length == 0 ? new long[] {1, -1, -1, -1} : taken.clone();
    boolean agree = shape.length == 4 && (made.size() == 4 || made.isEmpty());
    for (int i = 0; agree && i < 4; i++) {
      long size = made.isEmpty() || made.get(i) < 1 ? -1 : made.get(i);
      agree = shape[i] < 1 || size < 1 || shape[i] == size;
      shape[i] = shape[i] > 0 ? shape[i] : size;
    }
    if (!agree || shape[0] > 1) {
      throw new IOException(
          String.format(
              "%s makes %s of shape %s, but %s takes %s",
              folder.encoder(),
              input,
              made,
              folder.decoder().getFileName(),
              Arrays.toString(taken)));
    }
    shape[0] = 1;
    if (shape[1] < 1 || shape[2] < 1 || shape[3] < 1) {
      // Neither graph says, so the encoder is asked.
      try (Outputs outputs = encoder.run(new Input(encoderInput, pixels.data, pixels.shape))) {
        shape = outputs.shape(Objects.requireNonNull(encoderOutputs.get(input)));
      }
      if (shape.length != 4 || shape[0] != 1) {
        throw new IOException(
            String.format(
                "%s makes %s of shape %s, but must make [1, channels, cells, cells]",
                folder.encoder(), input, Arrays.toString(shape)));
      }
    }
    return shape;
  }

  private static String onlyOne(
      Map<String, List<Long>> names, String what, List<String> preferred, Path file)
      throws IOException {
    if (names.size() != 1) {
      for (String name : preferred) {
        if (names.containsKey(name) && what.equals("output")) {
          return name;
        }
      }
      throw new IOException(
          String.format(
              "%s must have one %s, such as %s, but has %s",
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
    prompt(0, 0, 0);
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
    int rated = prompted.floats(DecoderGraph.IOU).length;
    Decoder first = decoders.get(0);
    OnnxSession session = Objects.requireNonNull(first.mask);
    try (Outputs made = session.run(inputs(graph.maskInputs(), first.point, prompted))) {
      long[] shape = made.shape(DecoderGraph.LOW_RES);
      if (shape.length != 4
          || rated < 1
          || shape[1] != rated
          || shape[2] != shape[3]
          || shape[2] < 3
          || shape[2] > imageSize) {
        throw new IOException(
            String.format(
                "it rates %d masks, but makes masks of shape %s instead of [1, %d, side, side] with"
                    + " a side of 3 to %d",
                rated, Arrays.toString(shape), rated, imageSize));
      }
      side = (int) shape[2];
    }
  }

  @Override
  public int imageSize() {
    return imageSize;
  }

  @Override
  public int side() {
    return side;
  }

  @Override
  public int promptSide() {
    return graph.promptSide();
  }

  @Override
  public int workers() {
    return decoders.size();
  }

  @Override
  public void encode(Frame frame, Crop crop) {
    if (layout == Layout.PLANES) {
      InputImage.write(frame, crop, imageSize, pixels.data);
    } else {
      InputImage.writePixels(frame, crop, imageSize, pixels.data);
    }
    try (Outputs made = encoder.run(new Input(encoderInput, pixels.data, pixels.shape))) {
      encoderOutputs.forEach(
          (input, output) -> {
            Tensor tensor = Objects.requireNonNull(shared.get(input));
            float[] values = made.floats(output);
            checkFinite(values, encoderFile, input);
            if (values.length != tensor.data.capacity()) {
              throw new IllegalStateException(
                  String.format(
                      "%s made %s of shape %s, but the decoder takes %s",
                      encoderFile,
                      input,
                      Arrays.toString(made.shape(output)),
                      Arrays.toString(tensor.shape)));
            }
            tensor.data.put(0, values);
          });
    }
    share();
  }

  /** What is not finite would fall through every threshold, and a frame would have no masks. */
  private static void checkFinite(float[] values, Path file, String what) {
    int wrong = 0;
    for (float value : values) {
      wrong += Float.isFinite(value) ? 0 : 1;
    }
    if (wrong > 0) {
      throw new IllegalStateException(
          String.format(
              "%s makes %s that are not finite: %d of %d values",
              file, what, wrong, values.length));
    }
  }

  /**
   * Runs both networks once, on noise.
   *
   * @param running told which file is at work
   * @throws IOException if they fail, or what they make is not finite; the message names the file
   */
  void probe(Consumer<Path> running) throws IOException {
    byte[] rgb = new byte[3 * PROBE_SIDE * PROBE_SIDE];
    new Random(PROBE_SIDE).nextBytes(rgb);
    @SuppressWarnings("NullAway") // Of an array component NullAway does not see the annotation.
    Frame frame = new Frame(PROBE_SIDE, PROBE_SIDE, rgb, null);
    try {
      running.accept(encoderFile);
      encode(frame, new Crop(0, 0, PROBE_SIDE, PROBE_SIDE, 0));
      running.accept(decoderFile);
      decode(0, imageSize / 2f, imageSize / 2f);
      logits(0, 0, new float[side * side]);
    } catch (RuntimeException e) {
      String message = String.valueOf(e.getMessage());
      throw new IOException(
          message.startsWith(encoderFile.toString()) || message.startsWith(decoderFile.toString())
              ? message
              : encoderFile + " and " + decoderFile.getFileName() + " do not run: " + message,
          e);
    }
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
    float[] ious = prompt(worker, x, y);
    checkFinite(ious, decoderFile, DecoderGraph.IOU);
    return ious;
  }

  private float[] prompt(int worker, float x, float y) {
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
        checkFinite(logits, decoderFile, DecoderGraph.LOW_RES);
        decoder.logits = logits;
      }
    }
    int masks = logits.length / into.length;
    System.arraycopy(logits, (Math.max(0, masks - 3) + mask) * into.length, into, 0, into.length);
  }

  @Override
  public Decoded decode(float[] points, float[] labels, float @Nullable [] mask, boolean several) {
    if (mask != null && promptSide() == 0) {
      throw new IllegalArgumentException(
          decoderFile
              + " takes no mask prompts, since nothing in it reads an input "
              + DecoderGraph.MASK_INPUT
              + ": give points or a box, or take the official decoder export");
    }
    int given = 0;
    for (float label : labels) {
      given += label < 0 ? 0 : 1;
      if (label > 1 && !graph.takesBoxes()) {
        throw new IllegalArgumentException(
            "this SAM's decoder takes points only, but a prompt has a box: give points on the"
                + " thing, or take the official decoder export");
      }
    }
    if (given > graph.mostPoints()) {
      throw new IllegalArgumentException(
          String.format(
              "a prompt has %d points, the corners of a box among them, but this SAM's decoder was"
                  + " exported for %d: give fewer, or take an export with any number of points",
              given, graph.mostPoints()));
    }
    OnnxSession session = anyPrompt;
    if (session == null) {
      try {
        session = OnnxSession.open(graph.anyPrompt(), decoders.size());
      } catch (IOException e) {
        throw new IllegalStateException(
            "the decoder takes no prompts of several points: " + e.getMessage(), e);
      }
      anyPrompt = session;
    }
    Tensor at = Tensor.zeros(1, labels.length, 2);
    at.data.put(0, points);
    Tensor label = Tensor.zeros(1, labels.length);
    label.data.put(0, labels);
    Tensor rough = Tensor.zeros(1, 1, promptSide(), promptSide());
    Tensor hasMask = Tensor.zeros(1);
    if (mask != null) {
      rough.data.put(0, mask);
      hasMask.data.put(0, 1);
    }
    List<Input> inputs = new ArrayList<>();
    for (String name : graph.anyPromptInputs()) {
      Tensor tensor =
          switch (name) {
            case DecoderGraph.POINTS -> at;
            case DecoderGraph.LABELS -> label;
            case DecoderGraph.MASK_INPUT -> rough;
            case DecoderGraph.HAS_MASK -> hasMask;
            default -> Objects.requireNonNull(shared.get(name));
          };
      inputs.add(new Input(name, tensor.data.duplicate(), tensor.shape));
    }
    try (Outputs made = session.run(inputs.toArray(new Input[0]))) {
      float[] ious = made.floats(DecoderGraph.IOU);
      float[] logits = made.floats(DecoderGraph.LOW_RES);
      checkFinite(ious, decoderFile, DecoderGraph.IOU);
      checkFinite(logits, decoderFile, DecoderGraph.LOW_RES);
      // Of four masks the first is for prompts that leave no doubt, the others are for one point.
      int from = several && ious.length > 3 ? ious.length - 3 : 0;
      if (!several && ious.length <= 3) {
        for (int m = 1; m < ious.length; m++) {
          from = ious[m] > ious[from] ? m : from;
        }
      }
      int to = several ? ious.length : from + 1;
      int plane = side * side;
      return new Decoded(
          Arrays.copyOfRange(ious, from, to), Arrays.copyOfRange(logits, from * plane, to * plane));
    }
  }

  @Override
  public void close() {
    encoder.close();
    if (anyPrompt != null) {
      anyPrompt.close();
    }
    if (image != null) {
      image.close();
    }
    decoders.forEach(Decoder::close);
    decoders.clear();
  }
}
