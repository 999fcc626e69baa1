package io.seamark.sedna;

import io.seamark.buffer.copy.FolderStore;
import io.seamark.buffer.copy.SegmentStore;
import io.seamark.setting.SednaClientSettings;
import io.seamark.setting.SednaWorkerSettings;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import software.amazon.awssdk.utils.Md5Utils;

/**
 * A prefix of a bucket, in the object store that Sedna's variables name: {@code S3_ENDPOINT_URL},
 * {@code ACCESS_KEY_ID} and {@code SECRET_ACCESS_KEY}. What fails is tried again as often as {@code
 * seamark.sedna.*} says.
 */
public final class S3SegmentStore implements SegmentStore {
  /** More than a copy has. */
  private static final int MOST = 1_000_000;

  private final ObjectStore store;
  private final Retries retries;
  private final String bucket;

  /** Ends with a slash. */
  private final String prefix;

  private S3SegmentStore(ObjectStore store, Retries retries, String bucket, String prefix) {
    this.store = store;
    this.retries = retries;
    this.bucket = bucket;
    this.prefix = prefix;
  }

  /**
   * Opens it; asks nothing yet.
   *
   * @param address such as {@code s3://bucket/prefix}
   * @param told where the object store is, and the credentials
   * @param own how often is tried
   * @return to be closed
   * @throws IllegalArgumentException if it is no such address, or no object store is named
   */
  public static S3SegmentStore open(
      String address, SednaWorkerSettings told, SednaClientSettings own) {
    String plain = address.replaceAll("/+$", "");
    if (!plain.startsWith("s3://") || !(Location.of(plain) instanceof Location.S3 s3)) {
      throw new IllegalArgumentException(
          "'" + address + "' must be an address such as s3://bucket/prefix");
    }
    return new S3SegmentStore(
        ObjectStore.open(told),
        new Retries(own.attempts(), own.pause()),
        s3.bucket(),
        s3.key() + "/");
  }

  private Location.S3 at(String name) {
    return new Location.S3(bucket, prefix + name);
  }

  @Override
  public Map<String, Long> list() throws IOException {
    Map<String, Long> byKey = retries.run(() -> store.list(bucket, prefix, MOST));
    Map<String, Long> byName = new TreeMap<>();
    byKey.forEach((key, bytes) -> byName.put(key.substring(prefix.length()), bytes));
    return byName;
  }

  @Override
  public Optional<byte[]> read(String name, int limit) throws IOException {
    return retries.run(
        () -> {
          Optional<InputStream> found = store.find(at(name));
          if (found.isEmpty()) {
            return Optional.empty();
          }
          try (InputStream in = found.get()) {
            byte[] bytes = in.readNBytes(limit + 1);
            if (bytes.length > limit) {
              throw new IOException(
                  this + "/" + name + " has more than the " + limit + " bytes that are read");
            }
            return Optional.of(bytes);
          }
        });
  }

  @Override
  public String fetch(String name, Path to, long limit) throws IOException {
    return retries.run(
        () -> {
          Files.deleteIfExists(to);
          try (InputStream in = store.open(at(name))) {
            return FolderStore.write(in, to, limit, this + "/" + name);
          }
        });
  }

  @Override
  public void put(String name, Path from) throws IOException {
    // What every store holds a body against, Amazon's or another.
    String md5 = Md5Utils.md5AsBase64(from.toFile());
    retries.run(
        () -> {
          store.putChecked(from, at(name), md5);
          return from;
        });
  }

  @Override
  public void delete(String name) throws IOException {
    retries.run(
        () -> {
          store.delete(at(name));
          return name;
        });
  }

  @Override
  public String toString() {
    return "s3://" + bucket + "/" + prefix.substring(0, prefix.length() - 1);
  }

  @Override
  public void close() {
    store.close();
  }
}
