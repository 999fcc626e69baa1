package io.seamark.registry.service;

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

  /** Made by the container. */
  public PluginsResource() {}

  /**
   * The plugins.
   *
   * @return JSON of {@link io.seamark.registry.PluginCatalogue}
   * @throws jakarta.ws.rs.ServiceUnavailableException if the service could not be started, or not
   *     yet
   */
  @GET
  @Produces(MediaType.APPLICATION_JSON)
  public String plugins() {
    return beans.catalogue().json();
  }
}
