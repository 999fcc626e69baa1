package io.seamark.sedna;

import io.seamark.cli.CommonOptions;
import io.seamark.cli.SourceOptions;
import io.seamark.edge.EdgeEndpoint;
import io.seamark.edge.EdgeRuntime;
import io.seamark.host.NamedPath;
import io.seamark.imaging.DepthScale;
import io.seamark.plugin.PluginKind;
import io.seamark.plugin.SampleSource;
import io.seamark.registry.ConfiguredPlugins;
import io.seamark.registry.PluginCatalogue;
import java.io.IOException;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicBoolean;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** What the workers that label frames have in common. */
final class WorkerLoop {
  private static final Logger LOG = LoggerFactory.getLogger(WorkerLoop.class);

  private WorkerLoop() {}

  /**
   * Answers every frame of a source, with the metrics open meanwhile, until it ends or the process
   * is asked to.
   */
  static void run(
      Worker worker, CommonOptions.Workplace workplace, EdgeRuntime runtime, SampleSource frames)
      throws IOException, InterruptedException {
    AtomicBoolean ended = new AtomicBoolean();
    Thread stopping =
        new Thread(
            () -> {
              if (!ended.get()) {
                runtime.stop();
              }
            },
            "seamark-stop");
    Runtime.getRuntime().addShutdownHook(stopping);
    int port = worker.own().port();
    EdgeEndpoint endpoint =
        port < 0
            ? null
            : new EdgeEndpoint(
                worker.own().host(),
                port,
                runtime::running,
                runtime::trouble,
                () -> PluginCatalogue.of(workplace.registry(), workplace.plugins()).json());
    try {
      if (endpoint != null) {
        LOG.info("event=metrics host={} port={}", worker.own().host(), endpoint.port());
      }
      LOG.info("event=inference_begins model={}", runtime.model().version());
      runtime.start();
      runtime.run(frames);
      runtime.drain(Duration.ofSeconds(worker.own().drain()));
      ended.set(true);
    } finally {
      if (endpoint != null) {
        endpoint.close();
      }
    }
  }

  /** The frames that a worker is to answer, named or put into a folder. */
  static SampleSource source(Worker worker, CommonOptions.Workplace workplace) {
    String images = worker.told().images().strip();
    boolean named =
        !workplace.text(ConfiguredPlugins.selectionKey(PluginKind.SAMPLE_SOURCE)).isEmpty();
    return named || images.isEmpty()
        ? SourceOptions.open(workplace.plugins())
        : new ImageTopic(
            NamedPath.of(images),
            DepthScale.parse(workplace.text("sample_source.image_folder.depth.scale")));
  }
}
