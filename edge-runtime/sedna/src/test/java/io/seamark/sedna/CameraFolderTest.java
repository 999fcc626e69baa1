package io.seamark.sedna;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.seamark.cli.EdgeAnswers;
import io.seamark.cli.SampleFiles;
import io.seamark.durable.OutputFolder;
import io.seamark.edge.EdgeAnswer;
import io.seamark.imaging.DepthScale;
import io.seamark.imaging.Images;
import io.seamark.perception.ClassMap;
import io.seamark.perception.ClassScores;
import io.seamark.perception.PixelConfidence;
import io.seamark.perception.Prediction;
import io.seamark.perception.Sample;
import io.seamark.plugin.MiningDecision;
import io.seamark.source.ProceduralStreet;
import io.seamark.source.Weather;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Frames that are put into a folder, and hard ones that are kept in another. */
class CameraFolderTest {
  private final ProceduralStreet street = new ProceduralStreet(5, 48, 32);

  @TempDir
  @SuppressWarnings("NullAway.Init")
  Path folder;

  private byte[] png(int number) {
    return Images.encodePng(street.render(number, Weather.DAY).sample().frame());
  }

  private static String id(ImageTopic topic) throws IOException {
    return topic.next().orElseThrow() instanceof Sample sample ? sample.id() : "unreadable";
  }

  @Test
  void everyImageBecomesAFrame() throws IOException, ExecutionException, InterruptedException {
    Path images = folder.resolve("camera");
    ExecutorService camera = Executors.newSingleThreadExecutor();
    try (ImageTopic topic = new ImageTopic(images, DepthScale.AS_STORED)) {
      Files.createDirectories(images);
      Files.write(images.resolve("b.png"), png(1));
      Files.write(images.resolve("a.png"), png(2));
      assertEquals("a", id(topic));
      assertEquals("b", id(topic));
      // Half of it is there when it is seen first.
      byte[] whole = png(3);
      Path slow = images.resolve("c.png");
      Files.write(slow, Arrays.copyOf(whole, whole.length / 2));
      Future<Boolean> written =
          camera.submit(
              () -> {
                // A camera that takes its time over a file: it is looked at meanwhile.
                Thread.sleep(300);
                Files.write(
                    slow,
                    Arrays.copyOfRange(whole, whole.length / 2, whole.length),
                    StandardOpenOption.APPEND);
                return true;
              });
      assertEquals("c", id(topic));
      assertTrue(written.get());
      // A camera may use one name for ever.
      Files.write(images.resolve("a.png"), png(4));
      Files.setLastModifiedTime(
          images.resolve("a.png"), java.nio.file.attribute.FileTime.fromMillis(1_735_689_600_000L));
      String next = id(topic);
      assertEquals("a", next.equals("c") ? id(topic) : next);
    } finally {
      camera.shutdownNow();
    }
  }

  private EdgeAnswer answer(int number, boolean hard) {
    Sample sample = street.render(number, Weather.DAY).sample();
    ClassMap map = new ClassMap(48, 32, new byte[48 * 32]);
    Prediction prediction =
        new Prediction(map, new ClassScores(2, 1, 1, new float[] {1, 0}), confidence(), null);
    MiningDecision decision =
        hard
            ? new MiningDecision.Hard(0.1, 0.5, "hard")
            : new MiningDecision.Easy(0.9, 0.5, "easy");
    return new EdgeAnswer(number, sample, prediction, decision, "v1", false, 0, 0);
  }

  private static PixelConfidence confidence() {
    return PixelConfidence.of(new ClassScores(2, 1, 1, new float[] {1, 0}));
  }

  @Test
  void hardFramesAreKeptOnce() throws IOException {
    Path unseen = folder.resolve("unseen");
    Path index = unseen.resolve(UnseenSamples.INDEX);
    try (OutputFolder out = OutputFolder.open(folder.resolve("out"), Map.of())) {
      Files.createDirectories(folder.resolve("out/answers"));
      EdgeAnswers answers =
          new EdgeAnswers(new SampleFiles(out, EdgeAnswers.FOLDER), out.names(), 10);
      UnseenSamples first = new UnseenSamples(answers, unseen, 3);
      first.answered(answer(1, true));
      first.answered(answer(2, false));
      first.answered(answer(1, true));
      assertEquals(1, Files.readAllLines(index).size());
      // A power cut has cut the next line.
      Files.writeString(index, "0123", StandardOpenOption.APPEND);
      UnseenSamples second = new UnseenSamples(answers, unseen, 3);
      for (int i = 1; i <= 5; i++) {
        second.answered(answer(i, true));
      }
      List<String> lines = Files.readAllLines(index);
      assertEquals(4, lines.size(), lines.toString());
      assertEquals("0123", lines.get(1));
      assertEquals(3, second.kept());
      for (String line : lines) {
        assertTrue(line.equals("0123") || Files.isRegularFile(unseen.resolve(line)), line);
      }
    }
  }
}
