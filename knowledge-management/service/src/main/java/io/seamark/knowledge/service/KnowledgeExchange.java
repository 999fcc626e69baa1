package io.seamark.knowledge.service;

import io.seamark.exchange.ExchangeFilter;
import io.seamark.exchange.MemoryBudget;
import io.seamark.exchange.Spool;
import io.seamark.knowledge.sedna.Upload;
import jakarta.inject.Inject;
import jakarta.servlet.DispatcherType;
import jakarta.servlet.annotation.WebFilter;
import jakarta.servlet.http.HttpServletRequest;
import java.io.IOException;
import java.io.InputStream;
import java.time.Duration;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * What this service takes, on all its paths: no request has a body worth the name but the uploads
 * to Sedna's knowledge base, which go to its folder as they come.
 */
@WebFilter(
    urlPatterns = "/*",
    asyncSupported = true,
    dispatcherTypes = {DispatcherType.REQUEST, DispatcherType.ASYNC})
public class KnowledgeExchange extends ExchangeFilter {
  private static final Limits LIMITS = new Limits(64 << 10, Duration.ofSeconds(30), 256, 512);

  /** As they are written; written otherwise, such as with escapes, a small body still comes in. */
  private static final Set<String> UPLOADS =
      Set.of("/knowledgebase/file/upload", "/knowledgebase/update");

  private final MemoryBudget memory =
      new MemoryBudget("requests", Runtime.getRuntime().maxMemory() / 8);

  @Inject KnowledgeBaseHost host;

  /** Made by the container. */
  public KnowledgeExchange() {}

  /** A body on its way to the knowledge base's folder. */
  private record UploadSpool(Upload upload, long most, Duration patience) implements Spool {
    @Override
    public void write(byte[] from, int at, int length) throws IOException {
      upload.write(from, at, length);
    }

    @Override
    public InputStream open() throws IOException {
      return upload.open();
    }

    @Override
    public void close() {
      upload.close();
    }
  }

  @Override
  protected Limits limits() {
    return LIMITS;
  }

  @Override
  protected MemoryBudget memory() {
    return memory;
  }

  @Override
  protected @Nullable Spool spool(HttpServletRequest request) throws IOException {
    if (!request.getMethod().equals("POST") || !UPLOADS.contains(request.getRequestURI())) {
      return null;
    }
    KnowledgeBaseGuard.refuseBrowsers(request.getHeader("Origin"));
    return new UploadSpool(
        host.base().upload(),
        host.settings().maxUploadBytes(),
        Duration.ofSeconds(host.settings().bodySeconds()));
  }
}
