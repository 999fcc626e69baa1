package io.seamark.sedna.job;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.sun.net.httpserver.HttpServer;
import io.seamark.durable.DurableFiles;
import io.seamark.edge.sync.ModelAnnouncement;
import io.seamark.imaging.DepthScale;
import io.seamark.sedna.JobIndex;
import io.seamark.sedna.ModelDownload;
import io.seamark.sedna.RemoteFiles;
import io.seamark.sedna.SealedJson;
import io.seamark.sedna.Worker;
import io.seamark.setting.SettingGroup;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class FormatsTest {
  private static final ObjectMapper JSON = new ObjectMapper();

  @TempDir
  @SuppressWarnings("NullAway.Init")
  Path folder;

  private final RemoteFiles files =
      new RemoteFiles(
          new Worker(
              "job", SettingGroup.SEDNA_WORKER.defaults(), SettingGroup.SEDNA_CLIENT.defaults()));

  private static byte[] sealed(String value) {
    ObjectNode object = JSON.createObjectNode();
    object.put("value", value);
    return SealedJson.write(object);
  }

  /** Every cut, and every mixture of two indices that a copy may pass through. */
  @Test
  void anIndexIsReadWholeOrNotAtAll() throws IOException {
    byte[] whole = sealed("new");
    byte[] longer = sealed("older and longer");
    for (int copied = 0; copied <= whole.length; copied++) {
      byte[] mixed = longer.clone();
      System.arraycopy(whole, 0, mixed, 0, copied);
      byte[] cut = Arrays.copyOf(whole, copied);
      boolean closed = copied >= whole.length - 1;
      if (closed) {
        assertEquals("new", SealedJson.read(mixed).path("value").asText());
        assertEquals("new", SealedJson.read(cut).path("value").asText());
      } else {
        assertThrows(IOException.class, () -> SealedJson.read(cut));
        assertNotNew(mixed);
      }
    }
  }

  /** The old one is whole as long as nothing of it was changed. */
  private static void assertNotNew(byte[] mixed) {
    try {
      assertEquals("older and longer", SealedJson.read(mixed).path("value").asText());
    } catch (IOException e) {
      assertTrue(String.valueOf(e.getMessage()).startsWith("is no"), e.toString());
    }
  }

  @Test
  void anIndexOfAnotherIsRefused() {
    for (String other :
        List.of(
            "{}",
            "[1]",
            "",
            "\u0080\u0004\u0095",
            "{\"sha256\":\"0\",\"seamark_index\":1}",
            new String(sealed("no index"), StandardCharsets.UTF_8))) {
      IOException e =
          assertThrows(
              IOException.class,
              () -> JobIndex.read("/a/index.pkl", other.getBytes(StandardCharsets.UTF_8)),
              other);
      assertTrue(String.valueOf(e.getMessage()).startsWith("index /a/index.pkl"), e.toString());
    }
  }

  @ParameterizedTest
  @CsvSource({
    ">,0.1,0.9,true", ">,0.1,0.1,false", "<,0.3,0.2,true", "<,0.3,0.3,false",
    ">=,0.1,0.1,true", "<=,0.3,0.3,true", "=,0.5,0.5,true", "=,0.5,0.4,false",
    "gt,0.3,0.2,true", "gt,0.3,0.9,false", "'',0.3,0.2,true"
  })
  void tasksAreDroppedAsInSedna(String operator, double threshold, double score, boolean dropped) {
    ScoreFilter filter = new ScoreFilter(operator, threshold);
    assertEquals(dropped, filter.drops(List.of(score)));
    // Any score is enough.
    assertEquals(dropped, filter.drops(List.of(score, score)));
    assertFalse(filter.drops(List.of()));
  }

  private SampleList read(String name, String text, String dataset) throws IOException {
    Path file = Files.writeString(folder.resolve(name), text);
    return SampleList.read("TRAIN_DATASET_URL", file.toString(), dataset, files);
  }

  @Test
  void linesOfText() throws IOException {
    String here = folder.toString();
    List<SampleList.Entry> entries =
        read("data.txt", "a.jpg\n\n b.jpg  b.png \n/c.jpg d/c.png s3://x/c.png\na.jpg\n", "")
            .entries();
    assertEquals(
        List.of(
            new SampleList.Entry("a.jpg", here + "/a.jpg", null, null),
            new SampleList.Entry("b.jpg  b.png", here + "/b.jpg", null, here + "/b.png"),
            new SampleList.Entry(
                "/c.jpg d/c.png s3://x/c.png", "/c.jpg", here + "/d/c.png", "s3://x/c.png")),
        entries);
    assertEquals(
        "/home/data/street/a.jpg",
        read("data.txt", "a.jpg", "/home/data/street/data.txt").entries().get(0).image());
    assertEquals(
        "s3://b/street/a.jpg",
        read("data.txt", "a.jpg", "s3://b/street/data.txt").entries().get(0).image());
    IOException e = assertThrows(IOException.class, () -> read("data.txt", "a.jpg\na b c d\n", ""));
    assertTrue(
        String.valueOf(e.getMessage())
            .endsWith(
                "data.txt:2: 'a b c d' has 4 columns, but must be IMAGE, IMAGE LABEL or IMAGE DEPTH"
                    + " LABEL"),
        e.toString());
  }

  @Test
  void rowsOfATable() throws IOException {
    List<SampleList.Entry> entries =
        read("data.csv", "label,image\nb.png,a b.jpg\n,c.jpg\n", "/d/data.csv").entries();
    assertEquals(
        List.of(
            new SampleList.Entry("b.png,a b.jpg", "/d/a b.jpg", null, "/d/b.png"),
            new SampleList.Entry(",c.jpg", "/d/c.jpg", null, null)),
        entries);
    for (String wrong : List.of("picture,label\na,b\n", "image,weight\na,b\n")) {
      IOException e = assertThrows(IOException.class, () -> read("data.csv", wrong, ""));
      assertTrue(
          String.valueOf(e.getMessage()).contains("must name the column image"), e.toString());
    }
    assertThrows(IllegalArgumentException.class, () -> read("data.json", "[]", ""));
  }

  @Test
  void aModelIsTakenFromThePlaceThatHasItUnaltered() throws IOException {
    byte[] right = {1, 2, 3};
    Path altered = Files.write(folder.resolve("altered"), new byte[] {1, 2, 4});
    Path unaltered = Files.write(folder.resolve("unaltered"), right);
    ModelAnnouncement announced =
        new ModelAnnouncement("v1", DurableFiles.sha256(right), 3, null, null);
    ModelDownload download = new ModelDownload(files, 10);
    Path part = folder.resolve("part");
    List<String> places =
        List.of(folder.resolve("none").toString(), altered.toString(), unaltered.toString());
    download.copy(new JobIndex.Model(announced, places), part);
    assertArrayEquals(right, Files.readAllBytes(part));
    IOException e =
        assertThrows(
            IOException.class,
            () -> download.copy(new JobIndex.Model(announced, places.subList(0, 2)), part));
    String message = String.valueOf(e.getMessage());
    assertTrue(message.contains("in none of its 2 places"), message);
    assertTrue(message.contains("altered has another file"), message);
    assertThrows(
        IOException.class,
        () -> new ModelDownload(files, 2).copy(new JobIndex.Model(announced, places), part));
  }

  @Test
  void aMachineThatIsAwayIsNotAskedForEverySample() throws IOException {
    RemoteFiles impatient =
        new RemoteFiles(
            new Worker(
                "job",
                SettingGroup.SEDNA_WORKER.defaults(),
                SettingGroup.SEDNA_CLIENT.with(
                    SettingGroup.SEDNA_CLIENT.defaults(), Map.of("seamark.sedna.pause", "0.001"))));
    SampleFetch fetch = new SampleFetch(impatient, folder.resolve("cache"), DepthScale.AS_STORED);
    Path here = Files.write(folder.resolve("a.png"), new byte[] {1});
    String there = "http://127.0.0.1:9/";
    String lines = here + "\n" + here + "x\n" + here + "y\n" + here + "z\n";
    assertEquals(
        List.of(here.toString()),
        fetch.all("it", read("data.txt", lines, "")).stream().map(LocalSample::line).toList());
    SampleList away = read("data.txt", lines + there + "1\n" + there + "2\n" + there + "3\n", "");
    IOException e = assertThrows(IOException.class, () -> fetch.all("it", away));
    assertTrue(
        String.valueOf(e.getMessage()).startsWith("3 samples in a row of it cannot be fetched"),
        e.toString());
  }

  /** A label that was mended at its place makes another round. */
  @Test
  void samplesAreToldByTheirFilesToo() throws IOException {
    Path image = Files.write(folder.resolve("a.png"), new byte[] {1});
    Path label = Files.write(folder.resolve("b.png"), new byte[] {1});
    List<LocalSample> samples =
        List.of(LocalSample.of("a b", image, null, label, DepthScale.AS_STORED));
    String before = LocalSample.text(samples);
    assertEquals(before, LocalSample.text(samples));
    Files.setLastModifiedTime(label, FileTime.fromMillis(1_735_689_600_000L));
    assertNotEquals(before, LocalSample.text(samples));
  }

  @Test
  void aFolderAndAServer() throws IOException {
    StreetSamples.write(folder.resolve("street"), 2, io.seamark.source.Weather.DAY);
    Path images = folder.resolve("street/day");
    // Labels lie in the folder beside it.
    Path labels = Files.createDirectories(folder.resolve("street/dayannot"));
    for (int i = 0; i < 2; i++) {
      Files.move(images.resolve(i + "-label.png"), labels.resolve(i + ".png"));
    }
    List<SampleList.Entry> entries =
        SampleList.read("TRAIN_DATASET_URL", images.toString(), "", files).entries();
    assertEquals(2, entries.size());
    assertEquals(images.resolve("1.png").toString(), entries.get(1).image());
    assertEquals(labels.resolve("1.png").toString(), entries.get(1).label());

    HttpServer server =
        HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    server.createContext(
        "/street/data.txt",
        exchange -> {
          byte[] text = "a.png b.png".getBytes(StandardCharsets.UTF_8);
          exchange.sendResponseHeaders(200, text.length);
          exchange.getResponseBody().write(text);
          exchange.close();
        });
    server.start();
    try {
      String address = "http://127.0.0.1:" + server.getAddress().getPort() + "/street/";
      assertEquals(
          address + "b.png",
          SampleList.read("TRAIN_DATASET_URL", address + "data.txt", "", files)
              .entries()
              .get(0)
              .label());
    } finally {
      server.stop(0);
    }
  }

  @Test
  void whatIsReportedHasNoPrefix() {
    Worker worker =
        new Worker(
            "street-seg",
            SettingGroup.SEDNA_WORKER.with(
                SettingGroup.SEDNA_WORKER.defaults(),
                Map.of("OUTPUT_URL", "/home/data/output/train/1/")),
            SettingGroup.SEDNA_CLIENT.defaults());
    assertEquals("/output/train/1/index.pkl", worker.reported(worker.output("index.pkl")));
    assertEquals("/home/data/output/a", worker.prefixed("/output/a"));
    assertEquals("/home/data/output/a", worker.prefixed("/home/data/output/a"));
    assertEquals("s3://b/a", worker.prefixed("s3://b/a"));
    assertEquals("street-seg", worker.name());
    assertEquals("street-seg", worker.namespace());
  }
}
