package io.seamark.inference;

import io.seamark.host.TemporaryFolder;
import io.seamark.network.EdgeModel;
import io.seamark.network.RfNet;
import io.seamark.network.SafetensorsFile;
import io.seamark.network.onnx.RfNetOnnx;
import io.seamark.perception.ClassMap;
import io.seamark.perception.ClassScores;
import io.seamark.perception.Frame;
import io.seamark.perception.PixelConfidence;
import io.seamark.perception.Prediction;
import io.seamark.plugin.BaseModel;
import io.seamark.plugin.MemoryNeed;
import io.seamark.plugin.ModelFacts;
import io.seamark.plugin.ModelOutput;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * RFNet on the edge: turns a model's weights into an ONNX graph for one frame size and runs it. The
 * weights go from file to file one tensor at a time, since the device has little memory.
 */
public final class RfNetModel implements BaseModel {
  /** Bytes a pixel that a run takes outside of the heap. */
  private static final long WORKSPACE = 320;

  /** Bytes outside of the heap for each byte of a model's file while it is opened. */
  private static final long OPENING = 12;

  private final int threads;

  /**
   * A model opener.
   *
   * @param threads of each session, at least 1
   */
  public RfNetModel(int threads) {
    this.threads = threads;
  }

  @Override
  public ModelFacts describe(Path model) throws IOException {
    try (SafetensorsFile file = EdgeModel.open(model)) {
      EdgeModel.Description description = EdgeModel.describe(model, file);
      return new ModelFacts(
          description.classes(),
          description.depth(),
          RfNet.hasAppealNet(file) ? Set.of(ModelOutput.APPEAL) : Set.of(),
          file.prefix().isEmpty()
              ? List.of()
              : List.of("every name of a weight begins with " + file.prefix() + ", left out here"));
    }
  }

  /** Measured on this network with ONNX Runtime, from 480x360 to 2048x2048, and rounded up. */
  @Override
  public MemoryNeed memory(Path model, int width, int height, boolean depth) throws IOException {
    try (SafetensorsFile file = EdgeModel.open(model)) {
      EdgeModel.Description description = EdgeModel.describe(model, file);
      long pixels = (long) width * height;
      // Scores and confidence come at a quarter of the size; the class map at the frame's.
      long heap = pixels * (4 + description.classes().size() / 4);
      long workspace = pixels * (depth && description.depth() ? 2 * WORKSPACE : WORKSPACE);
      // While a graph is opened, its weights lie in memory several times.
      return new MemoryNeed(heap, workspace + OPENING * Files.size(model));
    }
  }

  @Override
  public Session open(Path model, int width, int height, boolean depth) throws IOException {
    try (SafetensorsFile file = EdgeModel.open(model)) {
      EdgeModel.Description description = EdgeModel.describe(model, file);
      boolean withDepth = depth && description.depth();
      Path graph = temporary(() -> Files.createTempFile("seamark-rfnet", ".onnx"));
      try {
        temporary(
            () -> {
              RfNetOnnx.model(file, description, width, height, withDepth).writeTo(graph);
              return graph;
            });
        int classes = description.classes().size();
        return new RfNetSession(
            OnnxSession.open(graph, threads),
            width,
            height,
            classes,
            withDepth,
            RfNet.hasAppealNet(file));
      } finally {
        Files.deleteIfExists(graph);
      }
    } catch (UncheckedIOException e) {
      throw new IOException(e.getMessage(), e);
    }
  }

  /** Does something in the temporary folder, and says so where that is to blame for a failure. */
  private static Path temporary(FileWork work) throws IOException {
    try {
      return work.call();
    } catch (IOException e) {
      Optional<String> trouble = TemporaryFolder.trouble();
      throw trouble.isPresent() ? new IOException(trouble.get(), e) : e;
    }
  }

  /** Makes or writes a file. */
  @FunctionalInterface
  private interface FileWork {
    Path call() throws IOException;
  }

  private static final class RfNetSession implements Session {
    private final OnnxSession session;
    private final int width;
    private final int height;
    private final int classes;
    private final boolean withAppealNet;
    private final ByteBuffer rgb;
    private final @Nullable ByteBuffer depth;

    RfNetSession(
        OnnxSession session,
        int width,
        int height,
        int classes,
        boolean withDepth,
        boolean withAppealNet) {
      this.withAppealNet = withAppealNet;
      this.session = session;
      this.width = width;
      this.height = height;
      this.classes = classes;
      this.rgb = ByteBuffer.allocateDirect(3 * width * height);
      this.depth = withDepth ? ByteBuffer.allocateDirect(width * height) : null;
    }

    @Override
    public Prediction infer(Frame frame) {
      if (frame.width() != width || frame.height() != height) {
        throw new IllegalArgumentException(
            String.format(
                "the frame is %dx%d, but the model was opened for %dx%d",
                frame.width(), frame.height(), width, height));
      }
      OnnxSession.Input colour =
          OnnxSession.Input.bytes("rgb", rgb.clear().put(frame.rgb()).flip(), 1, height, width, 3);
      if (depth == null) {
        return prediction(session.run(colour));
      }
      byte[] distances = frame.depth();
      if (distances == null) {
        throw new IllegalArgumentException(
            "the frame has no depth, but the model was opened for depth");
      }
      return prediction(
          session.run(
              colour,
              OnnxSession.Input.bytes(
                  "depth", depth.clear().put(distances).flip(), 1, height, width)));
    }

    private Prediction prediction(OnnxSession.Outputs results) {
      try (OnnxSession.Outputs outputs = results) {
        long[] shape = outputs.shape("scores");
        int h = (int) shape[1];
        int w = (int) shape[2];
        float[] confidence = outputs.floats("confidence");
        int plane = w * h;
        return new Prediction(
            new ClassMap(width, height, outputs.bytes("class_map")),
            new ClassScores(classes, w, h, outputs.floats("scores")),
            new PixelConfidence(
                w,
                h,
                Arrays.copyOf(confidence, plane),
                Arrays.copyOfRange(confidence, plane, 2 * plane),
                Arrays.copyOfRange(confidence, 2 * plane, 3 * plane)),
            withAppealNet ? (double) outputs.floats(RfNetOnnx.APPEALNET)[0] : null);
      }
    }

    @Override
    public void close() {
      session.close();
    }
  }
}
