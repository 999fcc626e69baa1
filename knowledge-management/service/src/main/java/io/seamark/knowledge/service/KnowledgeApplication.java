package io.seamark.knowledge.service;

import jakarta.ws.rs.ApplicationPath;
import jakarta.ws.rs.core.Application;

/** The REST application, at the root of its server. */
@ApplicationPath("/")
public class KnowledgeApplication extends Application {}
