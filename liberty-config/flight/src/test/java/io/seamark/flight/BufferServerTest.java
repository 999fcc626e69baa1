package io.seamark.flight;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.seamark.buffer.BufferOptions;
import io.seamark.buffer.ReplayBuffer;
import io.seamark.buffer.ReplayBufferWriter;
import io.seamark.buffer.format.RowSchema;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyStore;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import org.apache.arrow.compression.CommonsCompressionFactory;
import org.apache.arrow.flight.AsyncPutListener;
import org.apache.arrow.flight.CallOption;
import org.apache.arrow.flight.Criteria;
import org.apache.arrow.flight.FlightCallHeaders;
import org.apache.arrow.flight.FlightClient;
import org.apache.arrow.flight.FlightDescriptor;
import org.apache.arrow.flight.FlightInfo;
import org.apache.arrow.flight.FlightRuntimeException;
import org.apache.arrow.flight.FlightStatusCode;
import org.apache.arrow.flight.FlightStream;
import org.apache.arrow.flight.HeaderCallOption;
import org.apache.arrow.flight.Location;
import org.apache.arrow.flight.PutResult;
import org.apache.arrow.flight.Ticket;
import org.apache.arrow.memory.BufferAllocator;
import org.apache.arrow.memory.RootAllocator;
import org.apache.arrow.vector.BigIntVector;
import org.apache.arrow.vector.FieldVector;
import org.apache.arrow.vector.IntVector;
import org.apache.arrow.vector.VarBinaryVector;
import org.apache.arrow.vector.VarCharVector;
import org.apache.arrow.vector.VectorSchemaRoot;
import org.apache.arrow.vector.ipc.ArrowStreamReader;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A buffer over Flight, as Arrow's own client sees it. */
class BufferServerTest {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final FlightDescriptor SAMPLES = FlightDescriptor.path("samples");
  private static final Duration LONG = Duration.ofMinutes(1);

  @TempDir
  @SuppressWarnings("NullAway.Init")
  Path temporary;

  @SuppressWarnings("NullAway.Init")
  private Path folder;

  @SuppressWarnings("NullAway.Init")
  private BufferAllocator allocator;

  private final List<AutoCloseable> open = new ArrayList<>();

  @BeforeEach
  void begin() {
    folder = temporary.resolve("buffer");
    allocator = new RootAllocator(1L << 30);
  }

  @AfterEach
  void end() throws Exception {
    for (int i = open.size() - 1; i >= 0; i--) {
      open.get(i).close();
    }
    // Fails where something is left.
    allocator.close();
  }

  private BufferServer serve(Path of, ServerLimits limits) throws IOException {
    InetSocketAddress address = new InetSocketAddress(InetAddress.getLoopbackAddress(), 0);
    BufferServer server =
        BufferServer.start(
            of,
            new BufferServer.Access(address, null, null),
            BufferOptions.defaults().withMaxSamples(1000, 1000, 2),
            limits);
    open.add(server);
    return server;
  }

  private FlightClient client(BufferServer server) {
    FlightClient client =
        FlightClient.builder(allocator, Location.forGrpcInsecure("127.0.0.1", server.port()))
            .build();
    open.add(client);
    return client;
  }

  private FlightClient served() throws IOException {
    return client(serve(folder, ServerLimits.defaults()));
  }

  /** What a stream has, value by value, and what stands at its end. */
  private record Streamed(List<Map<String, Object>> rows, JsonNode summary) {}

  private static Streamed read(FlightStream stream) throws Exception {
    List<Map<String, Object>> rows = new ArrayList<>();
    JsonNode summary = JSON.nullNode();
    try (stream) {
      while (stream.next()) {
        var metadata = stream.getLatestMetadata();
        if (metadata != null) {
          byte[] bytes = new byte[(int) metadata.readableBytes()];
          metadata.getBytes(0, bytes);
          summary = JSON.readTree(bytes);
          continue;
        }
        VectorSchemaRoot root = stream.getRoot();
        for (int i = 0; i < root.getRowCount(); i++) {
          Map<String, Object> row = new TreeMap<>();
          for (FieldVector vector : root.getFieldVectors()) {
            Object value = vector.getObject(i);
            row.put(
                vector.getName(),
                value == null ? "null" : value instanceof byte[] ? value : value.toString());
          }
          rows.add(row);
        }
      }
    }
    return new Streamed(rows, summary);
  }

