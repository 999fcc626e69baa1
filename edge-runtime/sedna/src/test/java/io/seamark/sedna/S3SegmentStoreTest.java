package io.seamark.sedna;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.seamark.buffer.BufferOptions;
import io.seamark.buffer.BufferedSample;
import io.seamark.buffer.FusedAnswer;
import io.seamark.buffer.HardSample;
import io.seamark.buffer.ReplayBuffer;
import io.seamark.buffer.ReplayBufferWriter;
import io.seamark.buffer.copy.BufferCopy;
import io.seamark.perception.ClassMap;
import io.seamark.perception.ClassScores;
import io.seamark.perception.EncodedImage;
import io.seamark.setting.SettingGroup;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.gaul.s3proxy.AuthenticationType;
import org.gaul.s3proxy.S3Proxy;
import org.jclouds.ContextBuilder;
import org.jclouds.blobstore.BlobStore;
import org.jclouds.blobstore.BlobStoreContext;
import org.jclouds.blobstore.domain.StorageMetadata;
import org.jclouds.blobstore.options.ListContainerOptions;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Copies of a buffer in an object store that is spoken to over HTTP. */
class S3SegmentStoreTest {
  private static final String BUCKET = "street";
  private static final String PLACE = "s3://street/backup/one";
  private static final String PREFIX = "backup/one/";
  private static final BufferOptions SMALL = BufferOptions.unbounded().withSegmentBytes(16_384);

  @TempDir
  @SuppressWarnings("NullAway.Init")
  Path root;

  private final BlobStoreContext context =
      ContextBuilder.newBuilder("transient")
          .credentials("identity", "credential")
          .buildView(BlobStoreContext.class);
  private final BlobStore blobs = context.getBlobStore();
  private final S3Proxy proxy =
      S3Proxy.builder()
          .blobStore(blobs)
          .awsAuthentication(AuthenticationType.AWS_V2_OR_V4, "access", "sesame")
          .endpoint(URI.create("http://127.0.0.1:0"))
          .build();

  @BeforeEach
  void start() throws Exception {
    blobs.createContainerInLocation(null, BUCKET);
    proxy.start();
  }

  @AfterEach
  void stop() throws Exception {
    proxy.stop();
    context.close();
  }

  private S3SegmentStore store(int port, String secret) {
    return S3SegmentStore.open(
        PLACE,
        SettingGroup.SEDNA_WORKER.with(
            SettingGroup.SEDNA_WORKER.defaults(),
            Map.of(
                "S3_ENDPOINT_URL",
                "http://127.0.0.1:" + port,
                "ACCESS_KEY_ID",
                "access",
                "SECRET_ACCESS_KEY",
                secret)),
        SettingGroup.SEDNA_CLIENT.with(
            SettingGroup.SEDNA_CLIENT.defaults(),
            Map.of("seamark.sedna.attempts", "3", "seamark.sedna.pause", "0.01")));
  }

  private interface Work<T> {
    T run(BufferCopy copy) throws IOException;
  }

  private <T> T copying(int port, Work<T> work) throws IOException {
    try (S3SegmentStore store = store(port, "sesame")) {
      return work.run(new BufferCopy(store, line -> {}));
    }
  }

  private static BufferedSample sample(int number) {
    byte[] image = new byte[2000];
    new Random(number).nextBytes(image);
    HardSample sample =
        new HardSample(
            "frame-" + number,
            "edge-" + number % 3,
            "dusk",
            1_700_000_000_000L + number,
            8,
            6,
            new EncodedImage(EncodedImage.JPEG, image),
            null,
            new ClassScores(11, 2, 2, new float[44]),
            "v1",
            "score_margin",
            0.25,
            0.6);
    return new BufferedSample(
        sample, new FusedAnswer(new ClassMap(8, 6, new byte[48]), 3, "sam_fusion", Map.of()));
  }

  private Path fill(int from, int to) throws IOException {
    Path folder = root.resolve("buffer");
    try (ReplayBufferWriter buffer = ReplayBuffer.open(folder, SMALL)) {
      for (int i = from; i < to; i++) {
        buffer.append(sample(i));
      }
      buffer.seal();
    }
    return folder;
  }

