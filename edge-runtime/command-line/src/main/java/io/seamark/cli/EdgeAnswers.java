package io.seamark.cli;

import io.seamark.durable.ForeignFileException;
import io.seamark.imaging.Images;
import io.seamark.perception.ClassMap;
import java.io.IOException;
import java.util.Iterator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The class maps that a device keeps: a stated number, of which the one that was written longest
 * ago goes first. Thread-safe.
 */
public final class EdgeAnswers {
  /** Where they go, in the device's folder. */
  public static final String FOLDER = "answers/";

  /** Ending of their names. */
  public static final String ENDING = ".png";

  private static final Logger LOG = LoggerFactory.getLogger(EdgeAnswers.class);

  private final SampleFiles files;
  private final int most;
  private final Set<String> oldestFirst = new LinkedHashSet<>();
  private long dropped;
  private long kept;

  /**
   * Goes on with what is there.
   *
   * @param files where they go
   * @param former what was written to the device's folder before, the last at the end
   * @param most how many there may be, at least 1
   */
  public EdgeAnswers(SampleFiles files, List<String> former, int most) {
    this.files = files;
    this.most = most;
    former.stream()
        .filter(name -> name.startsWith(FOLDER) && name.endsWith(ENDING))
        .forEach(oldestFirst::add);
  }

  /**
   * Writes an answer in place of the sample's former one, if that is still as it was written.
   *
   * @param id of the sample
   * @param answer its classes
   * @return how many others went for it
   * @throws IOException if it cannot be written, naming the file
   */
  public synchronized int write(String id, ClassMap answer) throws IOException {
    String name;
    try {
      name = files.write(id, ENDING, Images.encodeClassMap(answer));
    } catch (ForeignFileException e) {
      // A device must go on, and what a person put there must stay.
      kept++;
      LOG.warn("event=answer_not_written id={} reason=\"{}\"", id, e.getMessage());
      return 0;
    }
    oldestFirst.remove(name);
    oldestFirst.add(name);
    int gone = 0;
    Iterator<String> oldest = oldestFirst.iterator();
    while (oldestFirst.size() > most) {
      String old = oldest.next();
      oldest.remove();
      gone += files.delete(old) ? 1 : 0;
    }
    dropped += gone;
    return gone;
  }

  /**
   * How many there are.
   *
   * @return at least 0
   */
  public synchronized int files() {
    return oldestFirst.size();
  }

  /**
   * How many went for newer ones, since the start.
   *
   * @return at least 0
   */
  public synchronized long dropped() {
    return dropped;
  }

  /**
   * How many were not written since a person's file stands there, since the start.
   *
   * @return at least 0
   */
  public synchronized long kept() {
    return kept;
  }
}
