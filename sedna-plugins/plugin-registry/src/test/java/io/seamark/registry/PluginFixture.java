package io.seamark.registry;

import io.seamark.plugin.PluginProvider;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.jar.JarEntry;
import java.util.jar.JarOutputStream;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** Builds class paths and jars that name given providers. */
final class PluginFixture {
  private static final String SERVICE = "META-INF/services/" + PluginProvider.class.getName();

  private PluginFixture() {}

  /** A class loader on which exactly these providers are found. */
  static ClassLoader classPath(Path folder, Class<?>... providers) throws IOException {
    Path service = folder.resolve(SERVICE);
    Files.createDirectories(service.getParent());
    Files.writeString(service, names(providers));
    return new URLClassLoader(
        new URL[] {folder.toUri().toURL()}, PluginFixture.class.getClassLoader());
  }

  /** A registry of exactly these providers. */
  static PluginRegistry registry(Path folder, Class<?>... providers) throws IOException {
    return PluginRegistry.discover(null, classPath(folder, providers));
  }

  /** A jar with the sample providers' classes that names these. */
  static void jar(Path jar, Class<?>... providers) throws IOException {
    try (JarOutputStream out = new JarOutputStream(Files.newOutputStream(jar))) {
      write(out, SERVICE, names(providers).getBytes(StandardCharsets.UTF_8));
      List<Class<?>> classes =
          Stream.concat(
                  Stream.of(SampleProviders.class),
                  Arrays.stream(SampleProviders.class.getDeclaredClasses()))
              .collect(Collectors.toList());
      for (Class<?> one : classes) {
        String name = one.getName().replace('.', '/') + ".class";
        try (InputStream in = one.getClassLoader().getResourceAsStream(name)) {
          write(out, name, in == null ? new byte[0] : in.readAllBytes());
        }
      }
    }
  }

  private static void write(JarOutputStream jar, String name, byte[] bytes) throws IOException {
    jar.putNextEntry(new JarEntry(name));
    OutputStream out = jar;
    out.write(bytes);
    jar.closeEntry();
  }

  private static String names(Class<?>... providers) {
    return Arrays.stream(providers).map(Class::getName).collect(Collectors.joining("\n"));
  }
}
