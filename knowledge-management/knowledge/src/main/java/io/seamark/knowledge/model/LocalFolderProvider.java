package io.seamark.knowledge.model;

import io.seamark.plugin.KnowledgeManagement;
import io.seamark.plugin.PluginContext;
import io.seamark.plugin.PluginKind;
import io.seamark.plugin.PluginProvider;

/** {@code local_folder}: files in the folder of the models, each forced to the device. */
public final class LocalFolderProvider
    implements PluginProvider<KnowledgeManagement, LocalFolderProvider.Hyperparameters> {
  /** There is nothing to set. */
  public record Hyperparameters() {}

  /**
   * The storage itself, for what is always kept in a folder.
   *
   * @return of files
   */
  public static KnowledgeManagement storage() {
    return LocalFolder::open;
  }

  @Override
  public PluginKind<KnowledgeManagement> kind() {
    return PluginKind.KNOWLEDGE_MANAGEMENT;
  }

  @Override
  public String name() {
    return "local_folder";
  }

  @Override
  public String text() {
    return "Files in the folder of the models, each forced to the device.";
  }

  @Override
  public Class<Hyperparameters> hyperparameters() {
    return Hyperparameters.class;
  }

  @Override
  public KnowledgeManagement create(Hyperparameters none, PluginContext context) {
    return storage();
  }
}
