package io.seamark.cloud;

import io.seamark.cli.CommonOptions;
import io.seamark.cli.JsonLine;
import io.seamark.cli.ModelOptions;
import io.seamark.cli.Seamark;
import io.seamark.cli.Verb;
import io.seamark.durable.FolderLock;
import io.seamark.durable.OutputFolder;
import io.seamark.host.NamedPath;
import io.seamark.knowledge.LearningSettings;
import io.seamark.plugin.PluginKind;
import io.seamark.setting.KnowledgeBaseSettings;
import io.seamark.setting.SettingGroup;
import java.io.IOException;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code seamark serve}. */
@Command(
    name = "serve",
    description = {
      "One of the cloud's two services alone, in the foreground.",
      "",
      "Both may share one --data: unknown-tasks keeps its buffer there, knowledge learns from it and"
          + " keeps the models there. Several unknown-tasks need a folder each."
    },
    subcommands = {ServeVerb.UnknownTasks.class, ServeVerb.Knowledge.class},
    synopsisSubcommandLabel = "(unknown-tasks | knowledge)")
public final class ServeVerb implements Verb {
  @Mixin
  @SuppressWarnings("UnusedVariable") // Picocli takes --help and its like from it.
  private CommonOptions common = new CommonOptions();

  /** Made by the service loader. */
  public ServeVerb() {}

  @Override
  public Integer call() {
    throw new IllegalArgumentException("say what: serve unknown-tasks or serve knowledge");
  }

  /** What both services have in common. */
  abstract static class Service implements Verb {
    private static final Duration START = Duration.ofMinutes(3);

    @Mixin CommonOptions common = new CommonOptions();
    @Mixin ModelOptions model = new ModelOptions();

    @Option(
        names = "--data",
        paramLabel = "DIR",
        description =
            "The service's folder, made if it is missing. Default: seamark.data, or seamark-data.")
    private @Nullable Path data;

    @Option(
        names = "--host",
        paramLabel = "ADDRESS",
        defaultValue = "localhost",
        description =
            "Address or name of this machine to listen on, or * for all. There is no"
                + " authentication. Default: ${DEFAULT-VALUE}.")
    private String host = "localhost";

    /** Name of the server in the distribution. */
    abstract String server();

    abstract int defaultPort();

    abstract @Nullable Integer port();

    /** Says in configuration what the service's own options say. */
    abstract void configure(Map<String, String> chosen);

    /** Adds what holds where configuration says nothing, once the folder is known. */
    abstract void complete(
        Map<String, String> settings, CommonOptions.Workplace workplace, Path folder)
        throws IOException;

    /** Checks what the service will check, while nothing runs. */
    abstract void check(CommonOptions.Workplace workplace, Path folder);

    @Override
    @SuppressWarnings("try") // The folder's lock is held, not used.
    public Integer call() throws IOException, InterruptedException {
      var registry = common.registry();
      Map<String, String> chosen = new LinkedHashMap<>();
      model.configure(chosen);
      configure(chosen);
      if (data != null) {
        chosen.put("seamark.data", data.toString());
      }
      CommonOptions.Workplace workplace =
          common.open(registry, chosen, Map.of("seamark.data", "seamark-data"));
      PluginKind.ALL.forEach(workplace.plugins()::effective);
      Path distribution = CloudSettings.distribution();
      CloudSettings.check(workplace);
      Path folder = NamedPath.of(workplace.text("seamark.data")).toAbsolutePath().normalize();
      check(workplace, folder);
      Path logs = folder.resolve("logs");
      Map<String, String> settings = CloudSettings.of(workplace, folder);
      complete(settings, workplace, folder);
      Map<String, String> environment = CloudSettings.environment(settings);
      if (System.getenv("LOG_FORMAT") == null) {
        // For a person's eyes; the log in the folder is JSON.
        environment.put("LOG_FORMAT", "simple");
      }
      Integer port = port();
      // One process for a service and a folder, whatever state the service itself is in.
      try (OutputFolder owned = OutputFolder.open(logs.resolve(server()), Map.of());
          LibertyServer running =
              LibertyServer.start(
                  distribution,
                  server(),
                  host,
                  port == null ? defaultPort() : port,
                  logs,
                  environment,
                  this::show)) {
        throw new IOException(serve(running, folder));
      } catch (IOException e) {
        if (stopping()) {
          // The process ends with the status of the signal, once the server has ended.
          Thread.currentThread().join();
        }
        throw e;
      }
    }

