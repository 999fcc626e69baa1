package io.seamark.knowledge.training;

import java.util.random.RandomGenerator;

/** Deals indices in random order, each once before any comes again. */
final class Deck {
  private final int[] cards;
  private final RandomGenerator random;
  private int dealt;

  Deck(int size, RandomGenerator random) {
    if (size < 1) {
      throw new IllegalArgumentException("size is " + size + ", but must be at least 1");
    }
    this.cards = new int[size];
    for (int i = 0; i < size; i++) {
      cards[i] = i;
    }
    this.random = random;
  }

  int next() {
    if (dealt == cards.length) {
      dealt = 0;
    }
    int pick = dealt + random.nextInt(cards.length - dealt);
    int card = cards[pick];
    cards[pick] = cards[dealt];
    cards[dealt++] = card;
    return card;
  }
}
