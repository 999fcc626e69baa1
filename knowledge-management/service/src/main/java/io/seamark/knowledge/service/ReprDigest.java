package io.seamark.knowledge.service;

import java.util.Base64;
import java.util.HexFormat;

/** The header {@code Repr-Digest} (RFC 9530), by which a client checks what it got. */
final class ReprDigest {
  private ReprDigest() {}

  /** A SHA-256 in hexadecimal digits as the header's value. */
  static String of(String sha256) {
    return "sha-256=:" + Base64.getEncoder().encodeToString(HexFormat.of().parseHex(sha256)) + ":";
  }
}
