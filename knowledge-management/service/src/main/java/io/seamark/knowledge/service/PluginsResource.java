package io.seamark.knowledge.service;

import io.seamark.registry.PluginCatalogue;
import jakarta.enterprise.context.RequestScoped;
import jakarta.inject.Inject;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.core.MediaType;

/** What is loaded, with which values, from where. */
@Path("/plugins")
@RequestScoped
public class PluginsResource {
  @Inject PluginBeans beans;
  @Inject LearningHost host;

  /** Made by the container. */
  public PluginsResource() {}

  /**
   * The plugins.
   *
   * @return JSON of {@link PluginCatalogue}
   * @throws NotReadyException if the service could not be started, or not yet
   */
  @GET
  @Produces(MediaType.APPLICATION_JSON)
  public String plugins() {
    PluginCatalogue catalogue = beans.catalogue();
    if (catalogue == null) {
      throw new NotReadyException(host.failure());
    }
    return catalogue.json();
  }
}
