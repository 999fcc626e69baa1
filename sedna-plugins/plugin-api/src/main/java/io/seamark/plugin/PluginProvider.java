package io.seamark.plugin;

/**
 * Makes plugins of one kind and name: the service type that {@link java.util.ServiceLoader} looks
 * for. Has a public constructor without arguments that does no work.
 *
 * @param <P> the kind's interface
 * @param <H> the record of hyperparameters, each component annotated with {@link Hyperparameter}
 */
public interface PluginProvider<P, H extends Record> {
  /**
   * The kind.
   *
   * @return one of {@link PluginKind#ALL}
   */
  PluginKind<P> kind();

  /**
   * The name configuration chooses it by: snake case, or as Sedna writes it where Sedna has it.
   *
   * @return letters, digits and underscores
   */
  String name();

  /**
   * What it does, for people who choose.
   *
   * @return one or two sentences
   */
  String text();

  /**
   * The hyperparameter record; a record without components if there are none.
   *
   * @return its class
   */
  Class<H> hyperparameters();

  /**
   * Makes a plugin.
   *
   * @param hyperparameters checked values
   * @param context what the host offers
   * @return a new plugin
   */
  P create(H hyperparameters, PluginContext context);
}