  private static Streamed get(FlightClient client, FlightDescriptor of, CallOption... options)
      throws Exception {
    FlightInfo info = client.getInfo(of, options);
    return read(client.getStream(info.getEndpoints().get(0).getTicket(), options));
  }

  private static FlightRuntimeException refused(FlightStatusCode code, Action action) {
    FlightRuntimeException e = assertThrows(FlightRuntimeException.class, action::run);
    assertEquals(code, e.status().code(), e.getMessage());
    return e;
  }

  private interface Action {
    void run() throws Exception;
  }

  /** The samples of a buffer as one table, as a program has it that read them elsewhere. */
  private VectorSchemaRoot table(Path of, RowSchema schema) throws IOException {
    ByteArrayOutputStream stream = new ByteArrayOutputStream();
    stream.write(schema.encapsulated());
    try (ReplayBuffer buffer = ReplayBuffer.openReadOnly(of)) {
      stream.write(buffer.row(buffer.first()).batch(schema));
    }
    ArrowStreamReader reader =
        new ArrowStreamReader(
            new ByteArrayInputStream(stream.toByteArray()),
            allocator,
            CommonsCompressionFactory.INSTANCE);
    open.add(reader);
    assertTrue(reader.loadNextBatch());
    return reader.getVectorSchemaRoot();
  }

  private static JsonNode put(FlightClient client, FlightDescriptor to, VectorSchemaRoot... tables)
      throws Exception {
    AtomicReference<JsonNode> last = new AtomicReference<>(JSON.nullNode());
    AsyncPutListener listener =
        new AsyncPutListener() {
          @Override
          public void onNext(PutResult result) {
            byte[] bytes = new byte[(int) result.getApplicationMetadata().readableBytes()];
            result.getApplicationMetadata().getBytes(0, bytes);
            try {
              last.set(JSON.readTree(bytes));
            } catch (IOException e) {
              throw new AssertionError(e);
            }
          }
        };
    FlightClient.ClientStreamListener stream = client.startPut(to, tables[0], listener);
    for (int i = 0; i < tables.length; i++) {
      stream.putNext();
    }
    stream.completed();
    stream.getResult();
    return Objects.requireNonNull(last.get());
  }

  @Test
  @DisplayName("flights are listed: all samples, each domain, each sealed segment")
  void flightsAreListed() throws Exception {
    Street.fill(folder, 0, 4, 8, 6);
    Street.fill(folder, 4, 7, 8, 6);
    FlightClient client = served();
    Map<List<String>, Long> records = new TreeMap<>((a, b) -> a.toString().compareTo(b.toString()));
    for (FlightInfo info : client.listFlights(Criteria.ALL)) {
      records.put(info.getDescriptor().getPath(), info.getRecords());
      assertTrue(info.getBytes() > 0);
      assertEquals(28, info.getSchemaOptional().orElseThrow().getFields().size());
      assertEquals(
          info.getRecords(),
          read(client.getStream(info.getEndpoints().get(0).getTicket())).rows().size());
    }
    assertEquals(
        Map.of(
            List.of("samples"), 7L,
            List.of("samples", "domain", "dusk"), 3L,
            List.of("samples", "domain", "rain/heavy"), 4L,
            List.of("samples", "segment", "0000000000.arrow"), 4L,
            List.of("samples", "segment", "0000000001.arrow"), 3L),
        records);
  }

