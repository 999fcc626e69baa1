package io.seamark.verb;

import io.seamark.buffer.BufferOptions;
import io.seamark.cli.CommonOptions;
import io.seamark.cli.JsonLine;
import io.seamark.cli.Seamark;
import io.seamark.cli.Verb;
import io.seamark.flight.BearerToken;
import io.seamark.flight.BufferServer;
import io.seamark.flight.ServerLimits;
import io.seamark.host.PlainFile;
import io.seamark.setting.SettingGroup;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code seamark buffer serve}. */
@Command(
    name = "serve",
    description = {
      "Serve the samples over Arrow Flight, in the foreground.",
      "",
      "Flights: samples; samples, domain, NAME; samples, segment, FILE. Reads beside a service that"
          + " writes the buffer. Where none does, samples that a client puts to the flight samples"
          + " are stored, within seamark.buffer.*.",
      "",
      "Without --token-file only this machine may call. With it every call must bring the token in"
          + " the header authorization, as Bearer TOKEN; over a network use --certificate and --key"
          + " too, since anyone on the way could read it otherwise."
    },
    footerHeading = "%n",
    footer = {
      "Prints one line when it is ready. SIGTERM and Ctrl-C end it; calls have 5 s to finish. Exit"
          + " status: 143 or 130 then; 1 if the port cannot be listened on; 2 if it cannot start as it"
          + " is told to."
    })
final class ServeCommand implements Verb {
  private static final int PORTS = 65535;

  @Mixin private CommonOptions common = new CommonOptions();

  @Parameters(paramLabel = "DIR", description = "The buffer's folder.")
  private Path folder = Path.of("");

  @Option(
      names = "--host",
      paramLabel = "ADDRESS",
      defaultValue = "127.0.0.1",
      description =
          "Address or name of this machine to listen on, or * for all. Default: ${DEFAULT-VALUE}.")
  private String host = "127.0.0.1";

  @Option(
      names = "--port",
      paramLabel = "N",
      defaultValue = "8815",
      description = "Port to listen on, or 0 for a free one. Default: ${DEFAULT-VALUE}.")
  private int port = 8815;

  @Option(
      names = "--token-file",
      paramLabel = "FILE",
      description = "A file whose one line is the token that callers must bring.")
  private @Nullable Path tokenFile;

  @Option(
      names = "--certificate",
      paramLabel = "FILE",
      description = "Serve over TLS with this certificate, PEM, the chain behind it.")
  private @Nullable Path certificate;

  @Option(
      names = "--key",
      paramLabel = "FILE",
      description = "The certificate's key, PEM, PKCS #8, not encrypted.")
  private @Nullable Path key;

  @Override
  public Integer call() throws IOException, InterruptedException {
    var settings = common.open(common.registry(), Map.of(), Map.of());
    BufferOptions bounds = BufferOptions.of(settings.settings(SettingGroup.BUFFER));
    Opening.buffer(folder);
    BufferServer.Access access = access();
    try (BufferServer server =
        BufferServer.start(folder, access, bounds, ServerLimits.defaults())) {
      Thread end = new Thread(() -> close(server), "seamark-end");
      Runtime.getRuntime().addShutdownHook(end);
      tell(server, access);
      server.awaitEnd();
    }
    return Seamark.DONE;
  }

  private void close(BufferServer server) {
    try {
      server.close();
    } catch (IOException e) {
      common.err().println("the buffer cannot be closed: " + Seamark.message(e));
    }
  }

  private BufferServer.Access access() throws IOException {
    if (port < 0 || port > PORTS) {
      throw new IllegalArgumentException("--port is '" + port + "', but must be 0 to " + PORTS);
    }
    InetSocketAddress address =
        host.equals("*") ? new InetSocketAddress(port) : new InetSocketAddress(host, port);
    BearerToken token = tokenFile == null ? null : token(tokenFile);
    return new BufferServer.Access(address, token, tls());
  }

  private static BearerToken token(Path file) {
    try {
      return BearerToken.read(file);
    } catch (IOException e) {
      throw new IllegalArgumentException("--token-file: " + Seamark.message(e), e);
    }
  }

  private BufferServer.@Nullable Tls tls() {
    Path ofCertificate = certificate;
    Path ofKey = key;
    if (ofCertificate == null && ofKey == null) {
      return null;
    }
    if (ofCertificate == null || ofKey == null) {
      throw new IllegalArgumentException("--certificate and --key go together: name both");
    }
    try {
      return new BufferServer.Tls(PlainFile.require(ofCertificate), PlainFile.require(ofKey));
    } catch (IOException e) {
      throw new IllegalArgumentException("--certificate and --key: " + Seamark.message(e), e);
    }
  }

  private void tell(BufferServer server, BufferServer.Access access) {
    InetAddress at = access.address().getAddress();
    if (access.tls() == null && !at.isLoopbackAddress()) {
      common
          .err()
          .println(
              "listening on "
                  + host
                  + " in the clear: whoever is on the way sees the samples and the token; give"
                  + " --certificate and --key");
      common.err().flush();
    }
    String name = host.equals("*") ? "0.0.0.0" : host.contains(":") ? "[" + host + "]" : host;
    String uri = (access.tls() == null ? "grpc://" : "grpc+tls://") + name + ":" + server.port();
    if (common.json()) {
      Map<String, Object> figures = new LinkedHashMap<>();
      figures.put("address", uri);
      figures.put("buffer", folder.toString());
      figures.put("process", ProcessHandle.current().pid());
      common.out().println(JsonLine.of(figures));
    } else {
      common.out().println("buffer " + folder + " is served at " + uri);
    }
    common.out().flush();
  }
}
