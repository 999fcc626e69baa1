package io.seamark.edge.sync;

import java.io.IOException;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.net.URI;
import java.nio.ByteBuffer;
import java.nio.channels.AsynchronousFileChannel;
import java.nio.channels.CompletionHandler;
import java.nio.channels.FileLock;
import java.nio.channels.SeekableByteChannel;
import java.nio.file.AccessMode;
import java.nio.file.CopyOption;
import java.nio.file.DirectoryStream;
import java.nio.file.FileStore;
import java.nio.file.FileSystem;
import java.nio.file.LinkOption;
import java.nio.file.OpenOption;
import java.nio.file.Path;
import java.nio.file.PathMatcher;
import java.nio.file.WatchService;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.FileAttributeView;
import java.nio.file.attribute.UserPrincipalLookupService;
import java.nio.file.spi.FileSystemProvider;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Future;
import org.jspecify.annotations.Nullable;

/** The real disk, which notes what is forced, renamed and deleted, in its order. */
final class WatchedDisk {
  private final List<String> events = Collections.synchronizedList(new ArrayList<>());
  private final Path root;
  private final FileSystem system;

  WatchedDisk(Path root) {
    this.root = root;
    this.system = new WatchedSystem(root.getFileSystem());
  }

  /** The root, as this watches it. */
  Path root() {
    return watched(root);
  }

  /**
   * {@code force}, {@code rename} and {@code delete} with the names of files, then none any more.
   */
  List<String> events() {
    List<String> all = List.copyOf(events);
    events.clear();
    return all;
  }

  private void note(String what, Path... files) {
    StringBuilder line = new StringBuilder(what);
    for (Path file : files) {
      String name = String.valueOf(root.relativize(real(file)));
      line.append(' ').append(name.replaceFirst("\\.seamark-[0-9a-f]{32}", "*"));
    }
    events.add(line.toString());
  }

  private Path watched(Path path) {
    return (Path)
        Proxy.newProxyInstance(
            WatchedDisk.class.getClassLoader(),
            new Class<?>[] {Path.class, Real.class},
            (proxy, method, arguments) -> {
              if (method.getName().equals("real")) {
                return path;
              }
              if (method.getName().equals("getFileSystem")) {
                return system;
              }
              try {
                Object result =
                    method.invoke(
                        path,
                        arguments == null
                            ? null
                            : Arrays.stream(arguments)
                                .map(a -> a instanceof Path p ? real(p) : a)
                                .toArray());
                return result instanceof Path p ? watched(p) : result;
              } catch (InvocationTargetException e) {
                throw Objects.requireNonNullElse(e.getCause(), e);
              }
            });
  }

  private static Path real(Path path) {
    return path instanceof Real watched ? watched.real() : path;
  }

  /** A path that is watched. */
  interface Real {
    Path real();
  }

  private final class WatchedSystem extends FileSystem {
    private final FileSystem disk;
    private final Provider provider;

    WatchedSystem(FileSystem disk) {
      this.disk = disk;
      this.provider = new Provider(disk.provider());
    }

    @Override
    public FileSystemProvider provider() {
      return provider;
    }

    @Override
    public void close() {
      // It is everybody's.
    }

    @Override
    public boolean isOpen() {
      return true;
    }

    @Override
    public boolean isReadOnly() {
      return false;
    }

    @Override
    public String getSeparator() {
      return disk.getSeparator();
    }

    @Override
    public Iterable<Path> getRootDirectories() {
      return disk.getRootDirectories();
    }

    @Override
    public Iterable<FileStore> getFileStores() {
      return disk.getFileStores();
    }

    @Override
    public Set<String> supportedFileAttributeViews() {
      return disk.supportedFileAttributeViews();
    }

    @Override
    public Path getPath(String first, String... more) {
      return watched(disk.getPath(first, more));
    }

    @Override
    public PathMatcher getPathMatcher(String pattern) {
      return disk.getPathMatcher(pattern);
    }

    @Override
    public UserPrincipalLookupService getUserPrincipalLookupService() {
      return disk.getUserPrincipalLookupService();
    }

    @Override
    public WatchService newWatchService() throws IOException {
      return disk.newWatchService();
    }
  }

  private final class Provider extends FileSystemProvider {
    private final FileSystemProvider disk;

    Provider(FileSystemProvider disk) {
      this.disk = disk;
    }

    @Override
    public String getScheme() {
      return "watched";
    }

    @Override
    public FileSystem newFileSystem(URI uri, Map<String, ?> environment) {
      throw new UnsupportedOperationException();
    }

    @Override
    public FileSystem getFileSystem(URI uri) {
      return system;
    }

    @Override
    public Path getPath(URI uri) {
      return watched(disk.getPath(uri));
    }

