package io.seamark.inference;

import ai.djl.Device;
import ai.djl.MalformedModelException;
import ai.djl.Model;
import ai.djl.engine.Engine;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import ai.djl.onnxruntime.engine.OrtNDArray;
import ai.djl.training.ParameterStore;
import ai.onnx.proto.OnnxMl.TensorProto;
import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtSession.SessionOptions;
import ai.onnxruntime.platform.Fp16Conversions;
import io.seamark.host.TemporaryFolder;
import io.seamark.network.onnx.OnnxHeader;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.Buffer;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/**
 * An ONNX graph opened through Deep Java Library's ONNX Runtime engine, on the CPU. Inputs are read
 * where they lie, in direct buffers; an output is copied once, when it is asked for. Worker threads
 * sleep between runs instead of spinning. One run at a time: not thread-safe.
 */
public final class OnnxSession implements AutoCloseable {
  private static final String ENGINE = "OnnxRuntime";
  private static final long OPENING_STACK = 64L << 20;
  private static final AtomicReference<@Nullable String> ENGINE_TROUBLE = new AtomicReference<>();

  /** Makes the engine when first used, once in a process, whichever class asks. */
  private static final class EngineHolder {
    static final Engine ENGINE = create();

    private static Engine create() {
      // DJL would report its use and look for newer files; a device must never do that.
      System.setProperty("ai.djl.offline", "true");
      System.setProperty("OPT_OUT_TRACKING", "true");
      System.setProperty("ai.djl.onnx.disable_alternative", "true");
      // Sessions have threads of their own; the process-wide ones would only lie idle.
      System.setProperty("ai.djl.onnxruntime.num_threads", "1");
      System.setProperty("ai.djl.onnxruntime.num_interop_threads", "1");
      Thread thread = Thread.currentThread();
      ClassLoader before = thread.getContextClassLoader();
      // In an application server the caller's loader may not see DJL's services.
      thread.setContextClassLoader(OnnxSession.class.getClassLoader());
      try {
        return Engine.getEngine(OnnxSession.ENGINE);
      } finally {
        thread.setContextClassLoader(before);
      }
    }
  }

  /**
   * An input of a run.
   *
   * @param name as in the graph
   * @param buffer direct, in native byte order, from position to limit; not written to, and not to
   *     be changed during the run
   * @param shape whose product is the number of elements
   */
  @SuppressWarnings("ArrayRecordComponent")
  public record Input(String name, Buffer buffer, long[] shape) {
    /** Checks what the engine would otherwise copy or misread. */
    public Input {
      if (!buffer.isDirect()) {
        throw new IllegalArgumentException("input '" + name + "' must lie in a direct buffer");
      }
      if (buffer instanceof FloatBuffer floats && floats.order() != ByteOrder.nativeOrder()) {
        throw new IllegalArgumentException("input '" + name + "' must be in native byte order");
      }
      long elements = 1;
      for (long d : shape) {
        elements = Math.multiplyExact(elements, d);
      }
      if (elements != buffer.remaining()) {
        throw new IllegalArgumentException(
            "input '"
                + name
                + "' has "
                + buffer.remaining()
                + " elements, but its shape needs "
                + elements);
      }
    }

    /**
     * An input of type uint8.
     *
     * @param name as in the graph
     * @param buffer direct
     * @param shape whose product is the number of bytes
     * @return the input
     */
    public static Input bytes(String name, ByteBuffer buffer, long... shape) {
      return new Input(name, buffer, shape);
    }

    /**
     * An input of type float32.
     *
     * @param name as in the graph
     * @param buffer direct, in native byte order
     * @param shape whose product is the number of floats
     * @return the input
     */
    public static Input floats(String name, FloatBuffer buffer, long... shape) {
      return new Input(name, buffer, shape);
    }

    private DataType type() {
      return buffer instanceof FloatBuffer ? DataType.FLOAT32 : DataType.UINT8;
    }
  }

  /** What a run yielded, in native memory until it is closed. */
  public static final class Outputs implements AutoCloseable {
    private final NDManager manager;
    private final Map<String, OnnxTensor> tensors = new LinkedHashMap<>();

    private Outputs(NDManager manager, NDList outputs) {
      this.manager = manager;
      for (NDArray output : outputs) {
        tensors.put(output.getName(), ((OrtNDArray) output).getTensor());
      }
    }

    private OnnxTensor tensor(String name) {
      OnnxTensor tensor = tensors.get(name);
      if (tensor == null) {
        throw new IllegalArgumentException(
            "the graph has no output '" + name + "', its outputs are " + tensors.keySet());
      }
      return tensor;
    }

