package io.seamark.knowledge.service;

import io.seamark.exchange.RefusedException;
import jakarta.ws.rs.HttpMethod;
import jakarta.ws.rs.NotAllowedException;
import jakarta.ws.rs.container.ContainerRequestContext;
import jakarta.ws.rs.container.ContainerRequestFilter;
import jakarta.ws.rs.container.PreMatching;
import jakarta.ws.rs.core.Response;
import jakarta.ws.rs.ext.Provider;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * What holds for all of Sedna's contract: no method but GET and POST, as in Sedna's server, and no
 * web page. A browser sends a page's upload to this machine without asking first, and workers run
 * what lies in the knowledge base; their own client never names an origin.
 */
@Provider
@PreMatching
public class KnowledgeBaseGuard implements ContainerRequestFilter {
  /** Where Sedna's contract is. */
  static final String ROOT = "knowledgebase";

  private static final int FORBIDDEN = 403;

  private static final Set<String> PATHS =
      Set.of(
          ROOT + "/file/upload",
          ROOT + "/file/download",
          ROOT + "/update",
          ROOT + "/update/status",
          ROOT + "/query",
          ROOT + "/index");

  /** Made by the container. */
  public KnowledgeBaseGuard() {}

  @Override
  public void filter(ContainerRequestContext request) {
    String path = request.getUriInfo().getPath().replaceFirst("^/+", "");
    if (!path.startsWith(ROOT + "/")) {
      return;
    }
    String method = request.getMethod();
    if (method.equals(HttpMethod.POST)) {
      refuseBrowsers(request.getHeaderString("Origin"));
    } else if (!method.equals(HttpMethod.GET) && PATHS.contains(path)) {
      // HEAD and OPTIONS would be answered without a resource that has them.
      throw new NotAllowedException(
          Response.status(Response.Status.METHOD_NOT_ALLOWED)
              .allow(HttpMethod.GET, HttpMethod.POST)
              .build());
    }
  }

  /**
   * Refuses what a web page sends.
   *
   * @param origin its header, if there is one
   * @throws RefusedException if there is
   */
  static void refuseBrowsers(@Nullable String origin) {
    if (origin != null) {
      throw new RefusedException(
          FORBIDDEN, "web pages may not write to the knowledge base (the request names an Origin)");
    }
  }
}