    @Override
    public SeekableByteChannel newByteChannel(
        Path path, Set<? extends OpenOption> options, FileAttribute<?>... attributes)
        throws IOException {
      return disk.newByteChannel(real(path), options, attributes);
    }

    @Override
    public AsynchronousFileChannel newAsynchronousFileChannel(
        Path path,
        Set<? extends OpenOption> options,
        @Nullable ExecutorService executor,
        FileAttribute<?>... attributes)
        throws IOException {
      return new Channel(
          path, disk.newAsynchronousFileChannel(real(path), options, executor, attributes));
    }

    @Override
    public DirectoryStream<Path> newDirectoryStream(
        Path folder, DirectoryStream.Filter<? super Path> filter) throws IOException {
      List<Path> files = new ArrayList<>();
      try (DirectoryStream<Path> real = disk.newDirectoryStream(real(folder), p -> true)) {
        for (Path file : real) {
          Path watched = watched(file);
          if (filter.accept(watched)) {
            files.add(watched);
          }
        }
      }
      return new DirectoryStream<>() {
        @Override
        public java.util.Iterator<Path> iterator() {
          return files.iterator();
        }

        @Override
        public void close() {
          // Read already.
        }
      };
    }

    @Override
    public void createDirectory(Path folder, FileAttribute<?>... attributes) throws IOException {
      disk.createDirectory(real(folder), attributes);
    }

    @Override
    public void delete(Path path) throws IOException {
      disk.delete(real(path));
      note("delete", path);
    }

    @Override
    public void copy(Path source, Path target, CopyOption... options) throws IOException {
      disk.copy(real(source), real(target), options);
    }

    @Override
    public void move(Path source, Path target, CopyOption... options) throws IOException {
      disk.move(real(source), real(target), options);
      note("rename", source, target);
    }

    @Override
    public boolean isSameFile(Path one, Path other) throws IOException {
      return disk.isSameFile(real(one), real(other));
    }

    @Override
    public boolean isHidden(Path path) throws IOException {
      return disk.isHidden(real(path));
    }

    @Override
    public FileStore getFileStore(Path path) throws IOException {
      return disk.getFileStore(real(path));
    }

    @Override
    public void checkAccess(Path path, AccessMode... modes) throws IOException {
      disk.checkAccess(real(path), modes);
    }

    @Override
    public <V extends FileAttributeView> @Nullable V getFileAttributeView(
        Path path, Class<V> type, LinkOption... options) {
      return disk.getFileAttributeView(real(path), type, options);
    }

    @Override
    public <A extends BasicFileAttributes> A readAttributes(
        Path path, Class<A> type, LinkOption... options) throws IOException {
      return disk.readAttributes(real(path), type, options);
    }

    @Override
    public Map<String, Object> readAttributes(Path path, String names, LinkOption... options)
        throws IOException {
      return disk.readAttributes(real(path), names, options);
    }

    @Override
    public void setAttribute(Path path, String name, @Nullable Object value, LinkOption... options)
        throws IOException {
      disk.setAttribute(real(path), name, value, options);
    }
  }

  private final class Channel extends AsynchronousFileChannel {
    private final Path path;
    private final AsynchronousFileChannel file;

    Channel(Path path, AsynchronousFileChannel file) {
      this.path = path;
      this.file = file;
    }

    @Override
    public void force(boolean metadata) throws IOException {
      file.force(metadata);
      note("force", path);
    }

    @Override
    public long size() throws IOException {
      return file.size();
    }

    @Override
    public AsynchronousFileChannel truncate(long size) throws IOException {
      file.truncate(size);
      return this;
    }

    @Override
    public <A> void lock(
        long at, long size, boolean shared, A with, CompletionHandler<FileLock, ? super A> then) {
      file.lock(at, size, shared, with, then);
    }

    @Override
    public Future<FileLock> lock(long at, long size, boolean shared) {
      return file.lock(at, size, shared);
    }

    @Override
    public @Nullable FileLock tryLock(long at, long size, boolean shared) throws IOException {
      return file.tryLock(at, size, shared);
    }

    @Override
    public <A> void read(
        ByteBuffer into, long at, A with, CompletionHandler<Integer, ? super A> then) {
      file.read(into, at, with, then);
    }

    @Override
    public Future<Integer> read(ByteBuffer into, long at) {
      return file.read(into, at);
    }

    @Override
    public <A> void write(
        ByteBuffer from, long at, A with, CompletionHandler<Integer, ? super A> then) {
      file.write(from, at, with, then);
    }

    @Override
    public Future<Integer> write(ByteBuffer from, long at) {
      return file.write(from, at);
    }

    @Override
    public boolean isOpen() {
      return file.isOpen();
    }

    @Override
    public void close() throws IOException {
      file.close();
    }
  }
}
