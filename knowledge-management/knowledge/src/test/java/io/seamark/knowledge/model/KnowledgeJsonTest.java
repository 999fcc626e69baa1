package io.seamark.knowledge.model;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.seamark.knowledge.LearningState;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class KnowledgeJsonTest {
  private static final ModelVersion VERSION =
      new ModelVersion(
          "v1",
          "0".repeat(64),
          12,
          "2026-03-05T14:21:40Z",
          "v0",
          Verdict.ACCEPTED,
          "better",
          new Figures(4, 0.25, 0, null),
          new Figures(4, 0.5, 0, null),
          new Provenance(
              Provenance.TRAINING,
              null,
              "1".repeat(64),
              new Provenance.BufferUse(
                  0, 9, List.of(new Provenance.Range(0, 7)), List.of(), Map.of()),
              null,
              Map.of("steps", "10"),
              Map.of(),
              7,
              Map.of(),
              List.of(new Provenance.Candidate("averaged", 0.75, 0.5, null, "accepted: better")),
              "averaged",
              Map.of("seconds", 1.5),
              List.of(
                  new Provenance.Point(3, 0.75, 1e-3, 0.5, Provenance.Phase.RESTYLED),
                  new Provenance.Point(10, 0.5, 1e-4, 1.5, Provenance.Phase.RELABELLED))));

  private static ObjectNode json() throws IOException {
    return (ObjectNode) new ObjectMapper().readTree(KnowledgeJson.text(VERSION));
  }

  @Test
  @DisplayName("a version is read as it was written, whatever a later release has added")
  void reads() throws IOException {
    assertEquals(VERSION, KnowledgeJson.read(json(), ModelVersion.class));
    ObjectNode later = json().put("later", 1);
    later.withObject("/provenance/buffer").put("later", 1);
    assertEquals(
        VERSION,
        KnowledgeJson.read(later.toString().getBytes(StandardCharsets.UTF_8), ModelVersion.class));
  }

  @Test
  @DisplayName("what is absent in the provenance becomes empty")
  void absentParts() throws IOException {
    ObjectNode json = json();
    json.withObject("/provenance").remove(List.of("hyperparameters", "training", "curve"));
    json.withObject("/provenance/buffer").remove(List.of("trained", "held_out"));
    Provenance read = KnowledgeJson.read(json, ModelVersion.class).provenance();
    assertEquals(Map.of(), read.hyperparameters());
    assertEquals(List.of(), read.curve());
    assertEquals(new Provenance.BufferUse(0, 9, List.of(), List.of(), Map.of()), read.buffer());
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"version", "sha256", "bytes", "created", "verdict", "reason", "provenance"})
  @DisplayName("what a version lacks is named")
  void missing(String name) throws IOException {
    ObjectNode json = json();
    json.remove(name);
    IOException e =
        assertThrows(IOException.class, () -> KnowledgeJson.read(json, ModelVersion.class));
    assertTrue(String.valueOf(e.getMessage()).contains(name), e.getMessage());
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "null", "[]", "\"v1\"", "{\"version\":"})
  @DisplayName("what is no object is refused")
  void noObject(String text) {
    byte[] json = text.getBytes(StandardCharsets.UTF_8);
    assertThrows(IOException.class, () -> KnowledgeJson.read(json, ModelVersion.class));
  }

  @Test
  @DisplayName("the state of learning needs its phase; counts that are absent are 0")
  void state() throws IOException {
    ObjectNode json = new ObjectMapper().createObjectNode().put("completed", 3);
    IOException e =
        assertThrows(IOException.class, () -> KnowledgeJson.read(json, LearningState.class));
    assertEquals("the state of learning lacks state", e.getMessage());
    LearningState state = KnowledgeJson.read(json.put("state", "judging"), LearningState.class);
    assertEquals(LearningState.Phase.JUDGING, state.state());
    assertEquals(3, state.completed());
    assertEquals(0, state.samples());
    assertNull(state.last());
  }
}
