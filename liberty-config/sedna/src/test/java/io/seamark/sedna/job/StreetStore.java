package io.seamark.sedna.job;

import java.net.URI;
import java.util.Map;
import org.gaul.s3proxy.AuthenticationType;
import org.gaul.s3proxy.S3Proxy;
import org.jclouds.ContextBuilder;
import org.jclouds.blobstore.BlobStoreContext;

/** An object store with the bucket {@code street}, which asks for the credentials. */
final class StreetStore implements AutoCloseable {
  static final String SECRET = "sesame";
  private static final String KEY = "access";
  private static final String BUCKET = "street";

  private final BlobStoreContext blobs;
  private final S3Proxy proxy;

  private StreetStore(BlobStoreContext blobs, S3Proxy proxy) {
    this.blobs = blobs;
    this.proxy = proxy;
  }

  static StreetStore open() {
    BlobStoreContext blobs =
        ContextBuilder.newBuilder("transient")
            .credentials("identity", "credential")
            .buildView(BlobStoreContext.class);
    blobs.getBlobStore().createContainerInLocation(null, BUCKET);
    S3Proxy proxy =
        S3Proxy.builder()
            .blobStore(blobs.getBlobStore())
            .awsAuthentication(AuthenticationType.AWS_V2_OR_V4, KEY, SECRET)
            .endpoint(URI.create("http://127.0.0.1:0"))
            .build();
    try {
      proxy.start();
    } catch (Exception e) {
      throw new IllegalStateException("the object store does not start", e);
    }
    return new StreetStore(blobs, proxy);
  }

  int port() {
    return proxy.getPort();
  }

  /** What a worker is told of it. */
  Map<String, String> told(String secret) {
    return Map.of(
        "S3_ENDPOINT_URL", "http://127.0.0.1:" + port(),
        "ACCESS_KEY_ID", KEY,
        "SECRET_ACCESS_KEY", secret);
  }

  /** Whether it has an object. */
  boolean has(String key) {
    return blobs.getBlobStore().blobExists(BUCKET, key);
  }

  @Override
  public void close() {
    blobs.close();
    try {
      proxy.stop();
    } catch (Exception e) {
      throw new IllegalStateException("the object store does not stop", e);
    }
  }
}
