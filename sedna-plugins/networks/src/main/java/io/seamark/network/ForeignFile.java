package io.seamark.network;

import io.seamark.host.PlainFile;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import java.util.Optional;

/**
 * Model files of others, told from their first bytes, so that a refusal can say what a file is and
 * what to do. Nothing is unpacked, and nothing is ever unpickled: a pickle can run any code.
 *
 * @param text what it is, such as {@code a PyTorch checkpoint}
 * @param remedy how weights in it become a safetensors file
 */
public record ForeignFile(String text, String remedy) {
  private static final String GRAPH = "an ONNX graph";
  private static final int LOOKED_AT = 512;
  private static final int ZIP_NAME_LENGTH = 26;
  private static final int ZIP_NAME = 30;

  private static final ForeignFile PYTORCH =
      new ForeignFile(
          "a PyTorch checkpoint, which is a pickle and never read here",
          "save its state_dict with safetensors.torch.save_file");
  private static final ForeignFile KERAS =
      new ForeignFile(
          "a Keras or HDF5 file", "save its weights under RFNet's names as safetensors");
  private static final ForeignFile NUMPY =
      new ForeignFile(
          "a NumPy file", "save its arrays under RFNet's names with safetensors.numpy.save_file");

  /**
   * Tells what a file is.
   *
   * @param file any
   * @return empty if its first bytes are none that are known, or cannot be read
   */
  public static Optional<ForeignFile> of(Path file) {
    byte[] first;
    try (InputStream in = Files.newInputStream(PlainFile.require(file))) {
      first = in.readNBytes(LOOKED_AT);
    } catch (IOException e) {
      return Optional.empty();
    }
    String text = new String(first, StandardCharsets.ISO_8859_1);
    if (text.startsWith("PK\3\4") && first.length > ZIP_NAME) {
      return Optional.of(zip(text, (text.charAt(ZIP_NAME_LENGTH + 1) << 8) | text.charAt(26)));
    }
    // Pickles of protocol 2 to 5; PyTorch before 1.6 wrote such files.
    if (text.length() > 1 && text.charAt(0) == 0x80 && text.charAt(1) >= 2 && text.charAt(1) <= 5) {
      return Optional.of(PYTORCH);
    }
    if (text.startsWith("\u0089HDF\r\n\u001a\n")) {
      return Optional.of(KERAS);
    }
    if (text.startsWith("\u0093NUMPY")) {
      return Optional.of(NUMPY);
    }
    if (text.startsWith("GGUF")) {
      return known("a GGUF file, which holds a language model", "an RFNet is needed");
    }
    if (text.startsWith("TFL3", 4)) {
      return known("a TensorFlow Lite model", "give the weights that it was made from");
    }
    if (text.matches("(?s)\\x08[\\x01-\\x20][\\x12\\x1a\\x22\\x2a\\x32\\x3a\\x42].*")) {
      return known(GRAPH, "give the weights that it was exported from, as safetensors");
    }
    if (text.startsWith("\u001f\u008b")
        || text.startsWith("BZh")
        || text.startsWith("\u00fd7zXZ")) {
      return known("a compressed file", "unpack it first");
    }
    String words = text.strip().toLowerCase(Locale.ROOT);
    if (words.startsWith("<!doctype html") || words.startsWith("<html")) {
      return known("an HTML page, as a download that failed leaves it", "fetch it again");
    }
    if (words.startsWith("version https://git-lfs")) {
      return known("a pointer of Git LFS", "fetch the file itself with git lfs pull");
    }
    if (words.startsWith("{")) {
      return known("JSON text", "give the safetensors file itself, in one piece");
    }
    return Optional.empty();
  }

  /**
   * Whether it begins as ONNX graphs do.
   *
   * @return true for those
   */
  public boolean isOnnx() {
    return text.equals(GRAPH);
  }

  private static Optional<ForeignFile> known(String text, String remedy) {
    return Optional.of(new ForeignFile(text, remedy));
  }

  /** Told by the first entry. */
  private static ForeignFile zip(String text, int nameLength) {
    String name = text.substring(ZIP_NAME, Math.min(text.length(), ZIP_NAME + nameLength));
    if (name.endsWith(".npy")) {
      return NUMPY;
    }
    if (name.equals("metadata.json") || name.equals("config.json") || name.endsWith(".h5")) {
      return KERAS;
    }
    if (name.endsWith("/data.pkl") || name.endsWith("/version") || name.contains("/.format")) {
      return PYTORCH;
    }
    return new ForeignFile(
        "a zip archive, as PyTorch, Keras and NumPy write them",
        "save its weights under RFNet's names as safetensors");
  }
}
