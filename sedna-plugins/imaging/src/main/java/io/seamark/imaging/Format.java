package io.seamark.imaging;

/** The kinds of image files that are read. */
enum Format {
  JPEG("JPEG"),
  PNG("PNG"),
  WEBP("WebP"),
  TIFF("TIFF");

  private final String text;

  Format(String text) {
    this.text = text;
  }

  /** As its standard writes it. */
  String text() {
    return text;
  }
}
