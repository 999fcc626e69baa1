package io.seamark.cli;

import io.seamark.failure.FailedException;
import io.seamark.host.NamedPath;
import io.seamark.host.TemporaryFolder;
import io.seamark.text.PlainPrinter;
import io.seamark.text.PlainText;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.ServiceLoader;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.ParameterException;

/**
 * The {@code seamark} command line. Exit status: 0 done, 1 the work failed, 2 bad usage or
 * configuration. Errors are one line on standard error; {@code --verbose} adds the stack trace.
 */
@Command(
    name = "seamark",
    mixinStandardHelpOptions = true,
    versionProvider = Seamark.Version.class,
    description = "Edge-cloud lifelong perception.",
    synopsisSubcommandLabel = "VERB",
    commandListHeading = "%nVerbs:%n",
    footer = {
      "",
      "seamark VERB --help tells more. Exit status: 0 done, 1 the work failed,",
      "2 bad usage or configuration."
    })
public final class Seamark implements Runnable {
  /** The work was done. */
  public static final int DONE = 0;

  /** The work failed. */
  public static final int FAILED = 1;

  /** Usage or configuration was wrong. */
  public static final int MISUSED = 2;

  private static final int MESSAGE_LIMIT = 2000;

  /** Of a longer message, from its end: what to do about it stands there. */
  private static final int MESSAGE_END = 200;

  @CommandLine.Spec private CommandLine.Model.@Nullable CommandSpec spec;

  /** Made by the launcher, and by tests. */
  public Seamark() {}

  /** The version of this build. */
  static final class Version implements CommandLine.IVersionProvider {
    @Override
    public String[] getVersion() {
      String version = Seamark.class.getPackage().getImplementationVersion();
      return new String[] {
        "seamark " + (version == null ? "development" : version),
        "Java " + Runtime.version() + ", " + System.getProperty("os.arch")
      };
    }
  }

  /**
   * Runs a command line and ends the process with its status.
   *
   * @param arguments verb and options
   */
  public static void main(String[] arguments) {
    PrintWriter out = new PrintWriter(System.out, true, StandardCharsets.UTF_8);
    PrintWriter err = new PrintWriter(System.err, true, StandardCharsets.UTF_8);
    int status;
    try {
      status = run(out, err, arguments);
    } catch (OutOfMemoryError e) {
      err.println(
          "seamark: there is not enough memory ("
              + e.getMessage()
              + "): SEAMARK_JAVA_OPTS=-Xmx2g"
              + " gives a heap of 2 GB");
      status = FAILED;
    }
    out.flush();
    err.flush();
    System.exit(status);
  }

  /** A verb with its own. */
  private static CommandLine command(Verb verb) {
    CommandLine command = new CommandLine(verb);
    verb.parts().stream()
        .map(Seamark::command)
        .sorted(Comparator.comparing(CommandLine::getCommandName))
        .forEach(part -> command.addSubcommand(part.getCommandName(), part));
    return command;
  }

  /**
   * Runs a command line.
   *
   * @param out standard output
   * @param err standard error
   * @param arguments verb and options
   * @return the exit status
   */
  public static int run(PrintWriter out, PrintWriter err, String... arguments) {
    // Figures are for programs too: they are written in the same way wherever this runs.
    Locale.setDefault(Locale.ROOT);
    CommandLine line = new CommandLine(new Seamark());
    List<Verb> verbs = new ArrayList<>();
    ServiceLoader.load(Verb.class).forEach(verbs::add);
    verbs.stream()
        .map(Seamark::command)
        .sorted(Comparator.comparing(CommandLine::getCommandName))
        .forEach(verb -> line.addSubcommand(verb.getCommandName(), verb));
    line.registerConverter(Path.class, Seamark::path);
    line.setOut(out);
    line.setErr(err);
    line.setUsageHelpAutoWidth(true);
    line.setCaseInsensitiveEnumValuesAllowed(true);
    boolean verbose = Arrays.asList(arguments).contains("--verbose");
    line.setParameterExceptionHandler(
        (e, args) -> {
          complain(err, e.getCommandLine(), e, verbose);
          return MISUSED;
        });
    line.setExecutionExceptionHandler(
        (e, command, parsed) -> {
          complain(err, command, e, verbose);
          return e instanceof IllegalArgumentException || e instanceof ParameterException
              ? MISUSED
              : FAILED;
        });
    try {
      return line.execute(arguments);
    } catch (LinkageError e) {
      // Of a native library that does not load, which no verb can do anything about.
      err.println("seamark: " + message(new IOException(whyNotLoaded(e), e)));
      if (verbose) {
        e.printStackTrace(err);
      }
      err.flush();
      return FAILED;
    }
  }

  private static String whyNotLoaded(LinkageError e) {
    return TemporaryFolder.whyNotLoaded("a library", e);
  }

  /** Every option that takes a path takes a {@code file:} URI too. */
  private static Path path(String text) {
    try {
      return NamedPath.of(text);
    } catch (IllegalArgumentException e) {
      throw new CommandLine.TypeConversionException(e.getMessage());
    }
  }

  private static String usage(CommandLine command, Exception e) {
    if (e instanceof CommandLine.UnmatchedArgumentException unmatched
        && command.getParent() == null
        && !unmatched.getUnmatched().isEmpty()
        && !unmatched.getUnmatched().get(0).startsWith("-")) {
      return "there is no verb '"
          + unmatched.getUnmatched().get(0)
          + "': must be one of "
          + String.join(", ", command.getSubcommands().keySet());
    }
    return message(e);
  }

  private static void complain(PrintWriter to, CommandLine command, Exception e, boolean verbose) {
    PrintWriter err = new PlainPrinter(to);
    String text = usage(command, e);
    err.println(
        command.getCommandSpec().qualifiedName() + ": " + text + NameEncoding.hint(e, text));
    if (verbose) {
      e.printStackTrace(err);
    }
    err.flush();
  }

  /**
   * What went wrong, in one line.
   *
   * @param e what was thrown
   * @return its message without line breaks; its type where it has none
   */
  public static String message(Throwable e) {
    Throwable cause = e instanceof UncheckedIOException && e.getCause() != null ? e.getCause() : e;
    String message = cause.getMessage();
    String text;
    if (cause instanceof NoSuchFileException) {
      text = PlainText.line(String.valueOf(message)) + " does not exist";
    } else if (cause instanceof FileAlreadyExistsException) {
      text = PlainText.line(String.valueOf(message)) + " exists already and is not a folder";
    } else if (cause instanceof AccessDeniedException) {
      text = PlainText.line(String.valueOf(message)) + " may not be accessed";
    } else if (message == null || message.isBlank()) {
      text = cause.getClass().getSimpleName();
    } else if (cause instanceof IllegalArgumentException
        || cause instanceof FailedException
        || cause instanceof java.io.IOException
        || cause instanceof CommandLine.PicocliException) {
      text = message;
    } else {
      text = cause.getClass().getSimpleName() + ": " + message;
    }
    String line = String.join("; ", text.strip().split("\\s*[\\r\\n]+\\s*"));
    return line.length() > MESSAGE_LIMIT
        ? line.substring(0, MESSAGE_LIMIT - MESSAGE_END)
            + "..."
            + line.substring(line.length() - MESSAGE_END)
        : line;
  }

  /** Called without a verb. */
  @Override
  public void run() {
    CommandLine.Model.CommandSpec own = spec;
    if (own != null) {
      throw new ParameterException(
          own.commandLine(),
          "a verb is missing: must be one of "
              + String.join(", ", own.commandLine().getSubcommands().keySet()));
    }
  }
}
