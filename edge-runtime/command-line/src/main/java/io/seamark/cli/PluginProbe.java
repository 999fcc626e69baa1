package io.seamark.cli;

import io.seamark.host.ChildJvm;
import io.seamark.plugin.PluginKind;
import io.seamark.plugin.PluginProvider;
import io.seamark.registry.ConfiguredPlugins;
import io.seamark.registry.PluginRegistry;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

/**
 * Loads and makes other people's plugins in a process of its own, since a plugin may end the
 * process that loads it, with status 0 too, or never come back.
 */
public final class PluginProbe {
  private static final Duration PATIENCE = Duration.ofMinutes(2);
  private static final int HEAP_MEGABYTES = 512;
  private static final String WRONG = "seamark-plugin-wrong ";
  private static final String LOADED = "seamark-plugins-loaded";

  /** Its own, since a plugin that ends the process does so with 0, 1 or a signal's. */
  private static final int RETURNED = 97;

  private PluginProbe() {}

  /**
   * Checks every plugin of a folder.
   *
   * @param folder of plugins, or a jar
   * @param common the configuration that they are made with
   * @throws IllegalArgumentException if one does not load, cannot be made though it is chosen, or
   *     ends or holds up the process; one line for each
   * @throws IOException if no process can be started
   */
  static void check(Path folder, CommonOptions common) throws IOException {
    check(folder, common, PATIENCE);
  }

  /** The same with another patience. */
  static void check(Path folder, CommonOptions common, Duration patience) throws IOException {
    List<Path> plugins = PluginRegistry.pluginsIn(folder);
    if (plugins.isEmpty()) {
      return;
    }
    ChildJvm.Ended all = run(folder, common, patience);
    List<String> wrong = new ArrayList<>(wrong(all));
    if (!returned(all)) {
      // Which of them it was, each tells alone.
      int before = wrong.size();
      for (Path plugin : plugins) {
        ChildJvm.Ended one = plugins.size() == 1 ? all : run(plugin, common, patience);
        if (!returned(one)) {
          wrong.add(plugin + ": " + how(one, patience));
        }
      }
      if (wrong.size() == before) {
        wrong.add("the plugins of " + folder + ", loaded together, " + how(all, patience));
      }
    }
    if (!wrong.isEmpty()) {
      throw new IllegalArgumentException(String.join("\n", wrong));
    }
  }

  private static boolean returned(ChildJvm.Ended ended) {
    return ended.status() == RETURNED && ended.line(LOADED) != null;
  }

  private static List<String> wrong(ChildJvm.Ended ended) {
    return ended
        .output()
        .lines()
        .filter(line -> line.startsWith(WRONG))
        .map(line -> line.substring(WRONG.length()))
        .toList();
  }

  private static String how(ChildJvm.Ended ended, Duration patience) {
    return ended.late()
        ? "does not come back within " + patience.toSeconds() + " s of being loaded"
        : "ends the process that loads it, with status " + ended.status();
  }

  private static ChildJvm.Ended run(Path place, CommonOptions common, Duration patience)
      throws IOException {
    List<String> arguments = new ArrayList<>(common.arguments());
    arguments.add(place.toString());
    return ChildJvm.run(
        PluginProbe.class, arguments, new ChildJvm.Limits(HEAP_MEGABYTES, 0, patience));
  }

  /** What is done there. */
  @Command(name = "probe")
  static final class Probe implements Verb {
    @Mixin private CommonOptions common = new CommonOptions();

    @Parameters private @Nullable Path place;

    @Override
    public Integer call() {
      PluginRegistry registry = common.registry(place);
      registry.unloaded().forEach(plugin -> say(plugin.toString()));
      ConfiguredPlugins plugins;
      try {
        plugins = common.open(registry, Map.of(), Map.of()).plugins();
      } catch (IllegalArgumentException e) {
        // Said by who asked, in whose configuration it is.
        return Seamark.DONE;
      }
      for (PluginProvider<?, ?> provider : registry.providers()) {
        if (!registry.origin(provider).equals(PluginRegistry.BUILT_IN)) {
          make(registry, plugins, provider);
        }
      }
      return Seamark.DONE;
    }

    private static void make(
        PluginRegistry registry, ConfiguredPlugins plugins, PluginProvider<?, ?> provider) {
      PluginKind<?> kind = provider.kind();
      try {
        Object made = plugins.make(provider);
        if (made instanceof AutoCloseable open) {
          open.close();
        }
      } catch (Exception | LinkageError e) {
        // One that is not chosen may lack what it needs to be told.
        if (plugins.name(kind).equals(provider.name())) {
          say(
              registry.origin(provider)
                  + ": "
                  + kind.id()
                  + " "
                  + provider.name()
                  + " cannot be made: "
                  + e);
        }
      }
    }

    private static void say(String wrong) {
      System.out.println(WRONG + String.join("; ", wrong.split("\\s*[\\r\\n]+\\s*")));
    }
  }

  /**
   * Loads and makes plugins, saying what is wrong.
   *
   * @param arguments common options and the plugins' place
   */
  public static void main(String[] arguments) {
    ChildJvm.endWithParent();
    PrintWriter out = new PrintWriter(System.out, true, StandardCharsets.UTF_8);
    CommandLine line = new CommandLine(new Probe());
    line.setOut(out);
    line.setErr(out);
    line.setExecutionExceptionHandler(
        (e, command, parsed) -> {
          Probe.say(Seamark.message(e));
          return Seamark.DONE;
        });
    line.execute(arguments);
    System.out.println();
    System.out.println(LOADED);
    System.out.flush();
    // A plugin's threads must not hold this up.
    Runtime.getRuntime().halt(RETURNED);
  }
}
