package io.seamark.flight;

import io.seamark.host.PlainFile;
import java.io.IOException;
import java.nio.charset.MalformedInputException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** A secret that every call must bring along, as {@code authorization: Bearer TOKEN}. */
public final class BearerToken {
  private static final String SCHEME = "Bearer ";
  private static final int MIN = 16;
  private static final int MAX = 512;

  /** What RFC 6750 allows in a token. */
  private static final Pattern TOKEN = Pattern.compile("[A-Za-z0-9._~+/-]+=*");

  private final byte[] header;

  private BearerToken(String token) {
    header = (SCHEME + token).getBytes(StandardCharsets.US_ASCII);
  }

  /**
   * A token.
   *
   * @param token 16 to 512 letters, digits or any of {@code . _ ~ + / -}, then {@code =} as padding
   * @return the token
   * @throws IllegalArgumentException if it is none; the message does not repeat it
   */
  public static BearerToken of(String token) {
    if (token.length() < MIN || token.length() > MAX || !TOKEN.matcher(token).matches()) {
      throw new IllegalArgumentException(
          "a token of "
              + token.length()
              + " characters is no token: it must have 16 to 512, each a letter, a digit or one of"
              + " . _ ~ + / -, with = at its end allowed");
    }
    return new BearerToken(token);
  }

  /**
   * Reads a token from a file.
   *
   * @param file holds the token on its first line, and nothing else
   * @return the token
   * @throws IllegalArgumentException if the file holds no token
   * @throws IOException if it cannot be read
   */
  public static BearerToken read(Path file) throws IOException {
    long size = Files.size(PlainFile.require(file));
    if (size > 2 * MAX) {
      throw new IllegalArgumentException(
          file + " has " + size + " bytes, but a token has at most " + MAX);
    }
    try {
      return of(Files.readString(file).strip());
    } catch (MalformedInputException e) {
      throw new IllegalArgumentException(file + " holds no token: it is no text", e);
    } catch (IllegalArgumentException e) {
      throw new IllegalArgumentException(file + ": " + e.getMessage(), e);
    }
  }

  /** Whether a header brings it; takes the same time wherever it differs. */
  boolean isIn(@Nullable String authorization) {
    return authorization != null
        && MessageDigest.isEqual(header, authorization.getBytes(StandardCharsets.UTF_8));
  }
}
