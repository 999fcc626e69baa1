package io.seamark.edge.sync;

import io.seamark.perception.Frame;
import io.seamark.plugin.BaseModel;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/** A model's file and its session, which depends on the frames' size. */
final class OpenedModel implements AutoCloseable {
  private final BaseModel basemodel;
  private final Path file;
  private String version;
  private @Nullable Size size;
  private BaseModel.@Nullable Session session;

  /** Of frames. */
  record Size(int width, int height, boolean depth) {
    static Size of(Frame frame) {
      return new Size(frame.width(), frame.height(), frame.depth() != null);
    }

    // The compiler drops the annotation of a record's array component from its constructor.
    @SuppressWarnings("NullAway")
    Frame grey() {
      byte[] rgb = new byte[3 * width * height];
      Arrays.fill(rgb, (byte) 128);
      return new Frame(width, height, rgb, depth ? new byte[width * height] : null);
    }
  }

  OpenedModel(BaseModel basemodel, String version, Path file) {
    this.basemodel = basemodel;
    this.version = version;
    this.file = file;
  }

  String version() {
    return version;
  }

  void rename(String name) {
    version = name;
  }

  Path file() {
    return file;
  }

  /** Of the last frame; null before the first. */
  @Nullable Size size() {
    return size;
  }

  BaseModel.Session open(Size wanted) throws IOException {
    BaseModel.Session s = session;
    if (s == null || !wanted.equals(size)) {
      close();
      s = basemodel.open(file, wanted.width, wanted.height, wanted.depth);
      session = s;
      size = wanted;
    }
    return s;
  }

  @Override
  public void close() {
    if (session != null) {
      session.close();
      session = null;
    }
  }
}
