package io.seamark.plugin;

import io.seamark.perception.ClassSet;
import java.util.List;
import java.util.Set;

/**
 * What a host needs to know of an edge model.
 *
 * @param classes in the order of the scores
 * @param depth whether it makes use of depth
 * @param outputs what it can give of a frame besides classes, scores and confidence
 * @param notes what a person should know of the file, one line each
 */
public record ModelFacts(
    ClassSet classes, boolean depth, Set<ModelOutput> outputs, List<String> notes) {
  /** Copies the collections. */
  public ModelFacts {
    outputs = Set.copyOf(outputs);
    notes = List.copyOf(notes);
  }
}
