package io.seamark.image;

import com.google.cloud.tools.jib.api.Containerizer;
import com.google.cloud.tools.jib.api.ImageReference;
import com.google.cloud.tools.jib.api.InvalidImageReferenceException;
import com.google.cloud.tools.jib.api.Jib;
import com.google.cloud.tools.jib.api.JibContainerBuilder;
import com.google.cloud.tools.jib.api.RegistryException;
import com.google.cloud.tools.jib.api.TarImage;
import com.google.cloud.tools.jib.api.buildplan.AbsoluteUnixPath;
import com.google.cloud.tools.jib.api.buildplan.FileEntriesLayer;
import com.google.cloud.tools.jib.api.buildplan.ImageFormat;
import com.google.cloud.tools.jib.api.buildplan.Platform;
import com.google.cloud.tools.jib.api.buildplan.Port;
import io.seamark.durable.DurableFiles;
import io.seamark.text.PlainPrinter;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** Builds container images as tar files, which {@code docker load} and its like read. */
@Command(
    name = "images",
    description = "Builds Seamark's container images without a container engine.")
public final class ImageBuild implements Callable<Integer> {
  @Option(names = "--project", required = true, description = "The project's folder.")
  private Path project = Path.of("");

  @Option(names = "--version", required = true, description = "The tag.")
  private String version = "";

  @Option(names = "--image", required = true, split = ",", description = "edge, cloud.")
  private List<String> images = List.of();

  @Option(names = "--platform", required = true, split = ",", description = "amd64, arm64.")
  private List<String> platforms = List.of();

  @Option(
      names = "--base",
      defaultValue = "scratch",
      description =
          "An image of a registry with Java 17, glibc and a shell; or scratch, which takes these"
              + " from Debian's packages. Default: ${DEFAULT-VALUE}.")
  private String base = "scratch";

  @Option(names = "--to", required = true, description = "Folder of the tar files.")
  private Path to = Path.of("");

  @Spec private @Nullable CommandSpec spec;

  /** Made by picocli. */
  public ImageBuild() {}

  /**
   * Builds images.
   *
   * @param arguments the options above
   */
  public static void main(String[] arguments) {
    int status =
        new CommandLine(new ImageBuild())
            .setExecutionExceptionHandler(
                (e, command, parsed) -> {
                  new PlainPrinter(command.getErr()).println("images: " + e.getMessage());
                  command.getErr().flush();
                  return e instanceof IllegalArgumentException ? 2 : 1;
                })
            .execute(arguments);
    if (status != 0) {
      throw new IllegalStateException("images were not built: status " + status);
    }
  }

  @Override
  public Integer call() throws Exception {
    List<ImageKind> kinds = images.stream().map(ImageKind::of).toList();
    List<Architecture> architectures = platforms.stream().map(Architecture::of).toList();
    PrintWriter out = new PlainPrinter(Objects.requireNonNull(spec).commandLine().getOut());
    for (ImageKind kind : kinds) {
      for (Architecture architecture : architectures) {
        Path file = build(project, kind, architecture, base, version, to);
        out.printf("%s: %.1f MB%n", file, Files.size(file) / 1e6);
      }
    }
    out.flush();
    return 0;
  }

  /**
   * Builds one image.
   *
   * @param project the project's folder, with its distributions built
   * @param kind what to build
   * @param architecture for what
   * @param base {@code scratch}, or an image of a registry
   * @param version the tag
   * @param folder where the file goes, replaced as a whole
   * @return {@code NAME-VERSION-ARCHITECTURE.tar}
   * @throws IllegalArgumentException if the distribution or a library for the architecture is not
   *     there, or the base is no reference
   * @throws DebianRuntime.UnavailableException if the base is scratch, and Debian's packages cannot
   *     be had
   * @throws IOException if a file cannot be read or written, or the registry not be asked
   */
  static Path build(
      Path project,
      ImageKind kind,
      Architecture architecture,
      String base,
      String version,
      Path folder)
      throws IOException, InterruptedException {
    Path distribution = project.resolve(kind.distribution());
    if (!Files.isRegularFile(distribution.resolve("bin/seamark"))) {
      throw new IllegalArgumentException(
          "there is no distribution in " + distribution + ": package it first");
    }
    Path scratch = project.resolve("liberty-config/images/target/work-" + architecture.id());
    List<FileEntriesLayer> layers = new ArrayList<>();
    boolean own = base.equals("scratch");
    if (own) {
      layers.addAll(ImageLayers.runtime(DebianRuntime.of(project, kind, architecture)));
    }
    layers.add(ImageLayers.user(scratch, own));
    layers.addAll(
        ImageLayers.distribution(
            distribution,
            architecture,
            project.resolve("liberty-config/images/target/natives"),
            scratch.resolve(kind.id())));
    Path file =
        Files.createDirectories(folder)
            .resolve(kind.id() + "-" + version + "-" + architecture.id() + ".tar");
    Path unfinished = DurableFiles.unfinished(file);
    Path cache = scratch.resolve("jib");
    try {
      JibContainerBuilder image = own ? Jib.fromScratch() : Jib.from(base);
      describe(image, kind, architecture, version, own);
      image
          .setFileEntriesLayers(layers)
          .containerize(
              Containerizer.to(
                      TarImage.at(unfinished).named(ImageReference.of(null, kind.id(), version)))
                  .setApplicationLayersCache(cache)
                  .setBaseImageLayersCache(cache)
                  .setOfflineMode(own)
                  .setToolName("seamark"));
    } catch (InvalidImageReferenceException e) {
      throw new IllegalArgumentException(
          "base is '" + base + "', but must be scratch or an image such as eclipse-temurin:17-jre",
          e);
    } catch (RegistryException | ExecutionException e) {
      throw new IOException("image " + kind.id() + " on " + base + ": " + e.getMessage(), e);
    } catch (com.google.cloud.tools.jib.api.CacheDirectoryCreationException e) {
      throw new IOException(e);
    }
    DurableFiles.take(unfinished, file);
    return file;
  }

  private static void describe(
      JibContainerBuilder image,
      ImageKind kind,
      Architecture architecture,
      String version,
      boolean own) {
    image
        // Every loader reads this one, Docker's own before version 25 as well.
        .setFormat(ImageFormat.Docker)
        .setPlatforms(Set.of(new Platform(architecture.id(), "linux")))
        .setCreationTime(Instant.EPOCH)
        .setUser(ImageLayers.USER + ":" + ImageLayers.USER)
        .setWorkingDirectory(AbsoluteUnixPath.get("/home/seamark"))
        .setEntrypoint(ImageLayers.HOME + "/bin/seamark")
        .setProgramArguments("--help")
        .addEnvironmentVariable("HOME", "/home/seamark")
        .setLabels(
            Map.of(
                "org.opencontainers.image.title",
                kind.title(),
                "org.opencontainers.image.description",
                "Edge-cloud lifelong perception for the JVM.",
                "org.opencontainers.image.version",
                version,
                "org.opencontainers.image.licenses",
                "Apache-2.0"));
    kind.ports().forEach(port -> image.addExposedPort(Port.tcp(port)));
    if (own) {
      image
          .addEnvironmentVariable("JAVA_HOME", "/opt/java")
          .addEnvironmentVariable("LANG", "C.UTF-8")
          .addEnvironmentVariable("PATH", ImageLayers.HOME + "/bin:/opt/java/bin:/bin");
    }
  }
}
