package io.seamark.sedna;

import com.fasterxml.jackson.annotation.JsonProperty;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.seamark.edge.sync.ModelAnnouncement;
import java.io.IOException;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * What the workers of a job hand to each other, in the place of Sedna's pickled index and with its
 * names: the groups of tasks with their models, and where each file is. See {@link SealedJson} for
 * how it is written.
 *
 * @param format {@link #FORMAT}
 * @param created seconds since 1970, as text
 * @param seen what was trained
 * @param unseen what is not known to any task; holds no groups
 * @param verdict {@code trained}, or {@code rejected} or {@code idle} where the model is still that
 *     of the round before
 * @param reason of the verdict; may be empty
 * @param datasets what this and earlier rounds were given, the first one first
 */
public record JobIndex(
    @JsonProperty("seamark_index") int format,
    @JsonProperty("create_time") String created,
    @JsonProperty("seen_task") Tasks seen,
    @JsonProperty("unseen_task") Tasks unseen,
    @JsonProperty("verdict") String verdict,
    @JsonProperty("reason") String reason,
    @JsonProperty("datasets") List<Dataset> datasets) {
  /** The format that is written and read. */
  public static final int FORMAT = 1;

  /** Most bytes of an index. */
  public static final int MAX_BYTES = 16 << 20;

  private static final ObjectMapper JSON =
      JsonMapper.builder().disable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES).build();

  /** Checks what Jackson leaves null. */
  @SuppressWarnings("ConstantValue")
  public JobIndex {
    Objects.requireNonNull(created, "create_time is missing");
    Objects.requireNonNull(seen, "seen_task is missing");
    Objects.requireNonNull(unseen, "unseen_task is missing");
    verdict = verdict == null ? "" : verdict;
    reason = reason == null ? "" : reason;
    datasets = datasets == null ? List.of() : List.copyOf(datasets);
    if (format != FORMAT) {
      throw new IllegalArgumentException(
          "seamark_index is " + format + ", but this release reads " + FORMAT);
    }
    if (seen.groups().isEmpty()) {
      throw new IllegalArgumentException("task_groups is empty, but must have at least one");
    }
  }

  /**
   * Groups of tasks.
   *
   * @param groups that share a model each
   * @param extractor maps a task's name to its model's place
   */
  public record Tasks(
      @JsonProperty("task_groups") List<Group> groups,
      @JsonProperty("extractor") Stored extractor) {
    /** Checks what Jackson leaves null. */
    @SuppressWarnings("ConstantValue")
    public Tasks {
      groups = groups == null ? List.of() : List.copyOf(groups);
      Objects.requireNonNull(extractor, "extractor is missing");
    }
  }

  /**
   * Tasks that share a model.
   *
   * @param entry its name, which its files are named after
   * @param tasks in it
   * @param samples what was trained on
   * @param model what labels their frames
   */
  public record Group(
      @JsonProperty("entry") String entry,
      @JsonProperty("tasks") List<Task> tasks,
      @JsonProperty("samples") Stored samples,
      @JsonProperty("model") Model model) {
    /** Checks what Jackson leaves null. */
    @SuppressWarnings("ConstantValue")
    public Group {
      Objects.requireNonNull(entry, "entry of a group is missing");
      tasks = tasks == null ? List.of() : List.copyOf(tasks);
      Objects.requireNonNull(samples, "samples of a group are missing");
      Objects.requireNonNull(model, "model of a group is missing");
    }
  }

  /**
   * A task.
   *
   * @param entry its name
   * @param samples how many it had
   * @param dropped whether an evaluation dropped it
   */
  public record Task(
      @JsonProperty("entry") String entry,
      @JsonProperty("samples") int samples,
      @JsonProperty("dropped") boolean dropped) {}

  /**
   * A file.
   *
   * @param urls where it is, to be tried in turn; empty for nowhere
   */
  public record Stored(@JsonProperty("urls") List<String> urls) {
    /** Checks what Jackson leaves null. */
    @SuppressWarnings("ConstantValue")
    public Stored {
      urls = urls == null ? List.of() : List.copyOf(urls);
    }
  }

  /**
   * A model.
   *
   * @param announced version, digest, size and parent
   * @param urls where its file is, to be tried in turn
   */
  public record Model(
      @JsonProperty("announced") ModelAnnouncement announced,
      @JsonProperty("urls") List<String> urls) {
    /** Checks what Jackson leaves null. */
    @SuppressWarnings("ConstantValue")
    public Model {
      Objects.requireNonNull(announced, "announced of a model is missing");
      urls = urls == null ? List.of() : List.copyOf(urls);
    }
  }

  /**
   * What a round was given.
   *
   * @param index of its samples
   * @param original that it was taken from; may be empty
   */
  public record Dataset(
      @JsonProperty("index") String index, @JsonProperty("original") @Nullable String original) {
    /**
     * What relative paths are relative to.
     *
     * @return empty for the index itself
     */
    public String base() {
      return original == null ? "" : original;
    }
  }

  /**
   * The one model that is deployed.
   *
   * @return of the first group
   */
  public Model model() {
    return seen.groups().get(0).model();
  }

  /**
   * The index as it is written.
   *
   * @return sealed JSON
   */
  public byte[] bytes() {
    return SealedJson.write(JSON.valueToTree(this));
  }

  /**
   * Reads an index.
   *
   * @param where it is, for messages
   * @param bytes that begin with it
   * @return the index
   * @throws IOException if it is none, is of another format, or not whole; names the place
   */
  public static JobIndex read(String where, byte[] bytes) throws IOException {
    try {
      ObjectNode object = SealedJson.read(bytes);
      return JSON.treeToValue(object, JobIndex.class);
    } catch (JsonProcessingException e) {
      String reason =
          e.getCause() == null ? e.getOriginalMessage() : String.valueOf(e.getCause().getMessage());
      throw new IOException("index " + where + ": " + reason, e);
    } catch (IOException e) {
      throw new IOException("index " + where + " " + e.getMessage(), e);
    }
  }

  /**
   * The same with other tasks in its group.
   *
   * @param tasks of the first group
   * @return another index
   */
  public JobIndex withTasks(List<Task> tasks) {
    Group group = seen.groups().get(0);
    return new JobIndex(
        format,
        created,
        new Tasks(
            List.of(new Group(group.entry(), tasks, group.samples(), group.model())),
            seen.extractor()),
        unseen,
        verdict,
        reason,
        datasets);
  }
}
