package io.seamark.knowledge.model;

import com.fasterxml.jackson.annotation.JsonProperty;

/** What was decided about a version. */
public enum Verdict {
  /** The model that the registry began with; it was not judged. */
  @JsonProperty("initial")
  INITIAL,
  /** It replaced its parent. */
  @JsonProperty("accepted")
  ACCEPTED,
  /** Its parent stayed. */
  @JsonProperty("rejected")
  REJECTED
}