  @Test
  @DisplayName("a stream has every value of every sample, and says at its end that all was whole")
  void samplesAreStreamed() throws Exception {
    Street.fill(folder, 0, 5, 8, 6);
    Streamed streamed = get(served(), SAMPLES);
    assertEquals(5, streamed.rows().size());
    try (ReplayBuffer buffer = ReplayBuffer.openReadOnly(folder)) {
      for (int i = 0; i < 5; i++) {
        Map<String, Object> row = streamed.rows().get(i);
        var stored = buffer.row(i);
        assertEquals(Long.toString(i), row.get("sequence"));
        assertEquals(stored.text("id"), row.get("id"));
        assertEquals(stored.text("domain"), row.get("domain"));
        assertArrayEquals(stored.bytes("image"), (byte[]) row.get("image"));
        assertArrayEquals(stored.bytes("scores"), (byte[]) row.get("scores"));
        assertArrayEquals(stored.bytes("answer"), (byte[]) row.get("answer"));
        assertEquals(stored.bytesOrNull("depth") == null, "null".equals(row.get("depth")));
        assertEquals(stored.float32sOrNull("look") == null, "null".equals(row.get("look")));
        assertEquals(Double.toString(stored.float64("score")), row.get("score"));
      }
    }
    assertEquals(5, streamed.summary().get("samples").intValue());
    assertEquals(0, streamed.summary().get("damaged").intValue());
  }

  @Test
  @DisplayName("a command asks for some of the columns")
  void columnsAreChosen() throws Exception {
    Street.fill(folder, 0, 3, 8, 6);
    FlightClient client = served();
    Streamed some =
        get(
            client,
            command(
                "{\"path\": [\"samples\", \"domain\", \"dusk\"], \"columns\": [\"id\", \"look\"]}"));
    assertEquals(1, some.rows().size());
    assertEquals("[id, look]", some.rows().get(0).keySet().toString());
    Streamed without =
        get(client, command("{\"path\": [\"samples\"], \"without\": [\"image\", \"depth\"]}"));
    assertEquals(26, without.rows().get(2).size());
    assertEquals(
        26,
        client
            .getSchema(command("{\"path\": [\"samples\"], \"without\": [\"image\", \"depth\"]}"))
            .getSchema()
            .getFields()
            .size());
    for (String wrong :
        List.of(
            "",
            "[]",
            "{\"path\": \"samples\"}",
            "{\"path\": [\"samples\"], \"columns\": [\"pixels\"]}",
            "{\"path\": [\"samples\"], \"columns\": []}",
            "{\"path\": [\"samples\"], \"where\": []}")) {
      refused(FlightStatusCode.INVALID_ARGUMENT, () -> client.getInfo(command(wrong)));
    }
  }

  private static FlightDescriptor command(String json) {
    return FlightDescriptor.command(json.getBytes(StandardCharsets.UTF_8));
  }

  @Test
  @DisplayName("what is no flight or no ticket leads nowhere")
  void nothingElseIsReached() throws Exception {
    Street.fill(folder, 0, 1, 8, 6);
    FlightClient client = served();
    for (List<String> path :
        List.of(
            List.of("models"),
            List.of("samples", "domain", "fog"),
            List.of("samples", "domain"),
            List.of("samples", "segment", "0000000009.arrow"),
            List.of("samples", "segment", "../buffer/0000000000.arrow"),
            List.of("..", "buffer"))) {
      refused(FlightStatusCode.NOT_FOUND, () -> client.getInfo(FlightDescriptor.path(path)));
    }
    for (String ticket :
        List.of(
            "",
            "samples",
            "../0000000000.arrow",
            "{}",
            "{\"domain\":null,\"from\":0,\"to\":9,\"columns\":[]}",
            "{\"domain\":null,\"from\":0,\"to\":9,\"columns\":[null]}",
            "{\"domain\":null,\"from\":0,\"to\":9,\"columns\":[\"id\"],\"file\":\"/etc/passwd\"}")) {
      refused(
          FlightStatusCode.INVALID_ARGUMENT,
          () -> read(client.getStream(new Ticket(ticket.getBytes(StandardCharsets.UTF_8)))));
    }
    refused(
        FlightStatusCode.UNIMPLEMENTED,
        () -> client.listActions().forEach(action -> assertNotNull(action)));
  }

