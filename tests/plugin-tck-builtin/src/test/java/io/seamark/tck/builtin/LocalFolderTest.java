package io.seamark.tck.builtin;

import io.seamark.knowledge.model.LocalFolderProvider;
import io.seamark.plugin.KnowledgeManagement;
import io.seamark.plugin.PluginProvider;
import io.seamark.tck.KnowledgeManagementContract;

/** {@code local_folder}. */
class LocalFolderTest extends KnowledgeManagementContract<LocalFolderProvider.Hyperparameters> {
  @Override
  protected PluginProvider<KnowledgeManagement, LocalFolderProvider.Hyperparameters> provider() {
    return new LocalFolderProvider();
  }
}