    /** Serves until the server ends; how it did. */
    private String serve(LibertyServer running, Path folder)
        throws IOException, InterruptedException {
      try {
        running.awaitReady(START);
      } catch (LibertyServer.RefusedException e) {
        throw new IllegalArgumentException(Seamark.message(e), e);
      }
      tell(running, folder);
      return running.awaitEnd();
    }

    /** Whether this process is being ended; then the server was, too. */
    private static boolean stopping() {
      Thread probe = new Thread(() -> {}, "seamark-probe");
      try {
        Runtime.getRuntime().addShutdownHook(probe);
        Runtime.getRuntime().removeShutdownHook(probe);
        return false;
      } catch (IllegalStateException e) {
        return true;
      }
    }

    private void show(String line) {
      // Liberty and the JVM greet; what else comes to the console is a warning or an error.
      boolean greeting =
          line.isBlank()
              || line.startsWith("Launching ")
              || line.startsWith("[AUDIT ")
              || line.contains(" VM warning: Sharing is only supported");
      if (!greeting) {
        common.err().println(line);
        common.err().flush();
      }
    }

    private void tell(LibertyServer running, Path folder) {
      if (!loopback()) {
        common
            .err()
            .println(
                "listening on "
                    + host
                    + ": there is no authentication yet, so whoever reaches this port may use it");
        common.err().flush();
      }
      Path log = running.logs().resolve("messages.log");
      if (common.json()) {
        Map<String, Object> figures = new LinkedHashMap<>();
        figures.put("service", server());
        figures.put("address", running.uri().toString());
        figures.put("data", folder.toString());
        figures.put("log", log.toString());
        figures.put("process", ProcessHandle.current().pid());
        common.out().println(JsonLine.of(figures));
      } else {
        common
            .out()
            .println(
                server()
                    + " is ready at "
                    + running.uri()
                    + " (data in "
                    + folder
                    + ", log in "
                    + log
                    + ")");
      }
      common.out().flush();
    }

    private boolean loopback() {
      try {
        return !host.equals("*") && InetAddress.getByName(host).isLoopbackAddress();
      } catch (UnknownHostException e) {
        return false;
      }
    }

    /** Refuses a folder that a process has locked, which need not be a verb's. */
    static void checkFree(Path lock) {
      if (!Files.isRegularFile(lock)) {
        return;
      }
      try {
        Path folder = Objects.requireNonNullElse(lock.toAbsolutePath().getParent(), lock);
        Optional<FolderLock> free = FolderLock.take(folder, String.valueOf(lock.getFileName()));
        if (free.isPresent()) {
          free.get().close();
        } else {
          throw new IllegalArgumentException(
              lock.getParent()
                  + " is in use by another process: stop that one, or name another --data");
        }
      } catch (IOException e) {
        throw new IllegalArgumentException(lock + " cannot be opened: " + Seamark.message(e), e);
      }
    }
  }

  /** {@code seamark serve unknown-tasks}. */
  @Command(
      name = "unknown-tasks",
      description = {
        "Unknown-task processing: answers the frames that edges cannot be trusted with.",
        "",
        "Serves POST /unknown-tasks, the Open Inference Protocol at /v2, Sedna's joint inference at"
            + " /sedna (or /JOB_NAME where that variable is set), /status, /plugins, /metrics, /health"
            + " and /openapi. Keeps frames and answers in buffer/ of --data."
      },
      footerHeading = "%n",
      footer = {
        "Settings, by --set KEY=VALUE, --config FILE or the environment (SEAMARK_QUEUE and so on),",
        "besides the plugins' own:",
        "  seamark.queue, .body.seconds, .native.megabytes, .buffer.*, .threads, .seed",
        "  JOB_NAME, LOG_FORMAT   variables: name of Sedna's job (sedna); json for the console",
        "seamark settings says what each means, and what holds.",
        "",
        "Prints one line when it is ready. The log is logs/unknown-task-processing/logs/messages.log"
            + " in --data, at most 3 files of 10 MB; warnings and errors go to standard error too.",
        "",
        "SIGTERM and Ctrl-C end it: the frame in work is answered, the buffer sealed. Exit status: 143"
            + " or 130 then; 1 if the server died, with its last lines; 2 if it cannot start as it is"
            + " configured."
      })
  static final class UnknownTasks extends Service {
    private static final int PORT = 9081;
    private static final String EDGE_MODEL = "seamark.edge.model";

