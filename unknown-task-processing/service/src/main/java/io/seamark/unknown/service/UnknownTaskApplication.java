package io.seamark.unknown.service;

import jakarta.ws.rs.ApplicationPath;
import jakarta.ws.rs.core.Application;

/** Puts the resources at the root. */
@ApplicationPath("/")
public class UnknownTaskApplication extends Application {}
