package io.seamark.unknown.service;

import io.seamark.configuration.SettingKeys;
import io.seamark.setting.SettingGroup;
import java.util.LinkedHashMap;
import java.util.Map;
import org.eclipse.microprofile.config.Config;
import org.eclipse.microprofile.config.ConfigProvider;
import org.eclipse.microprofile.openapi.OASFactory;
import org.eclipse.microprofile.openapi.OASFilter;
import org.eclipse.microprofile.openapi.models.OpenAPI;
import org.eclipse.microprofile.openapi.models.PathItem;
import org.eclipse.microprofile.openapi.models.Paths;

/** Puts the paths of Sedna's contract where {@code JOB_NAME} has put the contract itself. */
public class JobPath implements OASFilter {
  private static final String DESCRIBED = "/sedna";

  /** Made by the server. */
  public JobPath() {}

  @Override
  public void filterOpenAPI(OpenAPI document) {
    Config config = ConfigProvider.getConfig();
    String job = SettingGroup.SEDNA.read(SettingKeys.lookup(config)).job();
    Map<String, PathItem> described = new LinkedHashMap<>(document.getPaths().getPathItems());
    Paths served = OASFactory.createPaths();
    described.forEach(
        (path, item) ->
            served.addPathItem(
                path.equals(DESCRIBED) || path.startsWith(DESCRIBED + "/")
                    ? "/" + job + path.substring(DESCRIBED.length())
                    : path,
                item));
    document.setPaths(served);
  }
}
