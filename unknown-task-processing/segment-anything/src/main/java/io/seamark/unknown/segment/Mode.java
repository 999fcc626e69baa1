package io.seamark.unknown.segment;

/** How automatic mask generation chooses its prompts, and which of the masks it keeps. */
public enum Mode {
  /**
   * Prompts where least is found yet, on the points of the original's grid and at most {@link
   * SegmentAnythingParameters#maxPrompts} of them; see {@link PromptPlan}. The filters are the
   * original's, but a mask that covers what no other does stays even if its box resembles
   * another's.
   */
  FAST,

  /** Every point of the grid, and exactly the original's filtering. */
  REFERENCE
}
