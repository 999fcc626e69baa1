package io.seamark.knowledge.service;

import io.seamark.failure.BadInputException;
import io.seamark.knowledge.sedna.KnowledgeBase;
import java.io.IOException;
import java.io.InputStream;
import java.util.Locale;
import org.apache.commons.fileupload.FileItemIterator;
import org.apache.commons.fileupload.FileItemStream;
import org.apache.commons.fileupload.FileUpload;
import org.apache.commons.fileupload.FileUploadException;
import org.apache.commons.fileupload.InvalidFileNameException;
import org.apache.commons.fileupload.MultipartStream.MalformedStreamException;
import org.apache.commons.fileupload.RequestContext;
import org.jspecify.annotations.Nullable;

/**
 * The one part with a file that Sedna's uploads have, taken in as it is read.
 *
 * @param fileName as it was sent, possibly empty
 * @param staged the file, to be closed
 */
record UploadedPart(String fileName, KnowledgeBase.Staged staged) implements AutoCloseable {
  /** Of one part's headers, in bytes: a name may be long where it is escaped. */
  private static final int LONGEST_HEADERS = 4096;

  /** Of one request; Sedna's client sends one part. */
  private static final int MOST_PARTS = 16;

  /** What is missing, in the words of Sedna's server. */
  static final class MissingException extends Exception {
    private static final long serialVersionUID = 1L;

    private final String type;

    MissingException(String message, String type) {
      super(message);
      this.type = type;
    }

    String type() {
      return type;
    }
  }

  /** A request's body with its type. */
  private record Body(@Nullable String contentType, InputStream content) implements RequestContext {
    @Override
    public String getCharacterEncoding() {
      return "UTF-8";
    }

    @Override
    public String getContentType() {
      return contentType == null ? "" : contentType;
    }

    @Override
    @SuppressWarnings("deprecation") // It must be there; -1 is "not known".
    public int getContentLength() {
      return -1;
    }

    @Override
    public InputStream getInputStream() {
      return content;
    }
  }

  /**
   * Reads a body to its end.
   *
   * @param field name of the part
   * @param contentType of the body
   * @param body multipart/form-data
   * @param base takes the file in
   * @return to be closed
   * @throws MissingException if there is no such part, or it is no file
   * @throws BadInputException if the body is no multipart/form-data, or has several such parts
   * @throws IOException if the file cannot be stored
   */
  static UploadedPart read(
      String field, @Nullable String contentType, InputStream body, KnowledgeBase base)
      throws MissingException, IOException {
    UploadedPart found = null;
    boolean whole = false;
    try {
      if (contentType != null
          && contentType.toLowerCase(Locale.ROOT).startsWith(FileUpload.MULTIPART_FORM_DATA)) {
        FileItemIterator parts = upload().getItemIterator(new Body(contentType, body));
        for (int i = 0; parts.hasNext(); i++) {
          if (i == MOST_PARTS) {
            throw new BadInputException("the body has more than " + MOST_PARTS + " parts");
          }
          found = take(parts.next(), field, found, base);
        }
      }
      if (found == null) {
        throw new MissingException("field required", "value_error.missing");
      }
      whole = true;
      return found;
    } catch (FileUploadException | MalformedStreamException | InvalidFileNameException e) {
      throw malformed(e);
    } catch (IOException e) {
      if (e.getCause() instanceof FileUploadException) {
        throw malformed(e);
      }
      throw e;
    } finally {
      if (!whole && found != null) {
        found.close();
      }
    }
  }

  private static FileUpload upload() {
    FileUpload upload = new FileUpload();
    upload.setHeaderEncoding("UTF-8");
    upload.setPartHeaderSizeMax(LONGEST_HEADERS);
    return upload;
  }

  private static @Nullable UploadedPart take(
      FileItemStream part, String field, @Nullable UploadedPart found, KnowledgeBase base)
      throws MissingException, IOException {
    if (!field.equals(part.getFieldName())) {
      return found;
    }
    String name = part.getName();
    if (found != null) {
      throw new BadInputException("the body has several parts named '" + field + "'");
    }
    if (name == null) {
      throw new MissingException("Expected UploadFile, received: <class 'str'>", "value_error");
    }
    try (InputStream content = part.openStream()) {
      return new UploadedPart(name, base.stage(content));
    }
  }

  private static BadInputException malformed(Exception e) {
    return new BadInputException("the body is no multipart/form-data: " + e.getMessage());
  }

  @Override
  public void close() {
    staged.close();
  }
}
