package io.seamark.exchange;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

class TransfersTest {
  @Test
  @DisplayName(
      "the oldest of a client with too many has to go, else the oldest of the one with most")
  void surplus_isTheGreediestClients() {
    Transfers<String> transfers = new Transfers<>(String::length);
    transfers.enter("a", "a1");
    transfers.enter("a", "a2");
    transfers.enter("b", "b1");
    assertNull(transfers.surplus("a", 2, 3));
    transfers.enter("b", "b2");
    assertEquals("a1", transfers.surplus("b", 2, 3), "of two with as many, any");
    transfers.enter("a", "a3");
    assertEquals("a1", transfers.surplus("a", 2, 10));
    assertEquals("a1", transfers.surplus("b", 2, 4));
    transfers.leave("a", "a1");
    assertEquals("a2", transfers.oldestOfLargest());
    assertEquals(4, transfers.size());
    transfers.leave("a", "a1");
    transfers.leave("c", "c1");
    assertEquals(4, transfers.size());
    for (String gone : new String[] {"a2", "a3", "b1", "b2"}) {
      transfers.leave(gone.substring(0, 1), gone);
    }
    assertEquals(0, transfers.size());
    assertNull(transfers.oldestOfLargest());
    assertNull(transfers.surplus("a", 0, 0));
  }

  @Test
  @DisplayName("where there is no room, the largest of the client that holds most has to go")
  void heaviest_isByBytes() {
    Transfers<String> transfers = new Transfers<>(String::length);
    assertNull(transfers.heaviest());
    transfers.enter("none", "");
    assertNull(transfers.heaviest());
    transfers.enter("many", "a");
    transfers.enter("many", "bb");
    transfers.enter("many", "c");
    transfers.enter("one", "ddd");
    assertEquals("bb", transfers.heaviest());
    transfers.leave("many", "bb");
    assertEquals("ddd", transfers.heaviest());
  }

  @Test
  @DisplayName("a client may always have one under way, and several up to its share")
  void holdsMoreThan_severalOfAClient() {
    Transfers<String> transfers = new Transfers<>(String::length);
    assertFalse(transfers.holdsMoreThan("a", 2));
    transfers.enter("a", "12345");
    assertFalse(transfers.holdsMoreThan("a", 2));
    transfers.enter("a", "6");
    assertTrue(transfers.holdsMoreThan("a", 5));
    assertFalse(transfers.holdsMoreThan("a", 6));
    assertFalse(transfers.holdsMoreThan("b", 0));
  }
}