  @Test
  @DisplayName("where there is a token no call is answered without it")
  void tokenIsAskedFor() throws Exception {
    Street.fill(folder, 0, 2, 8, 6);
    Path file = temporary.resolve("token");
    Files.writeString(file, "0123456789abcdef-SECRET\n");
    BufferServer server =
        BufferServer.start(
            folder,
            new BufferServer.Access(
                new InetSocketAddress("0.0.0.0", 0), BearerToken.read(file), null),
            BufferOptions.defaults(),
            ServerLimits.defaults());
    open.add(server);
    FlightClient client = client(server);
    for (String wrong :
        List.of("", "Bearer ", "Bearer 0123456789abcdef-SECRES", "0123456789abcdef-SECRET")) {
      CallOption header = authorization(wrong);
      refused(FlightStatusCode.UNAUTHENTICATED, () -> client.getInfo(SAMPLES, header));
      refused(
          FlightStatusCode.UNAUTHENTICATED,
          () -> read(client.getStream(new Ticket(new byte[] {1}), header)));
    }
    refused(FlightStatusCode.UNAUTHENTICATED, () -> client.getInfo(SAMPLES));
    refused(
        FlightStatusCode.UNAUTHENTICATED,
        () -> put(client, SAMPLES, table(folder, ReplayBuffer.schema())));
    Streamed all = get(client, SAMPLES, authorization("Bearer 0123456789abcdef-SECRET"));
    assertEquals(2, all.rows().size());
    for (String none : List.of("short", "with blanks in it, so none", "x".repeat(600))) {
      assertThrows(IllegalArgumentException.class, () -> BearerToken.of(none));
    }
    IllegalArgumentException open =
        assertThrows(
            IllegalArgumentException.class,
            () -> new BufferServer.Access(new InetSocketAddress("0.0.0.0", 0), null, null));
    assertTrue(String.valueOf(open.getMessage()).contains("without a token"), open.getMessage());
  }

  private static CallOption authorization(String value) {
    FlightCallHeaders headers = new FlightCallHeaders();
    headers.insert("authorization", value);
    return new HeaderCallOption(headers);
  }

  @Test
  @DisplayName("samples are stored once, however often they are sent")
  void samplesAreTakenIn() throws Exception {
    Path other = temporary.resolve("other");
    Street.fill(other, 3, 4, 8, 6);
    Street.fill(folder, 0, 1, 8, 6);
    FlightClient client = served();
    VectorSchemaRoot table = table(other, ReplayBuffer.schema());
    JsonNode result = put(client, SAMPLES, table, table);
    assertEquals("{\"rows\":2,\"stored\":1,\"there\":1}", result.toString());
    assertEquals("{\"rows\":1,\"stored\":0,\"there\":1}", put(client, SAMPLES, table).toString());
    Streamed all = get(client, SAMPLES);
    assertEquals(2, all.rows().size());
    Map<String, Object> taken = all.rows().get(1);
    assertEquals("frame-3", taken.get("id"));
    assertEquals("1", taken.get("sequence"), "it is numbered anew");
    try (ReplayBuffer from = ReplayBuffer.openReadOnly(other);
        ReplayBuffer to = ReplayBuffer.openReadOnly(folder)) {
      assertArrayEquals(from.row(0).bytes("image"), to.row(1).bytes("image"));
      assertArrayEquals(from.row(0).bytes("scores"), to.row(1).bytes("scores"));
      assertArrayEquals(from.row(0).float32s("look"), to.row(1).float32s("look"));
    }
  }

