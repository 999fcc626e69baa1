package io.seamark.durable;

import java.io.OutputStream;
import java.security.DigestOutputStream;
import java.util.HexFormat;

/** Passes bytes on and digests them on the way, so that a file need not be read again. */
public final class Sha256Output extends DigestOutputStream {
  /**
   * Begins with no bytes.
   *
   * @param out gets the bytes; closed with this
   */
  public Sha256Output(OutputStream out) {
    super(out, DurableFiles.sha256());
  }

  /**
   * The digest of all bytes that were written; called once, at the end.
   *
   * @return SHA-256 in lower-case hexadecimal digits
   */
  public String sha256() {
    return HexFormat.of().formatHex(getMessageDigest().digest());
  }
}
