package io.seamark.street;

import io.seamark.durable.DurableFiles;
import io.seamark.network.Safetensors;
import io.seamark.network.Weights;
import io.seamark.network.onnx.SegmenterOnnx;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;

/**
 * The models that the embedded demonstration runs on. They are small and know the procedural street
 * alone; the edge model knows it by day only.
 */
public final class StreetModels {
  private static final String EDGE = "street-rfnet.safetensors";
  private static final String SEGMENTER = "street-segmenter.safetensors";

  private StreetModels() {}

  /**
   * Copies the edge model out, an RFNet for RGB and depth with CamVid's classes.
   *
   * @param cacheFolder is made if missing; a file of an earlier call is kept if it is the same
   * @return the safetensors file
   * @throws IOException if it cannot be written
   */
  public static Path edgeModel(Path cacheFolder) throws IOException {
    return copy(EDGE, cacheFolder);
  }

  /**
   * Unpacks the segmenter as a SAM folder: {@code encoder.onnx}, {@code decoder.onnx} and {@code
   * generator.json}. The graphs are written from the weights, which takes about a second the first
   * time.
   *
   * @param cacheFolder is made if missing; a folder of an earlier call is kept if it is the same
   * @return the folder, within the cache folder
   * @throws IOException if it cannot be written
   */
  public static Path segmenter(Path cacheFolder) throws IOException {
    Path folder = cacheFolder.resolve("street-segmenter");
    Path weights = folder.resolve(SEGMENTER);
    boolean same =
        Files.isRegularFile(weights)
            && Arrays.equals(bytes(SEGMENTER), Files.readAllBytes(weights));
    Path encoder = folder.resolve("encoder.onnx");
    Path decoder = folder.resolve("decoder.onnx");
    if (!same || !Files.isRegularFile(encoder) || !Files.isRegularFile(decoder)) {
      // The weights are put there last: with them in place the folder is complete.
      Files.createDirectories(folder);
      Path read = DurableFiles.unfinished(weights);
      Weights values;
      try {
        Files.write(read, bytes(SEGMENTER));
        values = Safetensors.read(read);
      } finally {
        Files.deleteIfExists(read);
      }
      put(encoder, SegmenterOnnx.exportEncoder(values).toByteArray());
      put(decoder, SegmenterOnnx.exportDecoder(values).toByteArray());
    }
    copy("generator.json", folder);
    copy(SEGMENTER, folder);
    return folder;
  }

  private static Path copy(String resource, Path folder) throws IOException {
    byte[] bytes = bytes(resource);
    Path file = folder.resolve(resource);
    if (Files.isRegularFile(file) && Arrays.equals(bytes, Files.readAllBytes(file))) {
      return file;
    }
    put(file, bytes);
    return file;
  }

  /** Several processes may start at once: each writes its own file, the last move wins. */
  private static void put(Path file, byte[] bytes) throws IOException {
    Path folder = file.toAbsolutePath().getParent();
    if (folder == null) {
      throw new IOException(file + " has no folder");
    }
    Files.createDirectories(folder);
    DurableFiles.replace(file, bytes);
  }

  private static byte[] bytes(String resource) throws IOException {
    try (InputStream in = StreetModels.class.getResourceAsStream(resource)) {
      if (in == null) {
        throw new IOException("the resource " + resource + " is missing from this build");
      }
      return in.readAllBytes();
    }
  }
}
