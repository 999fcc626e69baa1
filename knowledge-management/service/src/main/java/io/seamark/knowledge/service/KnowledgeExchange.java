package io.seamark.knowledge.service;

import io.seamark.exchange.ExchangeFilter;
import io.seamark.exchange.MemoryBudget;
import jakarta.servlet.DispatcherType;
import jakarta.servlet.annotation.WebFilter;
import java.time.Duration;

/** What this service takes, on all its paths: no request has a body worth the name. */
@WebFilter(
    urlPatterns = "/*",
    asyncSupported = true,
    dispatcherTypes = {DispatcherType.REQUEST, DispatcherType.ASYNC})
public class KnowledgeExchange extends ExchangeFilter {
  private static final Limits LIMITS = new Limits(64 << 10, Duration.ofSeconds(30), 256, 512);

  private final MemoryBudget memory =
      new MemoryBudget("requests", Runtime.getRuntime().maxMemory() / 8);

  /** Made by the container. */
  public KnowledgeExchange() {}

  @Override
  protected Limits limits() {
    return LIMITS;
  }

  @Override
  protected MemoryBudget memory() {
    return memory;
  }
}
