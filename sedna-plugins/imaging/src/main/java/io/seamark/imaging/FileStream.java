package io.seamark.imaging;

import java.io.IOException;
import java.util.Objects;
import javax.imageio.stream.ImageInputStreamImpl;

/**
 * A file in memory for a decoder. Some decoders take what is missing at the end for zeros and go on
 * for as long as the damage says, so one that keeps reading there is stopped.
 */
final class FileStream extends ImageInputStreamImpl {
  /** Decoders read ahead by less than this. */
  private static final int PATIENCE = 64;

  private final byte[] file;
  private int missed;

  FileStream(byte[] file) {
    this.file = file;
  }

  @Override
  public int read() throws IOException {
    checkClosed();
    bitOffset = 0;
    return atEnd() ? -1 : file[(int) streamPos++] & 0xFF;
  }

  @Override
  public int read(byte[] to, int offset, int length) throws IOException {
    checkClosed();
    bitOffset = 0;
    Objects.checkFromIndexSize(offset, length, to.length);
    if (length == 0) {
      return 0;
    }
    if (atEnd()) {
      return -1;
    }
    int n = (int) Math.min(length, file.length - streamPos);
    System.arraycopy(file, (int) streamPos, to, offset, n);
    streamPos += n;
    return n;
  }

  private boolean atEnd() throws IOException {
    if (streamPos < file.length) {
      return false;
    }
    if (++missed > PATIENCE) {
      throw new IOException("its picture data end in the middle");
    }
    return true;
  }

  @Override
  public long length() {
    return file.length;
  }
}
