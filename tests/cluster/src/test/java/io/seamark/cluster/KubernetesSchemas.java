package io.seamark.cluster;

import com.fasterxml.jackson.databind.JsonNode;
import com.google.gson.JsonElement;
import com.google.gson.JsonParseException;
import com.google.gson.JsonParser;
import io.kubernetes.client.openapi.JSON;
import io.kubernetes.client.openapi.models.V1ConfigMap;
import io.kubernetes.client.openapi.models.V1DaemonSet;
import io.kubernetes.client.openapi.models.V1Deployment;
import io.kubernetes.client.openapi.models.V1Job;
import io.kubernetes.client.openapi.models.V1NetworkPolicy;
import io.kubernetes.client.openapi.models.V1ObjectMeta;
import io.kubernetes.client.openapi.models.V1PersistentVolumeClaim;
import io.kubernetes.client.openapi.models.V1Pod;
import io.kubernetes.client.openapi.models.V1Role;
import io.kubernetes.client.openapi.models.V1RoleBinding;
import io.kubernetes.client.openapi.models.V1Service;
import io.kubernetes.client.openapi.models.V1ServiceAccount;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * Kubernetes's own kinds, by the classes that its Java client generates from the API's description:
 * they refuse fields that are not named and miss those that are required.
 */
final class KubernetesSchemas {
  /** Checks a piece of JSON. */
  private interface Check {
    void accept(JsonElement json) throws IOException;
  }

  private record Kind(Check check, Class<?> type) {}

  private static final Map<String, Kind> KINDS =
      Map.ofEntries(
          kind("apps/v1 DaemonSet", V1DaemonSet::validateJsonElement, V1DaemonSet.class),
          kind("apps/v1 Deployment", V1Deployment::validateJsonElement, V1Deployment.class),
          kind("batch/v1 Job", V1Job::validateJsonElement, V1Job.class),
          kind(
              "networking.k8s.io/v1 NetworkPolicy",
              V1NetworkPolicy::validateJsonElement,
              V1NetworkPolicy.class),
          kind("rbac.authorization.k8s.io/v1 Role", V1Role::validateJsonElement, V1Role.class),
          kind(
              "rbac.authorization.k8s.io/v1 RoleBinding",
              V1RoleBinding::validateJsonElement,
              V1RoleBinding.class),
          kind("v1 ConfigMap", V1ConfigMap::validateJsonElement, V1ConfigMap.class),
          kind(
              "v1 PersistentVolumeClaim",
              V1PersistentVolumeClaim::validateJsonElement,
              V1PersistentVolumeClaim.class),
          kind("v1 Pod", V1Pod::validateJsonElement, V1Pod.class),
          kind("v1 Service", V1Service::validateJsonElement, V1Service.class),
          kind("v1 ServiceAccount", V1ServiceAccount::validateJsonElement, V1ServiceAccount.class));

  private KubernetesSchemas() {}

  private static Map.Entry<String, Kind> kind(String name, Check check, Class<?> type) {
    return Map.entry(name, new Kind(check, type));
  }

  /** What is wrong with a resource; an unknown kind is wrong, too. */
  static List<String> faults(JsonNode resource) {
    String name = resource.path("apiVersion").asText() + " " + resource.path("kind").asText();
    Kind kind = KINDS.get(name);
    if (kind == null) {
      return List.of(name + " is none of " + KINDS.keySet());
    }
    return faults(resource, kind);
  }

  static List<String> metadataFaults(JsonNode resource) {
    return faults(
        resource.path("metadata"), new Kind(V1ObjectMeta::validateJsonElement, V1ObjectMeta.class));
  }

  private static List<String> faults(JsonNode json, Kind kind) {
    List<String> faults = new ArrayList<>();
    try {
      JsonElement element = JsonParser.parseString(json.toString());
      kind.check().accept(element);
      // Reading it checks what the first step does not: numbers and the values of enumerations.
      Object unused = JSON.getGson().fromJson(element, kind.type());
    } catch (IOException | IllegalArgumentException | JsonParseException e) {
      faults.add(String.valueOf(e.getMessage()));
    }
    return faults;
  }
}
