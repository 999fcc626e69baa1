package io.seamark.bound.service;

import jakarta.servlet.DispatcherType;
import jakarta.servlet.Filter;
import jakarta.servlet.FilterChain;
import jakarta.servlet.FilterRegistration;
import jakarta.servlet.ServletContainerInitializer;
import jakarta.servlet.ServletContext;
import jakarta.servlet.ServletException;
import jakarta.servlet.ServletRequest;
import jakarta.servlet.ServletResponse;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.util.EnumSet;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Refuses bodies to whatever the server itself answers, such as {@code /metrics}: it takes none,
 * but reads a form into memory whole, however long it is. The application at the root has bounds of
 * its own. Called by the server for each web application, its own among them.
 */
public final class BodyBound implements ServletContainerInitializer {
  /** The most bytes of a body, if its length is told. */
  static final int MOST = 64 << 10;

  /** Made by the server. */
  public BodyBound() {}

  @Override
  public void onStartup(@Nullable Set<Class<?>> classes, ServletContext context) {
    // Liberty writes the root as a slash at this point.
    if (context.getContextPath().replace("/", "").isEmpty()) {
      return;
    }
    FilterRegistration.Dynamic bound = context.addFilter("seamark-body-bound", new Bound());
    bound.setAsyncSupported(true);
    bound.addMappingForUrlPatterns(EnumSet.of(DispatcherType.REQUEST), false, "/*");
  }

  /** Lets pass what has a small body or none. */
  static final class Bound implements Filter {
    @Override
    public void doFilter(ServletRequest request, ServletResponse response, FilterChain chain)
        throws IOException, ServletException {
      boolean untold = ((HttpServletRequest) request).getHeader("Transfer-Encoding") != null;
      if (!untold && request.getContentLengthLong() <= MOST) {
        chain.doFilter(request, response);
        return;
      }
      HttpServletResponse refused = (HttpServletResponse) response;
      refused.setStatus(HttpServletResponse.SC_REQUEST_ENTITY_TOO_LARGE);
      // What is left of the body is not wanted.
      refused.setHeader("Connection", "close");
    }
  }
}
