package io.seamark.plugin;

import java.io.IOException;
import java.nio.file.Path;

/**
 * Trains the models that a base model opens: unless configuration says otherwise, the base model of
 * the same name. A device that only labels frames needs none.
 */
public interface BaseModelTraining {
  /**
   * Reads a model with all that training needs of it.
   *
   * @param model the model's file
   * @return the model in memory
   * @throws IOException if the file cannot be read or is no model of this kind; the message names
   *     file and rule
   */
  TrainableModel load(Path model) throws IOException;
}
