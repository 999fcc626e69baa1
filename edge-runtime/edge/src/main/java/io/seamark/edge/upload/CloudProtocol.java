package io.seamark.edge.upload;

import io.seamark.buffer.FusedAnswer;
import io.seamark.buffer.HardSample;
import java.io.IOException;
import java.net.URI;

/** How a hard frame is put to a cloud, and what its answer says. Thread-safe. */
public sealed interface CloudProtocol permits ArrowProtocol, SednaProtocol {
  /**
   * Where frames are sent to.
   *
   * @param service base address that a person named
   * @return address of the resource
   */
  URI address(URI service);

  /**
   * The form of question and answer.
   *
   * @return a media type
   */
  String mediaType();

  /**
   * Puts a frame.
   *
   * @param sample the frame with the edge model's scores
   * @return body of the request
   * @throws IOException if the frame's own file cannot be read
   */
  byte[] question(HardSample sample) throws IOException;

  /**
   * Reads an answer, and believes nothing in it unchecked.
   *
   * @param sample the frame
   * @param body of the answer
   * @return a class map of the frame's size, with {@link io.seamark.perception.ClassMap#IGNORE}
   *     where the cloud leaves a pixel undecided
   * @throws IOException if it is none, or of another size; the message says what is wrong
   */
  FusedAnswer answer(HardSample sample, byte[] body) throws IOException;

  /**
   * Whether the service itself says that it will never answer this frame. Whatever else lies
   * between, such as a proxy, may answer with the same status, and says nothing of the frame.
   *
   * @param status of the answer
   * @param mediaType of its body; empty if it names none
   * @param body of the answer, of whatever form
   * @return true only for a document of the service's own
   */
  boolean refuses(int status, String mediaType, byte[] body);
}
