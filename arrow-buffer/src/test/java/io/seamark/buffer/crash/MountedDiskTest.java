package io.seamark.buffer.crash;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.seamark.buffer.format.Disk;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * The trials on file systems that are full, or that the kernel has made read-only. Needs the right
 * to mount; {@link FaultTest} plays the same where that is missing.
 */
class MountedDiskTest {
  @TempDir
  @SuppressWarnings("NullAway.Init")
  Path folder;

  private interface Work {
    void on(Path mounted) throws Exception;
  }

  /** What a command said, with its status in front. */
  private static String run(String... command) throws Exception {
    Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
    process.getOutputStream().close();
    String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertTrue(process.waitFor(60, TimeUnit.SECONDS), String.join(" ", command));
    return process.exitValue() + " " + said.strip();
  }

  /** Mounts, works and unmounts; says so where that may not be done here. */
  private void mounted(Work work, String... mount) throws Exception {
    List<String> command = new ArrayList<>(List.of(mount));
    Path here = Files.createDirectories(folder.resolve("mounted"));
    command.add(here.toString());
    String said;
    try {
      said = run(command.toArray(new String[0]));
    } catch (IOException e) {
      said = "1 " + e.getMessage();
    }
    Assumptions.assumeTrue(
        said.startsWith("0"),
        "cannot mount here, so only the simulated disk was full or read-only: " + said);
    try {
      work.on(here);
    } finally {
      run("umount", "-l", here.toString());
    }
  }

  private static List<Trial.Worker> workers(Trial.Opened opened) {
    List<Trial.Worker> workers = new ArrayList<>(opened.appenders());
    workers.addAll(opened.keepers());
    return workers;
  }

  /** Works until something fails. */
  private static IOException failure(List<Trial.Worker> workers, Random random) {
    return assertThrows(
        IOException.class,
        () -> {
          for (int step = 0; step < 2000; step++) {
            workers.get(random.nextInt(workers.size())).step(random);
          }
        });
  }

  /** Takes all the room there is, in two files of which the second is small. */
  private static void fill(Path mounted) throws IOException {
    for (String name : List.of("large", "small")) {
      try (RandomAccessFile file = new RandomAccessFile(mounted.resolve(name).toFile(), "rw")) {
        file.seek(file.length());
        byte[] block = new byte[name.equals("large") ? 64 << 10 : 512];
        while (true) {
          file.write(block);
        }
      } catch (IOException e) {
        assertTrue(String.valueOf(e.getMessage()).contains("No space left"), e.getMessage());
      }
    }
  }

  private void goesOnOnceThereIsRoom(Path mounted) throws IOException {
    for (Trial trial : Trial.all()) {
      Random random = new Random(3);
      Path store = mounted.resolve(trial.name());
      Trial.Opened opened = trial.open(store, Disk.local(), trial.start(), trial::learn);
      try (Trial.OpenStore open = opened.store()) {
        List<Trial.Worker> workers = workers(opened);
        for (int step = 0; step < 30; step++) {
          workers.get(random.nextInt(workers.size())).step(random);
        }
        fill(mounted);
        for (int i = 0; i < 3; i++) {
          IOException full = failure(workers, random);
          assertTrue(String.valueOf(full.getMessage()).contains("No space left"), full.toString());
          trial.check(open);
        }
        Files.delete(mounted.resolve("large"));
        Files.delete(mounted.resolve("small"));
        assertEquals("", open.failure());
        for (int step = 0; step < 30; step++) {
          workers.get(random.nextInt(workers.size())).step(random);
        }
        trial.check(open);
      }
      trial.restarted();
      assertTrue(trial.check(store, Disk.local()) > 0);
      delete(store);
    }
  }

  private static void delete(Path store) throws IOException {
    try (Stream<Path> files = Files.list(store)) {
      for (Path file : files.toList()) {
        Files.delete(file);
      }
    }
  }

  @Test
  void aFullFileSystemInMemoryLosesNothing() throws Exception {
    mounted(this::goesOnOnceThereIsRoom, "mount", "-t", "tmpfs", "-o", "size=3m", "none");
  }

  private Path image() throws Exception {
    Path image = folder.resolve("image");
    try (RandomAccessFile file = new RandomAccessFile(image.toFile(), "rw")) {
      file.setLength(8 << 20);
    }
    String made;
    try {
      made = run("mkfs.ext4", "-q", "-F", "-m", "0", image.toString());
    } catch (IOException e) {
      made = "1 " + e.getMessage();
    }
    Assumptions.assumeTrue(made.startsWith("0"), "cannot make a file system here: " + made);
    return image;
  }

  @Test
  void aFullExt4LosesNothing() throws Exception {
    mounted(this::goesOnOnceThereIsRoom, "mount", "-o", "loop", image().toString());
  }

  @Test
  void whatTheKernelMadeReadOnlyIsReadAndGoesOnAfterwards() throws Exception {
    Path image = image();
    for (Trial trial : Trial.all()) {
      Random random = new Random(4);
      mounted(
          mounted -> {
            Path store = mounted.resolve(trial.name());
            Trial.Opened opened = trial.open(store, Disk.local(), trial.start(), trial::learn);
            try (Trial.OpenStore open = opened.store()) {
              List<Trial.Worker> workers = workers(opened);
              for (int step = 0; step < 30; step++) {
                workers.get(random.nextInt(workers.size())).step(random);
              }
              makeReadOnly(mounted);
              failure(workers, random);
              trial.check(open);
              failure(workers, random);
              trial.check(open);
              trial.look(store);
            }
          },
          "mount",
          "-o",
          "loop,errors=remount-ro",
          image.toString());
      trial.restarted();
      run("fsck.ext4", "-fy", image.toString());
      mounted(
          mounted -> {
            Path store = mounted.resolve(trial.name());
            assertTrue(trial.check(store, Disk.local()) > 0);
            Trial.Opened opened = trial.open(store, Disk.local(), trial.start(), trial::learn);
            try (Trial.OpenStore open = opened.store()) {
              for (Trial.Worker worker : workers(opened)) {
                worker.step(random);
              }
              trial.check(open);
            }
          },
          "mount",
          "-o",
          "loop",
          image.toString());
    }
  }

  /** As the kernel does when it finds the file system damaged: at once, whoever has files open. */
  private static void makeReadOnly(Path mounted) throws Exception {
    String device = run("findmnt", "-n", "-o", "SOURCE", mounted.toString()).substring(2);
    Path trigger =
        Path.of("/sys/fs/ext4", String.valueOf(Path.of(device).getFileName()), "trigger_fs_error");
    Assumptions.assumeTrue(
        Files.isWritable(trigger), "the kernel has no " + trigger + ", so nothing was read-only");
    Files.writeString(trigger, "trial");
    assertThrows(IOException.class, () -> Files.createFile(mounted.resolve("new")));
  }
}