    /**
     * Shape of an output.
     *
     * @param name as in the graph
     * @return its sizes
     */
    public long[] shape(String name) {
      return tensor(name).getInfo().getShape();
    }

    /**
     * A copy of a float32 output, or of a float16 one as float32.
     *
     * @param name as in the graph
     * @return row-major
     */
    public float[] floats(String name) {
      FloatBuffer buffer = tensor(name).getFloatBuffer();
      if (buffer == null) {
        throw new IllegalArgumentException("output '" + name + "' is neither float32 nor float16");
      }
      if (buffer.hasArray() && buffer.arrayOffset() == 0) {
        float[] array = buffer.array();
        if (array.length == buffer.remaining()) {
          return array;
        }
      }
      float[] copy = new float[buffer.remaining()];
      buffer.get(copy);
      return copy;
    }

    /**
     * A copy of an output's bytes.
     *
     * @param name as in the graph
     * @return row-major
     */
    public byte[] bytes(String name) {
      ByteBuffer buffer = tensor(name).getByteBuffer();
      if (buffer.hasArray() && buffer.arrayOffset() == 0) {
        byte[] array = buffer.array();
        if (array.length == buffer.remaining()) {
          return array;
        }
      }
      byte[] copy = new byte[buffer.remaining()];
      buffer.get(copy);
      return copy;
    }

    @Override
    public void close() {
      manager.close();
    }
  }

  private final Map<String, List<Long>> inputs;
  private final Map<String, List<Long>> outputs;
  private final Map<String, TensorProto.DataType> types;
  private @Nullable Model model;

  private OnnxSession(OnnxHeader header, Model model) {
    this.inputs = header.inputs();
    this.outputs = header.outputs();
    this.types = header.types();
    this.model = model;
  }

  /**
   * Opens a graph's file. Weights beside it are followed, but not out of its folder, by path or by
   * link.
   *
   * @param path an ONNX file of at most 2 GiB
   * @param threads at least 1
   * @return an open session
   * @throws IOException if the file cannot be read or is no sound ONNX file
   */
  public static OnnxSession open(Path path, int threads) throws IOException {
    OnnxHeader header = OnnxHeader.of(path);
    return open(
        header, path.toString(), threads, (model, options) -> model.load(path, null, options));
  }

  /**
   * Opens a graph that is in memory.
   *
   * @param bytes of an ONNX file without external weights
   * @param threads at least 1
   * @return an open session
   * @throws IOException if it is no sound ONNX file
   */
  public static OnnxSession open(byte[] bytes, int threads) throws IOException {
    OnnxHeader header = OnnxHeader.of(bytes);
    if (!header.elsewhere().isEmpty()) {
      throw new IOException("a graph in memory cannot have its weights elsewhere");
    }
    return open(
        header,
        "the graph",
        threads,
        (model, options) -> model.load(new ByteArrayInputStream(bytes), options));
  }

  private interface Loader {
    void load(Model model, Map<String, ?> options) throws IOException, MalformedModelException;
  }

  private interface Opening {
    void run() throws IOException, MalformedModelException;
  }

  private static Engine engine() throws IOException {
    try {
      onDeepStack(() -> EngineHolder.ENGINE.getEngineName());
    } catch (MalformedModelException | LinkageError | RuntimeException e) {
      // The first failure tells why; later ones only that there was one.
      String reason = ENGINE_TROUBLE.get();
      if (reason == null) {
        reason = TemporaryFolder.whyNotLoaded("ONNX Runtime", e);
        ENGINE_TROUBLE.set(reason);
      }
      throw new IOException(reason, e);
    }
    return EngineHolder.ENGINE;
  }

