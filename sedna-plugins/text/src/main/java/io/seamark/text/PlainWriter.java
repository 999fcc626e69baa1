package io.seamark.text;

import java.io.FilterWriter;
import java.io.IOException;
import java.io.Writer;

/** Passes on {@link PlainText#lines} of what is written, so that no output steers a terminal. */
public final class PlainWriter extends FilterWriter {
  private char high;

  /**
   * A filter.
   *
   * @param to where to write, closed with this
   */
  public PlainWriter(Writer to) {
    super(to);
  }

  @Override
  public void write(int c) throws IOException {
    write(new char[] {(char) c}, 0, 1);
  }

  @Override
  public void write(char[] text, int offset, int length) throws IOException {
    write(new String(text, offset, length), 0, length);
  }

  @Override
  public void write(String text, int offset, int length) throws IOException {
    String whole = text.substring(offset, offset + length);
    if (high != 0) {
      whole = high + whole;
      high = 0;
    }
    // The other half of a pair may come with the next call.
    int last = whole.length() - 1;
    if (last >= 0 && Character.isHighSurrogate(whole.charAt(last))) {
      high = whole.charAt(last);
      whole = whole.substring(0, last);
    }
    out.write(PlainText.lines(whole));
  }
}
