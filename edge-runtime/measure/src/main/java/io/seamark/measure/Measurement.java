package io.seamark.measure;

import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * What a stream took on a machine; the content of {@code measure.json}. A figure that the machine
 * does not tell is null.
 *
 * @param format {@value #FORMAT}
 * @param label how people call the machine
 * @param started when, in UTC, as ISO 8601 has it
 * @param machine what it ran on
 * @param software by name, with version
 * @param stream what was answered, and how
 * @param stages times of what happens to a frame, by stage
 * @param traffic with the cloud
 * @param use of the machine
 * @param moments of the stream, one a second and at most {@value #MOST_MOMENTS}
 * @param notes what a reader should know
 */
public record Measurement(
    String format,
    String label,
    String started,
    Machine machine,
    Map<String, String> software,
    Stream stream,
    Map<String, Stage> stages,
    Traffic traffic,
    Use use,
    List<Moment> moments,
    List<String> notes) {
  /** The form of the file, and its version. */
  public static final String FORMAT = "seamark-measurement/1";

  /** What a page can show and a file should hold. */
  public static final int MOST_MOMENTS = 3600;

  /** Checks the form and copies the collections. */
  public Measurement {
    if (!FORMAT.equals(format)) {
      throw new IllegalArgumentException(
          "format is '" + format + "', but only '" + FORMAT + "' is known");
    }
    software = new TreeMap<>(software);
    stages = Map.copyOf(stages);
    moments = List.copyOf(moments);
    notes = List.copyOf(notes);
    if (moments.size() > MOST_MOMENTS) {
      throw new IllegalArgumentException(
          moments.size() + " moments, but at most " + MOST_MOMENTS + " are read");
    }
  }

  /**
   * What it ran on.
   *
   * @param board its name where the board tells, such as {@code Raspberry Pi 4 Model B Rev 1.4}
   * @param architecture as Java calls it
   * @param processors that Java may use
   * @param memoryMb of the machine, 10^6 bytes
   */
  public record Machine(
      @Nullable String board, String architecture, int processors, @Nullable Double memoryMb) {}

  /**
   * What was answered, and how.
   *
   * @param source the plugin that gave the frames
   * @param content a checksum of every frame that was counted, in their order: CRC-32C, in hex
   * @param width of the first frame, in pixels
   * @param height of the first frame, in pixels
   * @param warmUp frames answered before counting began
   * @param frames that were counted
   * @param skipped items that could not be read or labelled
   * @param seconds from the first counted frame to the last answer
   * @param framesPerSecond that were asked for; 0 for as fast as it goes
   * @param late answers that came after the next frame was due; 0 without a rate
   * @param model the edge model's digest, SHA-256
   * @param modelVersion the version that answered last
   * @param miner hard-example miner
   * @param threads of one computation
   * @param cloud whether hard frames went to a cloud
   */
  public record Stream(
      String source,
      String content,
      int width,
      int height,
      int warmUp,
      long frames,
      long skipped,
      double seconds,
      double framesPerSecond,
      long late,
      String model,
      String modelVersion,
      String miner,
      int threads,
      boolean cloud) {}

  /**
   * Times of a stage, in milliseconds.
   *
   * @param count of times
   * @param p50 the median
   * @param p90 that 90 % do not exceed
   * @param p99 that 99 % do not exceed
   * @param mean of all
   * @param max of all
   */
  public record Stage(long count, double p50, double p90, double p99, double mean, double max) {}

  /**
   * What went between device and cloud while frames were counted.
   *
   * @param hard frames found hard
   * @param answered by the cloud
   * @param undelivered frames that still waited at the end
   * @param bytesUp to the cloud
   * @param bytesDown from the cloud, models included
   */
  public record Traffic(long hard, long answered, long undelivered, long bytesUp, long bytesDown) {}

  /**
   * What the process used of the machine, and how that bore it.
   *
   * @param cores kept busy, the mean over the stream
   * @param residentMb memory in RAM at the end, 10^6 bytes
   * @param peakResidentMb the most memory in RAM
   * @param hottest sensor's highest temperature, degrees Celsius
   * @param slowestMhz lowest clock of the fastest core
   * @param throttled what the board says of throttling; empty if it says that there was none, null
   *     if it does not tell
   */
  public record Use(
      @Nullable Double cores,
      @Nullable Double residentMb,
      @Nullable Double peakResidentMb,
      @Nullable Double hottest,
      @Nullable Double slowestMhz,
      @Nullable List<String> throttled) {}

  /**
   * A moment of the stream.
   *
   * @param seconds since counting began
   * @param answerMs mean time of an answer since the moment before
   * @param cores kept busy since the moment before
   * @param residentMb memory in RAM, 10^6 bytes
   * @param celsius of the hottest sensor
   * @param mhz clock of the fastest core
   */
  public record Moment(
      double seconds,
      @Nullable Double answerMs,
      @Nullable Double cores,
      @Nullable Double residentMb,
      @Nullable Double celsius,
      @Nullable Double mhz) {}
}
