package io.seamark.source;

import io.seamark.perception.SourceItem;
import io.seamark.plugin.Hyperparameter;
import io.seamark.plugin.PluginContext;
import io.seamark.plugin.PluginKind;
import io.seamark.plugin.PluginProvider;
import io.seamark.plugin.SampleSource;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.stream.Collectors;

/**
 * {@code procedural_street}: a stream of {@link ProceduralStreet}s whose weather drifts. Its
 * streets are those from index {@link #FIRST_INDEX} up, so that it never shows one that a recipe
 * drew from index 0 for training.
 */
public final class ProceduralStreetProvider
    implements PluginProvider<SampleSource, ProceduralStreetProvider.Hyperparameters> {
  /** Index of the stream's first street. */
  public static final long FIRST_INDEX = 1_000_000;

  /**
   * What can be set.
   *
   * @param frames how many
   * @param width of each
   * @param height of each
   * @param drift weathers in their order along the stream, separated by commas
   */
  public record Hyperparameters(
      @Hyperparameter(
              text = "Length of the stream.",
              defaultValue = "240",
              min = 1,
              max = 10_000_000,
              unit = "frames")
          int frames,
      @Hyperparameter(
              text = "Width of a frame.",
              defaultValue = "240",
              min = ProceduralStreet.MIN_SIDE,
              max = ProceduralStreet.MAX_SIDE,
              unit = "pixels")
          int width,
      @Hyperparameter(
              text = "Height of a frame.",
              defaultValue = "160",
              min = ProceduralStreet.MIN_SIDE,
              max = ProceduralStreet.MAX_SIDE,
              unit = "pixels")
          int height,
      @Hyperparameter(
              text =
                  "Weathers in their order along the stream, separated by commas; each lasts for an"
                      + " equal share of it. Choices: day, dusk, night, rain, fog.",
              defaultValue = "day,dusk,night,rain,fog")
          String drift) {
    /** Checks the drift. */
    public Hyperparameters {
      if (weathers(drift).isEmpty()) {
        throw new IllegalArgumentException("drift is empty, but must name one weather or more");
      }
    }

    private static List<Weather> weathers(String drift) {
      List<Weather> weathers = new ArrayList<>();
      for (String name : drift.split(",", -1)) {
        if (!name.isBlank()) {
          weathers.add(
              Arrays.stream(Weather.values())
                  .filter(weather -> weather.domain().equals(name.strip()))
                  .findFirst()
                  .orElseThrow(() -> unknown(name.strip())));
        }
      }
      return weathers;
    }

    private static IllegalArgumentException unknown(String name) {
      return new IllegalArgumentException(
          "drift names '"
              + name
              + "', but the weathers are "
              + Arrays.stream(Weather.values())
                  .map(Weather::domain)
                  .collect(Collectors.joining(", ")));
    }
  }

  @Override
  public PluginKind<SampleSource> kind() {
    return PluginKind.SAMPLE_SOURCE;
  }

  @Override
  public String name() {
    return "procedural_street";
  }

  @Override
  public String text() {
    return "A generated street with RGB, depth and labels that drifts from day through dusk to"
        + " night, rain and fog.";
  }

  @Override
  public Class<Hyperparameters> hyperparameters() {
    return Hyperparameters.class;
  }

  @Override
  public SampleSource create(Hyperparameters hyperparameters, PluginContext context) {
    return new Stream(hyperparameters, context.seed());
  }

  private static final class Stream implements SampleSource {
    private final ProceduralStreet street;
    private final List<Weather> weathers;
    private final int frames;
    private int next;

    Stream(Hyperparameters h, long seed) {
      street = new ProceduralStreet(seed, h.width(), h.height());
      weathers = Hyperparameters.weathers(h.drift());
      frames = h.frames();
    }

    @Override
    public Optional<SourceItem> next() {
      if (next == frames) {
        return Optional.empty();
      }
      Weather weather = weathers.get((int) ((long) next * weathers.size() / frames));
      return Optional.of(street.render(FIRST_INDEX + next++, weather).sample());
    }

    @Override
    public OptionalInt size() {
      return OptionalInt.of(frames);
    }

    @Override
    public void close() {}
  }
}
