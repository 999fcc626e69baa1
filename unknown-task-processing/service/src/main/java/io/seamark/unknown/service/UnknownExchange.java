package io.seamark.unknown.service;

import io.seamark.exchange.ExchangeFilter;
import io.seamark.exchange.MemoryBudget;
import jakarta.inject.Inject;
import jakarta.servlet.DispatcherType;
import jakarta.servlet.annotation.WebFilter;

/** What this service takes, on all its paths. */
@WebFilter(
    urlPatterns = "/*",
    asyncSupported = true,
    dispatcherTypes = {DispatcherType.REQUEST, DispatcherType.ASYNC})
public class UnknownExchange extends ExchangeFilter {
  private static final int PER_CLIENT = 256;
  private static final int ALL = 512;

  @Inject ProcessingHost host;
  @Inject ServiceMemory memory;

  /** Made by the container. */
  public UnknownExchange() {}

  @Override
  protected Limits limits() {
    return new Limits(TaskProcessor.LIMIT, host.patience(), PER_CLIENT, ALL);
  }

  /** Each contract has its own errors. */
  @Override
  protected boolean resourcesRefuse() {
    return true;
  }

  @Override
  protected MemoryBudget memory() {
    return memory.requests();
  }
}