  @Test
  @DisplayName("nothing is stored while another writes the buffer, nor under another name")
  void storingWaitsForTheWriter() throws Exception {
    Street.fill(folder, 0, 1, 8, 6);
    FlightClient client = served();
    VectorSchemaRoot table = table(folder, ReplayBuffer.schema());
    try (ReplayBufferWriter writer = ReplayBuffer.open(folder, BufferOptions.defaults())) {
      FlightRuntimeException e =
          refused(FlightStatusCode.UNAVAILABLE, () -> put(client, SAMPLES, table));
      assertTrue(String.valueOf(e.getMessage()).contains("open for writing"), e.getMessage());
      assertEquals(1, writer.size());
    }
    refused(
        FlightStatusCode.INVALID_ARGUMENT,
        () -> put(client, FlightDescriptor.path("samples", "domain", "dusk"), table));
    assertEquals(1, put(client, SAMPLES, table).get("rows").intValue());
  }

  @Test
  @DisplayName("each row is held against all that a device's sample is; others change nothing")
  void wrongRowsAreRefused() throws Exception {
    Path other = temporary.resolve("other");
    Street.fill(other, 3, 4, 8, 6);
    Street.fill(folder, 0, 1, 8, 6);
    FlightClient client = served();
    RowSchema all = ReplayBuffer.schema();
    wrong(client, other, "no picture", "image", new byte[] {(byte) 0x89, 'P', 'N', 'G', 1, 2, 3});
    wrong(client, other, "a picture of another size", "width", 9);
    wrong(client, other, "too few scores", "classes", 4);
    wrong(client, other, "no classes", "classes", 0);
    wrong(client, other, "an id that is too long", "id", "x".repeat(201));
    wrong(client, other, "an id that is empty", "id", "");
    wrong(client, other, "a name that acts on terminals", "edge", "edge\u001b[2J");
    wrong(client, other, "an answer of another size", "answer", new byte[47]);
    wrong(client, other, "scores of another size", "scores", new byte[13]);
    wrong(client, other, "a text that is no UTF-8", "domain", new byte[] {(byte) 0xFF});
    VectorSchemaRoot fewer = table(other, all.select(List.of("sequence", "id", "edge")));
    FlightRuntimeException schema =
        refused(FlightStatusCode.INVALID_ARGUMENT, () -> put(client, SAMPLES, fewer));
    assertTrue(String.valueOf(schema.getMessage()).contains("3 fields"), schema.getMessage());
    try (ReplayBuffer buffer = ReplayBuffer.openReadOnly(folder)) {
      assertEquals(1, buffer.size());
      assertEquals(List.of(), buffer.verify());
    }
    // The third edge; two are allowed.
    Street.fill(folder, 1, 2, 8, 6);
    VectorSchemaRoot third = table(other, all);
    set(third, "edge", "edge-9");
    refused(FlightStatusCode.RESOURCE_EXHAUSTED, () -> put(client, SAMPLES, third));
  }

  private void wrong(FlightClient client, Path of, String what, String column, Object value)
      throws Exception {
    VectorSchemaRoot table = table(of, ReplayBuffer.schema());
    set(table, column, value);
    FlightRuntimeException e =
        assertThrows(FlightRuntimeException.class, () -> put(client, SAMPLES, table), what);
    assertEquals(FlightStatusCode.INVALID_ARGUMENT, e.status().code(), what + e.getMessage());
    assertTrue(String.valueOf(e.getMessage()).contains("row 0 is refused: "), e.getMessage());
  }

  private static void set(VectorSchemaRoot table, String column, Object value) {
    FieldVector vector = table.getVector(column);
    if (vector instanceof IntVector numbers) {
      numbers.setSafe(0, (Integer) value);
    } else if (vector instanceof BigIntVector numbers) {
      numbers.setSafe(0, (Long) value);
    } else if (vector instanceof VarBinaryVector binaries) {
      binaries.setSafe(0, (byte[]) value);
    } else {
      byte[] text =
          value instanceof byte[] bytes ? bytes : value.toString().getBytes(StandardCharsets.UTF_8);
      ((VarCharVector) vector).setSafe(0, text);
    }
    vector.setValueCount(1);
  }

