package io.seamark.imaging;

/** What a file's channels mean once its decoder has read them. */
enum Channels {
  GREY(1),
  GREY_ALPHA(2),
  INDEXED(1),
  RGB(3),
  RGBA(4),
  /** JPEG's luminance and chrominance, which its decoder makes RGB. */
  YCC(3),
  /** JPEG's four inks, stored inverted as Adobe does. */
  CMYK(4),
  /** The same with the first three as luminance and chrominance. */
  YCCK(4);

  private final int count;

  Channels(int count) {
    this.count = count;
  }

  int count() {
    return count;
  }

  boolean inks() {
    return this == CMYK || this == YCCK;
  }

  boolean grey() {
    return this == GREY || this == GREY_ALPHA;
  }
}
