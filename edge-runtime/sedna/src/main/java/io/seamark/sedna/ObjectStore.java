package io.seamark.sedna;

import io.seamark.setting.SednaWorkerSettings;
import java.io.EOFException;
import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import software.amazon.awssdk.auth.credentials.AnonymousCredentialsProvider;
import software.amazon.awssdk.auth.credentials.AwsBasicCredentials;
import software.amazon.awssdk.auth.credentials.AwsCredentialsProvider;
import software.amazon.awssdk.auth.credentials.StaticCredentialsProvider;
import software.amazon.awssdk.core.ResponseInputStream;
import software.amazon.awssdk.core.checksums.RequestChecksumCalculation;
import software.amazon.awssdk.core.checksums.ResponseChecksumValidation;
import software.amazon.awssdk.core.exception.SdkException;
import software.amazon.awssdk.core.sync.RequestBody;
import software.amazon.awssdk.http.urlconnection.UrlConnectionHttpClient;
import software.amazon.awssdk.regions.Region;
import software.amazon.awssdk.services.s3.S3Client;
import software.amazon.awssdk.services.s3.model.GetObjectResponse;
import software.amazon.awssdk.services.s3.model.NoSuchKeyException;
import software.amazon.awssdk.services.s3.model.S3Object;

/** The object store that Sedna's credential secret names. Requests are not tried again here. */
final class ObjectStore implements AutoCloseable {
  private static final Duration CONNECTING = Duration.ofSeconds(5);
  private static final Duration READING = Duration.ofSeconds(60);

  private final S3Client client;

  private ObjectStore(S3Client client) {
    this.client = client;
  }

  /**
   * A client.
   *
   * @throws IllegalArgumentException if the settings name no object store
   */
  static ObjectStore open(SednaWorkerSettings told) {
    String endpoint = Worker.needed("S3_ENDPOINT_URL", told.s3Endpoint());
    // As in Sedna, an endpoint without a scheme is reached by https.
    Location at = Location.of(endpoint.contains("://") ? endpoint : "https://" + endpoint);
    if (!(at instanceof Location.Http http)) {
      throw new IllegalArgumentException(
          "S3_ENDPOINT_URL is '"
              + endpoint
              + "', but must be an address such as http://minio:9000");
    }
    return new ObjectStore(client(http.address(), credentials(told)));
  }

  private static AwsCredentialsProvider credentials(SednaWorkerSettings told) {
    return told.s3AccessKey().isBlank()
        ? AnonymousCredentialsProvider.create()
        : StaticCredentialsProvider.create(
            AwsBasicCredentials.create(told.s3AccessKey(), told.s3SecretKey()));
  }

  private static S3Client client(URI endpoint, AwsCredentialsProvider credentials) {
    return S3Client.builder()
        .endpointOverride(endpoint)
        .credentialsProvider(credentials)
        // Stores other than Amazon's know one region, and buckets by path.
        .region(Region.US_EAST_1)
        .forcePathStyle(true)
        .requestChecksumCalculation(RequestChecksumCalculation.WHEN_REQUIRED)
        .responseChecksumValidation(ResponseChecksumValidation.WHEN_REQUIRED)
        .overrideConfiguration(o -> o.retryStrategy(r -> r.maxAttempts(1)))
        .httpClientBuilder(
            UrlConnectionHttpClient.builder().connectionTimeout(CONNECTING).socketTimeout(READING))
        .build();
  }

  InputStream open(Location.S3 at) throws IOException {
    try {
      return whole(at, client.getObject(r -> r.bucket(at.bucket()).key(at.key())));
    } catch (SdkException e) {
      throw failed(at, e);
    }
  }

  /** What lies directly below a prefix: bytes by key. */
  Map<String, Long> list(String bucket, String prefix, int most) throws IOException {
    Map<String, Long> found = new TreeMap<>();
    try {
      for (S3Object one :
          client
              .listObjectsV2Paginator(r -> r.bucket(bucket).prefix(prefix).delimiter("/"))
              .contents()) {
        if (found.size() == most) {
          throw new IOException(
              "s3://" + bucket + "/" + prefix + " has more than " + most + " objects");
        }
        found.put(one.key(), one.size());
      }
      return found;
    } catch (SdkException e) {
      throw failed(new Location.S3(bucket, prefix), e);
    }
  }

  /** Puts a file there, which the store holds against its MD5. */
  void putChecked(Path file, Location.S3 at, String md5) throws IOException {
    try {
      client.putObject(
          r -> r.bucket(at.bucket()).key(at.key()).contentMD5(md5), RequestBody.fromFile(file));
    } catch (SdkException e) {
      throw failed(at, e);
    }
  }

  void delete(Location.S3 at) throws IOException {
    try {
      client.deleteObject(r -> r.bucket(at.bucket()).key(at.key()));
    } catch (SdkException e) {
      throw failed(at, e);
    }
  }

  /** The same as {@link #open}; empty if there is no such object. */
  Optional<InputStream> find(Location.S3 at) throws IOException {
    try {
      return Optional.of(whole(at, client.getObject(r -> r.bucket(at.bucket()).key(at.key()))));
    } catch (NoSuchKeyException e) {
      return Optional.empty();
    } catch (SdkException e) {
      throw failed(at, e);
    }
  }

  void put(Path file, Location.S3 at) throws IOException {
    try {
      client.putObject(r -> r.bucket(at.bucket()).key(at.key()), RequestBody.fromFile(file));
    } catch (SdkException e) {
      throw failed(at, e);
    }
  }

  /** The JDK's client takes a connection that is cut for the end of what came. */
  private static InputStream whole(Location.S3 at, ResponseInputStream<GetObjectResponse> in) {
    Long length = in.response().contentLength();
    return length == null
        ? in
        : new FilterInputStream(in) {
          private long left = length;

          private int count(int read) throws IOException {
            if (read < 0 && left > 0) {
              throw new EOFException(
                  "s3://"
                      + at.bucket()
                      + "/"
                      + at.key()
                      + " was cut, "
                      + left
                      + " bytes too early");
            }
            left -= Math.max(0, read);
            return read;
          }

          @Override
          public int read() throws IOException {
            int value = super.read();
            count(value < 0 ? value : 1);
            return value;
          }

          @Override
          public int read(byte[] into, int from, int most) throws IOException {
            return count(super.read(into, from, most));
          }
        };
  }

  private static IOException failed(Location.S3 at, SdkException e) {
    return new IOException("s3://" + at.bucket() + "/" + at.key() + ": " + e.getMessage(), e);
  }

  @Override
  public void close() {
    client.close();
  }
}