  @Test
  @DisplayName("a batch that is larger than allowed is refused before it is taken apart")
  void largeBatchesAreRefused() throws Exception {
    Path other = temporary.resolve("other");
    Street.fill(other, 0, 1, 64, 48);
    FlightClient client = client(serve(folder, new ServerLimits(1, LONG, 4096, 64 << 20)));
    VectorSchemaRoot table = table(other, ReplayBuffer.schema());
    refused(FlightStatusCode.RESOURCE_EXHAUSTED, () -> put(client, SAMPLES, table));
  }

  @Test
  @DisplayName("who takes nothing off a stream loses it, and others get its place")
  void stallingCallersHoldNothing() throws Exception {
    Street.fill(folder, 0, 40, 320, 320);
    BufferServer server =
        serve(folder, new ServerLimits(1, Duration.ofMillis(300), 64 << 20, 64 << 20));
    FlightClient idle = client(server);
    Ticket ticket = idle.getInfo(SAMPLES).getEndpoints().get(0).getTicket();
    FlightStream stalled = idle.getStream(ticket);
    assertTrue(stalled.next());
    FlightClient busy = client(server);
    long until = System.nanoTime() + TimeUnit.SECONDS.toNanos(60);
    int rows = 0;
    boolean refused = false;
    while (rows == 0 && System.nanoTime() < until) {
      try {
        rows = read(busy.getStream(ticket)).rows().size();
      } catch (FlightRuntimeException e) {
        assertEquals(FlightStatusCode.RESOURCE_EXHAUSTED, e.status().code(), e.getMessage());
        refused = true;
        TimeUnit.MILLISECONDS.sleep(20);
      }
    }
    assertEquals(40, rows);
    assertTrue(refused, "the stream had a place of its own");
    FlightRuntimeException late =
        assertThrows(
            FlightRuntimeException.class,
            () -> {
              while (stalled.next()) {
                assertNotNull(stalled.getRoot());
              }
            });
    assertEquals(FlightStatusCode.TIMED_OUT, late.status().code(), late.getMessage());
    stalled.close();
  }

  @Test
  @DisplayName("an import that goes silent lets the buffer go")
  void stallingImportsHoldNothing() throws Exception {
    Path other = temporary.resolve("other");
    Street.fill(other, 0, 1, 8, 6);
    Street.fill(folder, 3, 4, 8, 6);
    FlightClient client =
        client(serve(folder, new ServerLimits(1, Duration.ofMillis(300), 64 << 20, 64 << 20)));
    AsyncPutListener listener = new AsyncPutListener();
    FlightClient.ClientStreamListener stream =
        client.startPut(SAMPLES, table(other, ReplayBuffer.schema()), listener);
    stream.putNext();
    refused(FlightStatusCode.TIMED_OUT, listener::getResult);
    try (ReplayBufferWriter writer = ReplayBuffer.open(folder, BufferOptions.defaults())) {
      assertEquals(2, writer.size(), "what was stored before stays");
    }
  }

  @Test
  @DisplayName("scans beside a writer have whole samples, in order, none that was there missing")
  void readsBesideAWriter() throws Exception {
    Street.fill(folder, 0, 1, 8, 6);
    FlightClient client = served();
    Thread writing =
        new Thread(
            () -> {
              try (ReplayBufferWriter writer =
                  ReplayBuffer.open(folder, BufferOptions.defaults().withSegmentBytes(8192))) {
                for (int i = 1; i < 120; i++) {
                  writer.append(Street.sample(i, 8, 6));
                }
              } catch (IOException e) {
                throw new AssertionError(e);
              }
            });
    writing.start();
    int before = 0;
    boolean last;
    do {
      last = !writing.isAlive();
      FlightInfo info = client.getInfo(SAMPLES);
      Streamed some = read(client.getStream(info.getEndpoints().get(0).getTicket()));
      assertEquals(info.getRecords(), some.rows().size());
      assertTrue(some.rows().size() >= before, "samples went away");
      assertEquals(0, some.summary().get("damaged").intValue());
      before = some.rows().size();
      for (int i = 0; i < before; i++) {
        assertEquals(Integer.toString(i), some.rows().get(i).get("sequence"));
        assertEquals("frame-" + i, some.rows().get(i).get("id"));
      }
    } while (!last);
    writing.join();
    assertEquals(120, before);
  }

