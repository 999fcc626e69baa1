/**
 * What a part of Seamark asks of the machine it runs on, in one place each: files that are files
 * ({@link io.seamark.host.PlainFile}), paths as people write them ({@link
 * io.seamark.host.NamedPath}), a temporary folder that native libraries can be loaded from ({@link
 * io.seamark.host.TemporaryFolder}), a second JVM with bounds ({@link io.seamark.host.ChildJvm}),
 * and HTTP clients that know the proxies of the environment ({@link io.seamark.host.HttpClients}).
 */
@NullMarked
package io.seamark.host;

import org.jspecify.annotations.NullMarked;