  /**
   * The engine recurses deeply while it starts (some 12,000 calls of native code were seen) and
   * while it optimises a graph. A thread's usual stack of 1 MiB can overflow there, and that ends
   * the process without a word.
   */
  private static void onDeepStack(Opening opening) throws IOException, MalformedModelException {
    AtomicReference<@Nullable Throwable> thrown = new AtomicReference<>();
    Thread thread =
        new Thread(
            null,
            () -> {
              try {
                opening.run();
              } catch (IOException | MalformedModelException | RuntimeException | Error e) {
                thrown.set(e);
              }
            },
            "seamark-onnx-open",
            OPENING_STACK);
    thread.start();
    boolean interrupted = false;
    while (thread.isAlive()) {
      try {
        thread.join();
      } catch (InterruptedException e) {
        // Opening cannot be stopped half-way.
        interrupted = true;
      }
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
    Throwable failure = thrown.get();
    if (failure instanceof IOException e) {
      throw e;
    } else if (failure instanceof MalformedModelException e) {
      throw e;
    } else if (failure instanceof RuntimeException e) {
      throw e;
    } else if (failure instanceof Error e) {
      throw e;
    }
  }

  private static OnnxSession open(OnnxHeader header, String what, int threads, Loader loader)
      throws IOException {
    if (threads < 1) {
      throw new IllegalArgumentException("threads is " + threads + ", but must be at least 1");
    }
    Model model = engine().newModel("seamark", Device.cpu());
    try (SessionOptions options = new SessionOptions()) {
      options.setIntraOpNumThreads(threads);
      options.setInterOpNumThreads(1);
      options.addConfigEntry("session.intra_op.allow_spinning", "0");
      options.addConfigEntry("session.inter_op.allow_spinning", "0");
      // The engine has a format of its own, which was not checked.
      options.addConfigEntry("session.load_model_format", "ONNX");
      onDeepStack(() -> loader.load(model, Map.of("sessionOptions", options)));
    } catch (OrtException | MalformedModelException e) {
      model.close();
      Throwable cause = e.getCause() == null ? e : e.getCause();
      throw new IOException(what + " cannot be opened: " + cause.getMessage(), e);
    } catch (IOException | RuntimeException e) {
      model.close();
      throw e;
    }
    return new OnnxSession(header, model);
  }

  /**
   * Inputs of the graph.
   *
   * @return shape by name, -1 where a size is dynamic
   */
  public Map<String, List<Long>> inputs() {
    return Map.copyOf(inputs);
  }

  /**
   * Outputs of the graph.
   *
   * @return shape by name, -1 where a size is dynamic
   */
  public Map<String, List<Long>> outputs() {
    return Map.copyOf(outputs);
  }

  /**
   * Element type of an input or output.
   *
   * @param name as in the graph
   * @return as ONNX names it, in lower case, such as {@code float} or {@code float16}; {@code
   *     undefined} where the graph does not say
   */
  public String type(String name) {
    return types.getOrDefault(name, TensorProto.DataType.UNDEFINED).name().toLowerCase(Locale.ROOT);
  }

  /** As the graph wants it: float32 values become float16 where that is its input. */
  private NDArray array(NDManager manager, Input value) {
    Shape shape = new Shape(value.shape());
    if (value.buffer() instanceof FloatBuffer floats
        && types.get(value.name()) == TensorProto.DataType.FLOAT16) {
      ByteBuffer halves =
          ByteBuffer.allocateDirect(Math.multiplyExact(2, floats.remaining()))
              .order(ByteOrder.nativeOrder());
      for (int i = floats.position(); i < floats.limit(); i++) {
        halves.putShort(Fp16Conversions.floatToFp16(floats.get(i)));
      }
      return manager.create(halves.flip(), shape, DataType.FLOAT16);
    }
    return manager.create(value.buffer(), shape, value.type());
  }

  /**
   * Runs the graph. Where it takes or makes float16, it is given and read as float32.
   *
   * @param values every input of the graph
   * @return its outputs, to be closed
   * @throws IllegalArgumentException if an input is missing or unknown
   * @throws IllegalStateException if the session is closed
   */
  public Outputs run(Input... values) {
    Model open = model;
    if (open == null) {
      throw new IllegalStateException("the session is closed");
    }
    for (Input value : values) {
      if (!inputs.containsKey(value.name())) {
        throw new IllegalArgumentException(
            "the graph has no input '" + value.name() + "', its inputs are " + inputs.keySet());
      }
    }
    if (values.length != inputs.size()) {
      throw new IllegalArgumentException(
          values.length + " inputs were given, but the graph needs " + inputs.keySet());
    }
    NDManager manager = open.getNDManager().newSubManager();
    try {
      NDList list = new NDList(values.length);
      for (Input value : values) {
        NDArray array = array(manager, value);
        array.setName(value.name());
        list.add(array);
      }
      return new Outputs(
          manager, open.getBlock().forward(new ParameterStore(manager, false), list, false));
    } catch (RuntimeException e) {
      manager.close();
      throw e;
    }
  }

  /** Frees the native memory. Closing twice does nothing. */
  @Override
  public void close() {
    if (model != null) {
      model.close();
      model = null;
    }
  }
}
