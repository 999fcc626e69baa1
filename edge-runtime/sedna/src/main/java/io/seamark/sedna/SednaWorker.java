package io.seamark.sedna;

import io.seamark.cli.Verb;

/**
 * A worker of a job, {@code seamark sedna NAME}: a picocli command, discovered by {@link
 * java.util.ServiceLoader}, since a device has fewer than a cloud.
 */
public interface SednaWorker extends Verb {}
