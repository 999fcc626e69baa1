package io.seamark.bench;

import java.nio.file.Path;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * One combination of modules and values of their hyperparameters.
 *
 * @param algorithm its name in the job
 * @param modules name by module type, as the file has them
 * @param hyperparameters value by {@code <type>-<hyperparameter>}, as the file has them, and those
 *     of the training that it leaves out; a list is written as Python writes it
 * @param settings plugin configuration that follows from both, by key
 * @param training how the base model trains
 * @param splitting how the training index is divided
 * @param trainRatio share of each chunk that trains
 * @param initialModel the model to start from, or null for the configured one
 * @param remarks what the file says that means something else here, one line each
 */
public record TestCase(
    String algorithm,
    Map<String, String> modules,
    Map<String, String> hyperparameters,
    Map<String, String> settings,
    TrainingPlan training,
    Splitting splitting,
    double trainRatio,
    @Nullable Path initialModel,
    List<String> remarks) {
  /** Copies the collections. */
  public TestCase {
    modules = Collections.unmodifiableMap(new LinkedHashMap<>(modules));
    hyperparameters = Collections.unmodifiableMap(new LinkedHashMap<>(hyperparameters));
    settings = Collections.unmodifiableMap(new TreeMap<>(settings));
    remarks = List.copyOf(remarks);
  }

  /**
   * Whether the file says how samples are divided into tasks.
   *
   * @return false if all samples are one task
   */
  public boolean definesTasks() {
    return modules.containsKey(ModuleNames.DEFINITION);
  }
}
