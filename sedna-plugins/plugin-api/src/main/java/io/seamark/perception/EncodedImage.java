package io.seamark.perception;

/**
 * An image file's bytes as the source has them, so that they can be sent on without encoding them
 * again.
 *
 * @param mediaType {@code image/jpeg} or {@code image/png}
 * @param bytes the whole file
 */
@SuppressWarnings("ArrayRecordComponent")
public record EncodedImage(String mediaType, byte[] bytes) {
  /** Media type of JPEG files. */
  public static final String JPEG = "image/jpeg";

  /** Media type of PNG files. */
  public static final String PNG = "image/png";

  /** Checks the media type. */
  public EncodedImage {
    if (!mediaType.equals(JPEG) && !mediaType.equals(PNG)) {
      throw new IllegalArgumentException(
          "media type is '" + mediaType + "', but must be " + JPEG + " or " + PNG);
    }
  }
}
