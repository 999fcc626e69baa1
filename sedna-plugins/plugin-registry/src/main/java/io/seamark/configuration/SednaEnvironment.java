package io.seamark.configuration;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.seamark.plugin.PluginKind;
import io.seamark.registry.ConfiguredPlugins;
import java.net.URI;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * What Sedna tells a worker, as far as it says something to Seamark:
 *
 * <ul>
 *   <li>{@code HEM_NAME}: {@code seamark.hard_example_mining};
 *   <li>{@code HEM_PARAMETERS}, {@code [{"key":"threshold_img","value":"0.9"}]}: {@code
 *       hard_example_mining.HEM_NAME.KEY};
 *   <li>{@code WORKER_NAME}: {@code seamark.edge.name};
 *   <li>{@code MODEL_URL}, a path or {@code file:} URL: {@code seamark.edge.model}, where {@code
 *       WORKER_NAME} says that this is a Sedna worker; elsewhere the variable may be anybody's. An
 *       {@code http:}, {@code https:} or {@code s3:} URL is taken as it is, which only {@code
 *       seamark sedna} can read;
 *   <li>{@code PARAMETERS}, a JSON object, where {@code WORKER_NAME} says that this is a Sedna
 *       worker: those of its keys that begin with {@code seamark.} or with a plugin kind and a dot
 *       are settings; the others, and what is no JSON, belong to other programs.
 * </ul>
 *
 * <p>What else a worker of a lifelong-learning job is told is declared in {@link
 * io.seamark.setting.SednaWorkerSettings}.
 */
public final class SednaEnvironment extends MapSource {
  /** The source's place among the others. */
  public static final int ORDINAL = 250;

  private static final int LIMIT = 1 << 16;

  /**
   * Reads the variables.
   *
   * @param environment of the process
   * @throws IllegalArgumentException if one is wrong: one line for each
   */
  public SednaEnvironment(Map<String, String> environment) {
    super("Sedna's environment", ORDINAL, values(environment));
  }

  private static Map<String, String> values(Map<String, String> environment) {
    Map<String, String> values = new LinkedHashMap<>();
    List<String> failures = new ArrayList<>();
    String miner = variable(environment, "HEM_NAME");
    if (!miner.isEmpty()) {
      values.put(ConfiguredPlugins.selectionKey(PluginKind.HARD_EXAMPLE_MINING), miner);
    }
    parameters(variable(environment, "HEM_PARAMETERS"), miner, values, failures);
    String worker = variable(environment, "WORKER_NAME");
    if (!worker.isEmpty()) {
      values.put("seamark.edge.name", worker);
      String model = variable(environment, "MODEL_URL");
      if (!model.isEmpty()) {
        model(model, values, failures);
      }
      settings(variable(environment, "PARAMETERS"), values);
    }
    if (!failures.isEmpty()) {
      throw new IllegalArgumentException(String.join("\n", failures));
    }
    return values;
  }

  private static String variable(Map<String, String> environment, String name) {
    return environment.getOrDefault(name, "").strip();
  }

  private static void parameters(
      String text, String miner, Map<String, String> values, List<String> failures) {
    if (text.isEmpty()) {
      return;
    }
    String rule =
        ", but must be a JSON list such as [{\"key\":\"threshold_img\",\"value\":\"0.9\"}]";
    JsonNode list;
    try {
      if (text.length() > LIMIT) {
        failures.add("HEM_PARAMETERS has more than " + LIMIT + " characters");
        return;
      }
      list = new ObjectMapper().readTree(text);
    } catch (JsonProcessingException e) {
      failures.add("HEM_PARAMETERS is '" + text + "'" + rule);
      return;
    }
    if (!list.isArray()) {
      failures.add("HEM_PARAMETERS is '" + text + "'" + rule);
      return;
    }
    if (!list.isEmpty() && miner.isEmpty()) {
      failures.add("HEM_PARAMETERS is set, but HEM_NAME, which it belongs to, is not");
      return;
    }
    for (JsonNode one : list) {
      String key = one.path("key").asText("").strip();
      if (key.isEmpty() || !one.path("value").isValueNode() || one.path("value").isNull()) {
        failures.add("HEM_PARAMETERS holds '" + one + "'" + rule);
      } else {
        values.put(
            PluginKind.HARD_EXAMPLE_MINING.id() + "." + miner + "." + key,
            one.path("value").asText());
      }
    }
  }

  private static void settings(String text, Map<String, String> values) {
    if (text.length() > LIMIT || !text.startsWith("{")) {
      return;
    }
    try {
      for (Map.Entry<String, JsonNode> one : new ObjectMapper().readTree(text).properties()) {
        String key = one.getKey();
        boolean ours =
            key.startsWith("seamark.")
                || PluginKind.ALL.stream().anyMatch(kind -> key.startsWith(kind.id() + "."));
        if (ours && one.getValue().isValueNode() && !one.getValue().isNull()) {
          values.put(key, one.getValue().asText());
        }
      }
    } catch (JsonProcessingException e) {
      // Another program's, as every text that is no JSON.
      return;
    }
  }

  private static void model(String url, Map<String, String> values, List<String> failures) {
    try {
      boolean remote = url.matches("(?i)(https?|s3)://.+");
      boolean scheme = !remote && url.matches("[A-Za-z][A-Za-z0-9+.-]*:.*");
      values.put("seamark.edge.model", scheme ? Path.of(URI.create(url)).toString() : url);
    } catch (IllegalArgumentException | java.nio.file.FileSystemNotFoundException e) {
      failures.add(
          "MODEL_URL is '" + url + "', but must be a path or a file: URL of an edge model");
    }
  }
}
