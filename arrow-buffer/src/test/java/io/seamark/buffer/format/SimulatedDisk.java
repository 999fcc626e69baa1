package io.seamark.buffer.format;

import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * A disk in memory that forgets what was never forced. It can fail any operation, and its power can
 * be cut at any: {@link #afterPowerCut} then keeps what was forced, and of the rest whatever chance
 * keeps, sector by sector and name by name. A force makes durable what was written when it began.
 * Thread-safe.
 */
public final class SimulatedDisk implements Disk {
  /** How an operation ends. */
  public enum Fault {
    /** The power goes: nothing happens, and nothing will. */
    POWER_CUT,
    /**
     * The operation fails. A failed force leaves pages that read well, count as clean, and are
     * lost.
     */
    ERROR,
    /** As {@link #ERROR}, and so does every later operation. */
    ERROR_FROM_NOW_ON
  }

  /** The power went. */
  public static final class PowerCut extends Error {
    private static final long serialVersionUID = 1L;
  }

  private static final class Node {
    byte[] now = new byte[0];
    byte[] durable = new byte[0];
    final BitSet dirty = new BitSet();
    long modified;

    /** What the last force began with, on a disk that says too early that it is done. */
    @Nullable Begun early;

    Begun begin() {
      return new Begun(BitSet.valueOf(dirty.toLongArray()), now.length);
    }

    void force(Begun begun) {
      durable = Arrays.copyOf(durable, Math.min(now.length, begun.length()));
      begun.dirty().stream().filter(i -> i < durable.length).forEach(i -> durable[i] = now[i]);
      dirty.andNot(begun.dirty());
    }
  }

  /** What a file had when it was about to be forced. */
  private record Begun(BitSet dirty, int length) {}

  /** What a disk writes as a whole. */
  private static final int SECTOR = 512;

  /** A change to the folder that is not durable yet. */
  private record NameChange(Path name, @Nullable Node node) {}

  private final Map<Path, Node> now = new TreeMap<>();
  private final Map<Path, Node> durable = new TreeMap<>();
  private final List<NameChange> pending = new ArrayList<>();
  private long operations;
  private long faultAt = -1;
  private Fault fault = Fault.ERROR;
  private Predicate<String> faulty = operation -> true;
  private boolean dead;
  private boolean ignoresForces;
  private boolean forcesLate;
  private int forces;
  private int writes;
  private Runnable whileForcing = () -> {};
  private boolean full;

  /** Lets there be no room for a new file, nor for another byte in one that is there. */
  public synchronized void fill(boolean isFull) {
    full = isFull;
  }

  /** Lets one of the coming operations fail: 0 is the next of those that the predicate accepts. */
  public synchronized void failAt(long operation, Fault how, Predicate<String> which) {
    operations = 0;
    faultAt = operation;
    fault = how;
    faulty = which;
  }

  /** Lets forcing do nothing but claim success, as a log would have it that forgot to. */
  public synchronized void ignoreForces() {
    ignoresForces = true;
  }

  /**
   * Lets a force return before it is done: it makes durable what the force before it began with.
   */
  public synchronized void forceLate() {
    forcesLate = true;
  }

  /** Does something in the midst of each force of a file. */
  public synchronized void whileForcing(Runnable work) {
    whileForcing = work;
  }

  /** How often a file was forced, or should have been. */
  public synchronized int forces() {
    return forces;
  }

  /** How often a file was written to, or should have been. */
  public synchronized int writes() {
    return writes;
  }

  /** Lets all operations succeed from now on. */
  public synchronized void heal() {
    faultAt = -1;
    dead = false;
  }

  /** Whether the fault has come about. */
  public synchronized boolean faultCame() {
    return faultAt >= 0 && operations > faultAt;
  }

  /** What a machine finds after its power was cut now. */
  public synchronized SimulatedDisk afterPowerCut(Random random) {
    SimulatedDisk after = new SimulatedDisk();
    Map<Path, Node> names = new TreeMap<>(durable);
    boolean inOrder = random.nextBoolean();
    int kept = random.nextInt(pending.size() + 1);
    for (int i = 0; i < pending.size(); i++) {
      NameChange change = pending.get(i);
      if (inOrder ? i < kept : random.nextBoolean()) {
        if (change.node() == null) {
          names.remove(change.name());
        } else {
          names.put(change.name(), change.node());
        }
      }
    }
    names.forEach(
        (name, node) -> {
          Node survivor = new Node();
          survivor.durable = remains(node, random);
          survivor.now = survivor.durable.clone();
          after.now.put(name, survivor);
          after.durable.put(name, survivor);
        });
    return after;
  }

  private static byte[] remains(Node node, Random random) {
    int chance = random.nextInt(5);
    if (chance == 0) {
      return node.durable.clone();
    }
    BitSet sectors = new BitSet();
    for (int i = 0; i <= node.now.length / SECTOR; i++) {
      sectors.set(i, random.nextBoolean());
    }
    int shorter = Math.min(node.durable.length, node.now.length);
    int longer = Math.max(node.durable.length, node.now.length);
    int size = chance == 1 ? node.now.length : shorter + random.nextInt(longer - shorter + 1);
    byte[] bytes = Arrays.copyOf(node.durable, size);
    // The last sector of what is kept may be cut short by the file's size only.
    int from = chance == 3 ? random.nextInt(size + 1) / SECTOR * SECTOR : random.nextInt(size + 1);
    for (int i = 0; i < size && i < node.now.length; i++) {
      // Sectors reach the disk in any order.
      boolean kept = chance == 4 ? sectors.get(i / SECTOR) : chance == 3 ? i >= from : i < from;
      if (node.dirty.get(i) && kept) {
        bytes[i] = node.now[i];
      }
    }
    return bytes;
  }

  /** What a process finds after the one before it was killed: all that was written. */
  public synchronized SimulatedDisk afterKill() {
    SimulatedDisk after = new SimulatedDisk();
    now.forEach(
        (name, node) -> {
          Node copy = new Node();
          copy.now = node.now.clone();
          copy.durable = node.now.clone();
          after.now.put(name, copy);
          after.durable.put(name, copy);
        });
    return after;
  }

  /** The bytes of a file. */
  public synchronized byte[] bytes(Path file) {
    Node node = now.get(file);
    if (node == null) {
      throw new IllegalArgumentException("no " + file + " among " + now.keySet());
    }
    return node.now;
  }

  /** Puts a file there, durably. */
  public synchronized void put(Path file, byte[] bytes) {
    Node node = new Node();
    node.now = bytes.clone();
    node.durable = bytes.clone();
    now.put(file, node);
    durable.put(file, node);
  }

  /** The files. */
  public synchronized List<Path> files() {
    return List.copyOf(now.keySet());
  }

  private boolean failsNow(String operation) {
    if (dead) {
      if (fault == Fault.POWER_CUT) {
        throw new PowerCut();
      }
      return true;
    }
    if (faultAt < 0 || !faulty.test(operation) || operations++ != faultAt) {
      return false;
    }
    dead = fault != Fault.ERROR;
    if (fault == Fault.POWER_CUT) {
      throw new PowerCut();
    }
    return true;
  }

  private void operate(String operation) throws IOException {
    if (failsNow(operation)) {
      throw new IOException("simulated failure of " + operation);
    }
  }

  private static void requireRoom(boolean isThere) throws IOException {
    if (!isThere) {
      throw new IOException("No space left on device");
    }
  }

  @Override
  public synchronized List<Path> list(Path folder) {
    return now.keySet().stream().filter(p -> folder.equals(p.getParent())).toList();
  }

  @Override
  public synchronized File create(Path file) throws IOException {
    operate("create");
    requireRoom(!full);
    Node node = new Node();
    now.put(file, node);
    pending.add(new NameChange(file, node));
    return new Open(node);
  }

  @Override
  public synchronized File open(Path file, boolean write) throws IOException {
    Node node = now.get(file);
    if (node == null) {
      throw new NoSuchFileException(file.toString());
    }
    return new Open(node);
  }

  @Override
  public synchronized long size(Path file) throws IOException {
    Node node = now.get(file);
    if (node == null) {
      throw new NoSuchFileException(file.toString());
    }
    return node.now.length;
  }

  @Override
  public synchronized long modifiedMillis(Path file) throws IOException {
    Node node = now.get(file);
    if (node == null) {
      throw new NoSuchFileException(file.toString());
    }
    return node.modified;
  }

  @Override
  public synchronized void setModified(Path file, long millis) throws IOException {
    Node node = now.get(file);
    if (node == null) {
      throw new NoSuchFileException(file.toString());
    }
    node.modified = millis;
  }

  @Override
  public synchronized void rename(Path from, Path to) throws IOException {
    operate("rename");
    Node node = now.remove(from);
    if (node == null) {
      throw new NoSuchFileException(from.toString());
    }
    now.put(to, node);
    pending.add(new NameChange(to, node));
    pending.add(new NameChange(from, null));
  }

  @Override
  public synchronized void delete(Path file) throws IOException {
    operate("delete");
    if (now.remove(file) != null) {
      pending.add(new NameChange(file, null));
    }
  }

  @Override
  public synchronized void forceFolder(Path folder) throws IOException {
    operate("forceFolder");
    durable.clear();
    durable.putAll(now);
    pending.clear();
  }

  private final class Open implements File {
    private final Node node;

    Open(Node node) {
      this.node = node;
    }

    @Override
    public long size() {
      synchronized (SimulatedDisk.this) {
        return node.now.length;
      }
    }

    @Override
    public void read(ByteBuffer into, long at) throws IOException {
      synchronized (SimulatedDisk.this) {
        if (at + into.remaining() > node.now.length) {
          throw new EOFException("file ends before byte " + (at + into.remaining()));
        }
        into.put(node.now, (int) at, into.remaining());
      }
    }

    @Override
    public void write(ByteBuffer from, long at) throws IOException {
      synchronized (SimulatedDisk.this) {
        requireRoom(!full || at + from.remaining() <= node.now.length);
        writes++;
        boolean fails = failsNow("write");
        int length = fails ? from.remaining() / 2 : from.remaining();
        int end = (int) at + length;
        if (end > node.now.length) {
          node.now = Arrays.copyOf(node.now, end);
        }
        from.get(node.now, (int) at, length);
        node.dirty.set((int) at, end);
        if (fails) {
          throw new IOException("simulated failure of write: no space left");
        }
      }
    }

    @Override
    public void truncate(long size) throws IOException {
      synchronized (SimulatedDisk.this) {
        operate("truncate");
        node.now = Arrays.copyOf(node.now, (int) size);
        node.dirty.clear((int) size, Integer.MAX_VALUE);
      }
    }

    @Override
    public void force() throws IOException {
      Begun begun;
      Runnable work;
      synchronized (SimulatedDisk.this) {
        forces++;
        begun = node.begin();
        work = whileForcing;
      }
      work.run();
      synchronized (SimulatedDisk.this) {
        if (failsNow("force")) {
          node.dirty.andNot(begun.dirty());
          throw new IOException("simulated failure of force: input/output error");
        }
        Begun done = forcesLate ? node.early : begun;
        node.early = begun;
        if (!ignoresForces && done != null) {
          node.force(done);
        }
      }
    }

    @Override
    public void close() {}
  }
}
