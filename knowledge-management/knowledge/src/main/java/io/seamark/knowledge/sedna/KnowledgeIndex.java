package io.seamark.knowledge.sedna;

import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * What the knowledge base holds, in words of its own: the content of {@code index.json}.
 *
 * @param format version of this record, 1
 * @param files by name
 * @param dropped entries that requests since the last index asked to drop
 * @param statuses those requests and earlier ones, the newest last, at most {@value #STATUSES}
 */
public record KnowledgeIndex(
    int format,
    SortedMap<String, StoredFile> files,
    SortedSet<String> dropped,
    List<TaskStatus> statuses) {
  static final int FORMAT = 1;
  static final int STATUSES = 32;

  private static final String MODEL = ".model";
  private static final String SAMPLE = ".sample";

  /** Copies the collections; what a file leaves out is empty. */
  public KnowledgeIndex(
      int format,
      @Nullable SortedMap<String, StoredFile> files,
      @Nullable SortedSet<String> dropped,
      @Nullable List<TaskStatus> statuses) {
    this.format = format;
    this.files =
        Collections.unmodifiableSortedMap(files == null ? new TreeMap<>() : new TreeMap<>(files));
    this.dropped =
        Collections.unmodifiableSortedSet(
            dropped == null ? new TreeSet<>() : new TreeSet<>(dropped));
    this.statuses = statuses == null ? List.of() : List.copyOf(statuses);
  }

  /**
   * A task group, as far as the names of its files tell.
   *
   * @param entry its name
   * @param model name of the file with its model
   * @param samples names of the files with its samples
   * @param dropped whether an evaluation asked to drop it
   */
  public record Entry(String entry, String model, List<String> samples, boolean dropped) {}

  static KnowledgeIndex empty() {
    return new KnowledgeIndex(FORMAT, null, null, null);
  }

  /**
   * The task groups, by Sedna's rule for names: {@code ENTRY.model} and {@code TYPE_ENTRY.sample}.
   *
   * @return in the order of their names
   */
  public List<Entry> entries() {
    Map<String, List<String>> samples = new TreeMap<>();
    for (String name : files.keySet()) {
      int type = name.indexOf('_');
      if (name.endsWith(SAMPLE) && type > 0) {
        String entry = name.substring(type + 1, name.length() - SAMPLE.length());
        samples.computeIfAbsent(entry, key -> new ArrayList<>()).add(name);
      }
    }
    List<Entry> entries = new ArrayList<>();
    for (String name : files.keySet()) {
      if (name.endsWith(MODEL)) {
        String entry = name.substring(0, name.length() - MODEL.length());
        entries.add(
            new Entry(
                entry, name, samples.getOrDefault(entry, List.of()), dropped.contains(entry)));
      }
    }
    return entries;
  }

  /** How much all files take; one that several names stand for counts once. */
  long bytes() {
    Map<String, Long> each = new TreeMap<>();
    files.values().forEach(file -> each.put(file.sha256(), file.bytes()));
    return each.values().stream().mapToLong(Long::longValue).sum();
  }

  boolean refersTo(String sha256) {
    return files.values().stream().anyMatch(file -> file.sha256().equals(sha256));
  }

  /** With a file in place of the one of that name; a new index begins without dropped entries. */
  KnowledgeIndex with(String name, StoredFile file) {
    SortedMap<String, StoredFile> more = new TreeMap<>(files);
    more.put(name, file);
    boolean index = name.equals(KnowledgeBase.INDEX);
    return new KnowledgeIndex(FORMAT, more, index ? null : dropped, statuses);
  }

  /** Without some files. */
  KnowledgeIndex without(Collection<String> names) {
    SortedMap<String, StoredFile> fewer = new TreeMap<>(files);
    fewer.keySet().removeAll(names);
    return new KnowledgeIndex(FORMAT, fewer, dropped, statuses);
  }

  /** With what a request asks to drop: an entry stays where it is listed exactly if it is to. */
  KnowledgeIndex with(TaskStatus status) {
    Set<String> listed = new HashSet<>(status.tasks());
    SortedSet<String> more = new TreeSet<>(dropped);
    for (Entry entry : entries()) {
      if (listed.contains(entry.entry()) != (status.status() != 0)) {
        more.add(entry.entry());
      }
    }
    List<TaskStatus> all = new ArrayList<>(statuses);
    all.add(status);
    return new KnowledgeIndex(
        FORMAT, files, more, all.subList(Math.max(0, all.size() - STATUSES), all.size()));
  }
}