  @Test
  @DisplayName("a damaged sample is left out and named, the rest is there")
  void damageIsLeftOut() throws Exception {
    Street.fill(folder, 0, 3, 8, 6);
    Path segment = folder.resolve("0000000000.arrow");
    byte[] bytes = Files.readAllBytes(segment);
    byte[] image = Street.sample(1, 8, 6).sample().image().bytes();
    int at =
        new String(bytes, StandardCharsets.ISO_8859_1)
            .indexOf(new String(image, StandardCharsets.ISO_8859_1));
    bytes[at + 60] ^= 1;
    Files.write(segment, bytes);
    Streamed streamed = get(served(), SAMPLES);
    assertEquals(
        List.of("frame-0", "frame-2"), streamed.rows().stream().map(row -> row.get("id")).toList());
    assertEquals(1, streamed.summary().get("damaged").intValue());
    assertEquals("[1]", streamed.summary().get("damagedSequences").toString());
  }

  @Test
  @DisplayName("with certificate and key it is served over TLS")
  void tls() throws Exception {
    Street.fill(folder, 0, 1, 8, 6);
    Path store = temporary.resolve("store.p12");
    String password = "of-this-test";
    Process keytool =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "keytool").toString(),
                "-genkeypair",
                "-alias",
                "served",
                "-keyalg",
                "EC",
                "-dname",
                "CN=localhost",
                "-ext",
                "san=dns:localhost,ip:127.0.0.1",
                "-storetype",
                "PKCS12",
                "-keystore",
                store.toString(),
                "-storepass",
                password)
            .inheritIO()
            .start();
    assertEquals(0, keytool.waitFor());
    KeyStore keys = KeyStore.getInstance("PKCS12");
    try (InputStream in = Files.newInputStream(store)) {
      keys.load(in, password.toCharArray());
    }
    Path certificate = temporary.resolve("certificate.pem");
    Path key = temporary.resolve("key.pem");
    pem(certificate, "CERTIFICATE", keys.getCertificate("served").getEncoded());
    pem(key, "PRIVATE KEY", keys.getKey("served", password.toCharArray()).getEncoded());
    InetSocketAddress address = new InetSocketAddress(InetAddress.getLoopbackAddress(), 0);
    BufferServer server =
        BufferServer.start(
            folder,
            new BufferServer.Access(address, null, new BufferServer.Tls(certificate, key)),
            BufferOptions.defaults(),
            ServerLimits.defaults());
    open.add(server);
    FlightClient client =
        FlightClient.builder(allocator, Location.forGrpcTls("localhost", server.port()))
            .trustedCertificates(Files.newInputStream(certificate))
            .build();
    open.add(client);
    assertEquals(1, get(client, SAMPLES).rows().size());
    assertThrows(
        IllegalArgumentException.class,
        () ->
            BufferServer.start(
                folder,
                new BufferServer.Access(address, null, new BufferServer.Tls(key, certificate)),
                BufferOptions.defaults(),
                ServerLimits.defaults()));
  }

  private static void pem(Path file, String what, byte[] der) throws IOException {
    Files.writeString(
        file,
        "-----BEGIN "
            + what
            + "-----\n"
            + Base64.getMimeEncoder(64, new byte[] {'\n'}).encodeToString(der)
            + "\n-----END "
            + what
            + "-----\n");
  }
}
