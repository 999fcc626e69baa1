package io.seamark.buffer;

import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.regex.Pattern;

/** Where receipts of what a service forgot by itself are kept; the oldest go first. */
final class ReceiptFolder {
  /** The most receipts, and the most bytes of them. */
  static final int MOST = 1000;

  private static final long MOST_BYTES = 256L << 20;

  private static final Pattern NAME = Pattern.compile("forgotten-\\d{8}T\\d{9}Z-\\d{3}\\.json");
  private static final DateTimeFormatter TIME =
      DateTimeFormatter.ofPattern("yyyyMMdd'T'HHmmssSSS'Z'", Locale.ROOT).withZone(ZoneOffset.UTC);

  private final Path folder;

  ReceiptFolder(Path folder) {
    this.folder = folder;
  }

  /** Writes a receipt under a name of its own; gives the file. */
  Path add(ForgetReceipt receipt) throws IOException {
    Files.createDirectories(folder);
    Path file = file(receipt.at());
    receipt.write(file);
    prune();
    return file;
  }

  private Path file(Instant at) throws IOException {
    String time = TIME.format(at);
    for (int i = 0; i < 1000; i++) {
      Path file = folder.resolve(String.format(Locale.ROOT, "forgotten-%s-%03d.json", time, i));
      if (!Files.exists(file, LinkOption.NOFOLLOW_LINKS)) {
        return file;
      }
    }
    throw new IOException(folder + " has 1000 receipts of " + at);
  }

  private void prune() throws IOException {
    List<Path> receipts = new ArrayList<>();
    try (DirectoryStream<Path> files = Files.newDirectoryStream(folder)) {
      for (Path file : files) {
        if (NAME.matcher(String.valueOf(file.getFileName())).matches()) {
          receipts.add(file);
        }
      }
    }
    receipts.sort(Collections.reverseOrder());
    long bytes = 0;
    for (int i = 0; i < receipts.size(); i++) {
      bytes += Files.size(receipts.get(i));
      // The newest stays, however large it is.
      if (i > 0 && (i >= MOST || bytes > MOST_BYTES)) {
        Files.delete(receipts.get(i));
      }
    }
  }
}