    @Option(
        names = "--port",
        paramLabel = "N",
        description = "Port to listen on, or 0 for a free one. Default: 9081.")
    private @Nullable Integer port;

    @Mixin private UnknownTaskOptions options = new UnknownTaskOptions();

    @Override
    String server() {
      return "unknown-task-processing";
    }

    @Override
    int defaultPort() {
      return PORT;
    }

    @Override
    @Nullable Integer port() {
      return port;
    }

    @Override
    void configure(Map<String, String> chosen) {
      options.configure(chosen);
    }

    @Override
    void check(CommonOptions.Workplace workplace, Path folder) {
      checkFree(folder.resolve("buffer").resolve("lock"));
    }

    /** It looks again with what --edge-model names, or what serves in the same folder. */
    @Override
    void complete(Map<String, String> settings, CommonOptions.Workplace workplace, Path folder)
        throws IOException {
      Path models = Files.createDirectories(folder.resolve("models"));
      Path model =
          settings.containsKey(EDGE_MODEL)
              ? Path.of(settings.get(EDGE_MODEL))
              : models.resolve("champion.safetensors");
      ModelOptions.cloudLooksWith(model)
          .forEach(
              (key, value) -> {
                // What is set to nothing stays nothing.
                if (workplace.config().getConfigValue(key).getSourceName() == null) {
                  settings.put(key, value);
                }
              });
    }
  }

  /** {@code seamark serve knowledge}. */
  @Command(
      name = "knowledge",
      description = {
        "Knowledge management: trains new versions of the edge model on the buffer of unknown-tasks,"
            + " judges them, and gives the best to the edges.",
        "",
        "Serves /models, /models/champion, /models/VERSION[/weights], GET and POST /rounds, Sedna's"
            + " knowledge base at /knowledgebase, /plugins, /metrics, /health and /openapi. Reads"
            + " buffer/ of --data, keeps models/ and knowledgebase/ there."
      },
      footerHeading = "%n",
      footer = {
        "Settings, by --set KEY=VALUE, --config FILE or the environment (SEAMARK_THREADS and so on),",
        "besides the plugins' own:",
        "  seamark.training.*, .models.rejected, .retain.frames, .knowledgebase.*, .threads, .seed",
        "  LOG_FORMAT                         a variable: json for the console",
        "seamark settings says what each means, and what holds.",
        "",
        "Prints one line when it is ready. The log is logs/knowledge-management/logs/messages.log in"
            + " --data, at most 3 files of 10 MB; warnings and errors go to standard error too.",
        "",
        "SIGTERM and Ctrl-C end it: a round in work ends without a version. Exit status: 143 or 130"
            + " then; 1 if the server died, with its last lines; 2 if it cannot start as it is"
            + " configured."
      })
  static final class Knowledge extends Service {
    private static final int PORT = 9082;

    @Option(
        names = "--port",
        paramLabel = "N",
        description = "Port to listen on, or 0 for a free one. Default: 9082.")
    private @Nullable Integer port;

    @Mixin private RetainOptions retained = new RetainOptions();

    @Option(
        names = "--replicas",
        paramLabel = "DIR[,DIR]",
        description =
            "Buffers of several unknown-tasks, whose samples are brought into buffer/ of --data.")
    private @Nullable String replicas;

    @Override
    String server() {
      return "knowledge-management";
    }

    @Override
    int defaultPort() {
      return PORT;
    }

    @Override
    @Nullable Integer port() {
      return port;
    }

    @Override
    void configure(Map<String, String> chosen) {
      retained.configure(chosen);
      if (replicas != null) {
        chosen.put("seamark.replica.buffers", replicas);
      }
    }

    @Override
    void check(CommonOptions.Workplace workplace, Path folder) {
      LearningSettings settings =
          LearningSettings.from(
              key ->
                  key.equals("seamark.data")
                      ? Optional.of(folder.toString())
                      : workplace.setting(key));
      checkFree(settings.models().resolve(".lock"));
      KnowledgeBaseSettings base = SettingGroup.KNOWLEDGE_BASE.read(workplace::setting);
      checkFree(base.folderIn(folder).resolve(".lock"));
      if (!settings.replicas().isEmpty()) {
        checkFree(settings.buffer().resolve("lock"));
      }
    }

    @Override
    void complete(Map<String, String> settings, CommonOptions.Workplace workplace, Path folder) {
      // Its defaults do not depend on the folder.
    }
  }
}