  private List<String> keys() {
    return blobs.list(BUCKET, ListContainerOptions.Builder.recursive()).stream()
        .map(StorageMetadata::getName)
        .sorted()
        .toList();
  }

  private byte[] bytes(String key) throws IOException {
    try (InputStream in = blobs.getBlob(BUCKET, key).getPayload().openStream()) {
      return in.readAllBytes();
    }
  }

  private void put(String key, byte[] bytes) {
    blobs.putBlob(
        BUCKET, blobs.blobBuilder(key).payload(bytes).contentLength(bytes.length).build());
  }

  private boolean anyObjectHolds(String text) throws IOException {
    for (String key : keys()) {
      if (new String(bytes(key), StandardCharsets.ISO_8859_1).contains(text)) {
        return true;
      }
    }
    return false;
  }

  private void assertRestored(Path buffer, int port) throws IOException {
    Path restored = root.resolve("restored");
    assertEquals(List.of(), copying(port, copy -> copy.restore(restored)).damages());
    try (ReplayBuffer expected = ReplayBuffer.openReadOnly(buffer);
        ReplayBuffer actual = ReplayBuffer.openReadOnly(restored)) {
      assertEquals(expected.entries().toList(), actual.entries().toList());
      for (ReplayBuffer.Entry entry : expected.entries().toList()) {
        HardSample one = expected.read(entry.sequence()).sample();
        HardSample other = actual.read(entry.sequence()).sample();
        assertEquals(one.contentDigest(), other.contentDigest());
        assertEquals(one.capturedMillis(), other.capturedMillis());
        assertArrayEquals(one.scores().logits(), other.scores().logits());
      }
      assertEquals(List.of(), actual.verify());
    }
    try (Stream<Path> files = Files.list(restored)) {
      for (Path file : files.toList()) {
        assertArrayEquals(
            Files.readAllBytes(buffer.resolve(String.valueOf(file.getFileName()))),
            Files.readAllBytes(file));
      }
    }
  }

  @Test
  void copiesChecksForgetsAndBringsBack() throws IOException {
    Path buffer = fill(0, 20);
    put(PREFIX + "mine.txt", new byte[] {1});
    put("backup/one/deeper/0000000000.arrow", new byte[] {2});
    put("backup/only", new byte[] {3});
    BufferCopy.Copied first = copying(proxy.getPort(), copy -> copy.to(buffer));
    assertTrue(first.copied() > 1);
    fill(20, 24);
    BufferCopy.Copied second = copying(proxy.getPort(), copy -> copy.to(buffer));
    assertEquals(first.copied(), second.kept());
    assertTrue(anyObjectHolds("edge-1"));
    try (ReplayBufferWriter writer = ReplayBuffer.open(buffer, SMALL)) {
      writer.forget((entry, sample) -> sample.edge().equals("edge-1"));
    }
    assertTrue(copying(proxy.getPort(), copy -> copy.to(buffer)).deleted() > 0);
    assertFalse(anyObjectHolds("edge-1"));
    assertEquals(List.of(), copying(proxy.getPort(), BufferCopy::check).damages());
    assertRestored(buffer, proxy.getPort());
    assertArrayEquals(new byte[] {1}, bytes(PREFIX + "mine.txt"));
    assertArrayEquals(new byte[] {2}, bytes("backup/one/deeper/0000000000.arrow"));
    assertArrayEquals(new byte[] {3}, bytes("backup/only"));
  }

