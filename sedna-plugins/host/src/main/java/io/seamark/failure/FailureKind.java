package io.seamark.failure;

/** Whose matter a failure is, and what can be done about it. */
public enum FailureKind {
  /** What was asked for cannot be done, now or later: the asker's matter. */
  BAD_INPUT,

  /** As much is asked for as can be done; the same may be asked for again later. */
  BUSY,

  /** It cannot be done yet, or not before something else is there or set. */
  NOT_READY,

  /** There was not enough memory or the like for it. */
  OUT_OF_RESOURCES,

  /** There was no room on disk for it. */
  OUT_OF_STORAGE,

  /** A fault of ours or of a plugin's; what was asked for may be all right. */
  OUR_FAULT
}
