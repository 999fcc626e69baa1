package io.seamark.knowledge.service;

import io.seamark.exchange.Problems;
import jakarta.ws.rs.ext.Provider;

/** This service answers problems as problem JSON, on all its paths. */
@Provider
public class KnowledgeProblems extends Problems {
  /** Made by the container. */
  public KnowledgeProblems() {}
}
