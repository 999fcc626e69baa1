package io.seamark.sedna.job;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.seamark.durable.DurableFiles;
import io.seamark.durable.OutputFolder;
import io.seamark.sedna.JobIndex;
import io.seamark.sedna.RemoteFiles;
import io.seamark.sedna.Worker;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Hands a round's files on: to the knowledge base, in the order and under the names that Sedna's
 * workers use, and to {@code OUTPUT_URL}, the index last.
 */
final class IndexDelivery {
  private static final Logger LOG = LoggerFactory.getLogger(IndexDelivery.class);
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final String EXTRACTOR = "seen_task_task_attr_extractor.pkl";
  private static final String UNSEEN_EXTRACTOR = "unseen_task_task_attr_extractor.pkl";

  /** The one group of tasks, which share the one model. */
  private static final String GROUP = "shared_model-";

  private final Worker worker;
  private final RemoteFiles files;
  private final OutputFolder out;
  private final KnowledgeBase base;

  IndexDelivery(Worker worker, RemoteFiles files, OutputFolder out, KnowledgeBase base) {
    this.worker = worker;
    this.files = files;
    this.out = out;
    this.base = base;
  }

  /**
   * Delivers a round.
   *
   * @throws IOException if it cannot be written to {@code OUTPUT_URL}
   */
  void deliver(TrainedRound round) throws IOException {
    // The version is part of the name: the knowledge base keeps one file of a name, and a model
    // that is deployed must stay there while its successor is evaluated.
    String entry = GROUP + round.done().model().version();
    List<String> model = new ArrayList<>(model(round, entry));
    JobIndex.Stored samples =
        stored("train_" + entry + ".sample", JSON.valueToTree(round.samples()).toString());
    Map<String, Integer> places = new LinkedHashMap<>();
    round.done().tasks().keySet().stream().sorted().forEach(task -> places.put(task, 0));
    JobIndex.Stored extractor = stored(EXTRACTOR, json(places));
    JobIndex.Stored unseen = stored(UNSEEN_EXTRACTOR, "null");
    List<JobIndex.Task> tasks =
        round.done().tasks().entrySet().stream()
            .sorted(Map.Entry.comparingByKey())
            .map(task -> new JobIndex.Task(task.getKey(), task.getValue(), false))
            .toList();
    JobIndex.Group group =
        new JobIndex.Group(entry, tasks, samples, new JobIndex.Model(round.done().model(), model));
    JobIndex index =
        new JobIndex(
            JobIndex.FORMAT,
            Long.toString(Instant.now().getEpochSecond()),
            new JobIndex.Tasks(List.of(group), extractor),
            new JobIndex.Tasks(List.of(), unseen),
            round.done().verdict(),
            round.done().reason(),
            round.datasets());
    write(index, base.update(index.bytes()));
  }

  /** Where the round's model is; the former places of one that is not of this round stay. */
  private List<String> model(TrainedRound round, String entry) throws IOException {
    List<String> urls = new ArrayList<>();
    base.upload(round.model(), entry + ".model").ifPresent(urls::add);
    if (round.former().isEmpty()) {
      String name = "model-" + round.done().model().version() + ".safetensors";
      Path here = out.path().resolve(name);
      if (!here.equals(round.model())) {
        DurableFiles.copy(round.model(), here);
      }
      files.put(here, worker.output(name));
      urls.add(worker.output(name));
    }
    for (String url : round.former()) {
      if (!urls.contains(url)) {
        urls.add(url);
      }
    }
    return urls;
  }

  private JobIndex.Stored stored(String name, String text) throws IOException {
    out.write(name, (text + "\n").getBytes(StandardCharsets.UTF_8));
    Path file = out.path().resolve(name);
    List<String> urls = new ArrayList<>();
    base.upload(file, name).ifPresent(urls::add);
    files.put(file, worker.output(name));
    urls.add(worker.output(name));
    return new JobIndex.Stored(urls);
  }

  /**
   * Writes an index to {@code OUTPUT_URL}.
   *
   * @param index with what this worker has found
   * @param kept where the knowledge base has its copy, which is looked at; empty for nowhere
   */
  void write(JobIndex index, Optional<String> kept) throws IOException {
    kept.ifPresent(url -> check(index, url));
    out.write(Worker.INDEX, index.bytes());
    out.force();
    files.put(out.path().resolve(Worker.INDEX), worker.output(Worker.INDEX));
  }

  /** A knowledge base that another job uses too, or that keeps other files, is found out here. */
  private void check(JobIndex index, String url) {
    try {
      JobIndex found = JobIndex.read(url, files.read(url, JobIndex.MAX_BYTES));
      if (!found.model().announced().equals(index.model().announced())) {
        LOG.warn("event=knowledge_base_differs url={} reason=\"it is of another model\"", url);
      }
    } catch (IOException e) {
      LOG.warn("event=knowledge_base_differs url={} reason=\"{}\"", url, e.getMessage());
    }
  }

  private static String json(Map<String, Integer> places) {
    try {
      return JSON.writeValueAsString(places);
    } catch (JsonProcessingException e) {
      throw new IllegalStateException("a map of numbers is always written", e);
    }
  }
}