  @Test
  void wrongDigestsAreRefusedOnBothWays() throws IOException {
    Path file = Files.write(root.resolve("file"), new byte[100]);
    try (ObjectStore store =
        ObjectStore.open(
            SettingGroup.SEDNA_WORKER.with(
                SettingGroup.SEDNA_WORKER.defaults(),
                Map.of(
                    "S3_ENDPOINT_URL", "http://127.0.0.1:" + proxy.getPort(),
                    "ACCESS_KEY_ID", "access",
                    "SECRET_ACCESS_KEY", "sesame")))) {
      assertThrows(
          IOException.class,
          () ->
              store.putChecked(file, new Location.S3(BUCKET, "wrong"), "AAAAAAAAAAAAAAAAAAAAAA=="));
    }
    assertEquals(List.of(), keys());

    Path buffer = fill(0, 8);
    copying(proxy.getPort(), copy -> copy.to(buffer));
    String key =
        keys().stream().filter(name -> name.startsWith(PREFIX + "0000000000-")).toList().get(0);
    byte[] bytes = bytes(key);
    bytes[bytes.length / 2] ^= 1;
    put(key, bytes);
    List<String> damages = copying(proxy.getPort(), BufferCopy::check).damages();
    assertEquals(1, damages.size());
    assertTrue(damages.get(0).startsWith("0000000000.arrow"), damages::toString);
  }

  @Test
  void wrongCredentialsAndPlacesAreNamed() throws IOException {
    Path buffer = fill(0, 2);
    try (S3SegmentStore store = store(proxy.getPort(), "wrong")) {
      IOException e =
          assertThrows(IOException.class, () -> new BufferCopy(store, line -> {}).to(buffer));
      assertTrue(String.valueOf(e.getMessage()).contains("backup/one"), e.getMessage());
    }
    for (String wrong : List.of("s3://street", "s3://", "http://a/b")) {
      assertThrows(
          IllegalArgumentException.class,
          () ->
              S3SegmentStore.open(
                  wrong,
                  SettingGroup.SEDNA_WORKER.defaults(),
                  SettingGroup.SEDNA_CLIENT.defaults()));
    }
  }

  @Test
  void connectionsThatAreCutAreTriedAgain() throws IOException {
    Path buffer = fill(0, 20);
    try (CuttingNetwork network = new CuttingNetwork(proxy.getPort(), 2)) {
      BufferCopy.Copied copied = copying(network.port(), copy -> copy.to(buffer));
      assertTrue(copied.copied() > 1);
      assertEquals(List.of(), copying(proxy.getPort(), BufferCopy::check).damages());
      network.cutAgain();
      assertRestored(buffer, network.port());
      assertTrue(network.cuts() >= 3, "cut " + network.cuts());
    }
  }

  /** Passes everything on, but cuts some of the connections within what they carry. */
  private static final class CuttingNetwork implements AutoCloseable {
    private static final int PASSED = 6000;

    private final ServerSocket server = new ServerSocket(0, 16, InetAddress.getLoopbackAddress());
    private final int target;
    private final AtomicInteger left;
    private final AtomicInteger cuts = new AtomicInteger();

    CuttingNetwork(int target, int most) throws IOException {
      this.target = target;
      this.left = new AtomicInteger(most);
      start(this::accept);
    }

    int port() {
      return server.getLocalPort();
    }

    int cuts() {
      return cuts.get();
    }

    void cutAgain() {
      left.set(2);
    }

    private static void start(Runnable task) {
      Thread thread = new Thread(task, "cutting-network");
      thread.setDaemon(true);
      thread.start();
    }

    private void accept() {
      while (!server.isClosed()) {
        try {
          Socket client = server.accept();
          Socket service = new Socket(InetAddress.getLoopbackAddress(), target);
          start(() -> pass(client, service));
          start(() -> pass(service, client));
        } catch (IOException e) {
          return;
        }
      }
    }

    private void pass(Socket from, Socket to) {
      byte[] block = new byte[1024];
      int passed = 0;
      try (from;
          to) {
        for (int n; (n = from.getInputStream().read(block)) >= 0; passed += n) {
          if (passed > PASSED && left.getAndDecrement() > 0) {
            cuts.incrementAndGet();
            return;
          }
          to.getOutputStream().write(block, 0, n);
        }
      } catch (IOException e) {
        // Cut on the other side.
      }
    }

    @Override
    public void close() throws IOException {
      server.close();
    }
  }
}
