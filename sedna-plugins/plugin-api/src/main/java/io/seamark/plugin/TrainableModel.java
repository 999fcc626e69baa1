package io.seamark.plugin;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;

/** A model in memory with what training needs of it. Does not change. */
public interface TrainableModel {
  /** Key of a model's version in what {@link #save} is given. */
  String VERSION = "seamark.version";

  /** Key of the version that a model was trained from. */
  String PARENT = "seamark.parent";

  /** Key of where a model comes from, a JSON object. */
  String PROVENANCE = "seamark.provenance";

  /**
   * What {@link BaseModel#describe} would say of it.
   *
   * @return its facts
   */
  ModelFacts facts();

  /**
   * What a trainer takes outside of the heap while it steps, so that too much can be refused before
   * any is taken.
   *
   * @param width of the frames, in pixels
   * @param height of the frames, in pixels
   * @param batch frames of a step
   * @return an upper bound in bytes
   */
  long memory(int width, int height, int batch);

  /**
   * Begins to train from this model.
   *
   * @param options how
   * @return a trainer
   * @throws IllegalArgumentException if the class weights are not as many as the classes
   */
  ModelTrainer trainer(TrainerOptions options);

  /**
   * Goes on with a training that began from this model, where another trainer wrote a checkpoint:
   * the same steps with the same samples give the same weights as if it had never ended.
   *
   * @param options those that it began with
   * @param checkpoint what {@link ModelTrainer#checkpoint} has written
   * @return a trainer; empty if this model's training cannot be gone on with, as unless stated
   *     otherwise
   * @throws IOException if the file cannot be read or is no checkpoint of such a training; the
   *     message names file and rule
   */
  default Optional<ModelTrainer> resume(TrainerOptions options, Path checkpoint)
      throws IOException {
    return Optional.empty();
  }

  /**
   * Begins to train a fresh head that gives an output, behind weights that stay as they are.
   *
   * @param output what the head gives
   * @param options how
   * @return a trainer; empty if this model can have no such head, as unless stated otherwise
   */
  default Optional<HeadTrainer> head(ModelOutput output, TrainerOptions options) {
    return Optional.empty();
  }

  /**
   * A model between this one and another of the same form, weight by weight (Wortsman et al. 2022,
   * Robust fine-tuning of zero-shot models, arXiv 2109.01903): it often keeps most of what this one
   * knew and has most of what the other has learnt.
   *
   * @param other whose weights are mixed in
   * @param share of the other's weights, 0 to 1
   * @return the mixture; empty if the model can't be mixed with the other, as unless stated
   *     otherwise
   */
  default Optional<TrainableModel> mixed(TrainableModel other, double share) {
    return Optional.empty();
  }

  /**
   * Writes the model as a file that its base model opens, at the precision that it is to serve
   * with.
   *
   * @param file to be written
   * @param metadata text to be kept in the file beside what it holds already, as far as it has room
   *     for it
   * @throws IOException if it cannot be written
   */
  void save(Path file, Map<String, String> metadata) throws IOException;
}
