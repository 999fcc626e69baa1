package io.seamark.knowledge.service;

import io.seamark.exchange.Exchange;
import io.seamark.exchange.Problem;
import io.seamark.failure.BadInputException;
import io.seamark.failure.FailedException;
import io.seamark.knowledge.model.KnowledgeJson;
import io.seamark.knowledge.sedna.FileName;
import io.seamark.knowledge.sedna.KnowledgeBase;
import io.seamark.knowledge.sedna.KnowledgeIndex;
import jakarta.enterprise.context.RequestScoped;
import jakarta.inject.Inject;
import jakarta.json.Json;
import jakarta.json.JsonArrayBuilder;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.QueryParam;
import jakarta.ws.rs.core.Context;
import jakarta.ws.rs.core.HttpHeaders;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.Response;
import java.io.IOException;
import java.io.InputStream;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * Sedna's knowledge base, as its train, eval and inference workers call it. Answers have the words
 * of Sedna's server where it has any; where this one differs, the service's page says so.
 *
 * @see <a href="https://github.com/kubeedge/sedna">Sedna,
 *     lib/sedna/service/server/knowledgeBase</a>
 */
@Path(KnowledgeBaseGuard.ROOT)
@RequestScoped
public class KnowledgeBaseResource {
  private static final String VALUE_MISSING = "value_error.missing";

  /** What a file name is offered as it is; the rest is escaped. */
  private static final Pattern PLAIN = Pattern.compile("[A-Za-z0-9_.~-]+");

  @Inject KnowledgeBaseHost host;
  @Inject ServiceMetrics metrics;

  /** Made by the container. */
  public KnowledgeBaseResource() {}

  /**
   * Keeps a file, in place of one of its name.
   *
   * @param headers of the request
   * @param request whose address says who asks
   * @param body multipart/form-data with one part {@code file}
   * @return the path that it can be had from, as a JSON string, not escaped; 422 without the part;
   *     400 if its name is none; 507 if there is no room
   * @throws IOException if it cannot be stored
   */
  @POST
  @Path("file/upload")
  @Produces(MediaType.APPLICATION_JSON)
  public Response upload(
      @Context HttpHeaders headers, @Context HttpServletRequest request, InputStream body)
      throws IOException {
    return taken("file", headers, request, body);
  }

  /**
   * Keeps an index, which is handed out from now on.
   *
   * @param headers of the request
   * @param request whose address says who asks
   * @param body multipart/form-data with one part {@code task}, a pickle that nobody looks into
   * @return the path that the index can be had from, as a JSON string; 422 without the part; 400 if
   *     it begins and ends neither as a pickle nor as a JSON object; 507 if there is no room
   * @throws IOException if it cannot be stored
   */
  @POST
  @Path("update")
  @Produces(MediaType.APPLICATION_JSON)
  public Response update(
      @Context HttpHeaders headers, @Context HttpServletRequest request, InputStream body)
      throws IOException {
    return taken("task", headers, request, body);
  }

  /** Both uploads: the index has a name of its own. */
  private Response taken(
      String field, HttpHeaders headers, HttpServletRequest request, InputStream body)
      throws IOException {
    KnowledgeBase base = host.base();
    boolean index = field.equals("task");
    try (body;
        UploadedPart part =
            UploadedPart.read(
                field, headers.getHeaderString(HttpHeaders.CONTENT_TYPE), body, base)) {
      String name = index ? KnowledgeBase.INDEX : part.fileName();
      if (index) {
        base.storeIndex(part.staged(), client(request));
      } else {
        base.store(new FileName(name), part.staged(), client(request));
      }
      metrics.uploaded(index ? "index" : "file");
      return where(name);
    } catch (UploadedPart.MissingException e) {
      metrics.refused("missing");
      return invalid(List.of("body", field), String.valueOf(e.getMessage()), e.type());
    } catch (FailedException e) {
      metrics.refused(e instanceof BadInputException ? "bad" : "full");
      throw e;
    }
  }

  private static String client(HttpServletRequest request) {
    return String.valueOf(request.getRemoteAddr());
  }

  /**
   * Gives a file out.
   *
   * @param request that the file is sent in answer to
   * @param files name of the file
   * @param names what the client is to call it; without it, its name
   * @return the bytes that were uploaded, and their digest ({@code Repr-Digest}, RFC 9530); 404 if
   *     there is none; 400 if that is no name; 422 without {@code files}
   * @throws IOException if the file is damaged
   */
  @GET
  @Path("file/download")
  @Produces({MediaType.APPLICATION_OCTET_STREAM, MediaType.APPLICATION_JSON})
  public Response download(
      @Context HttpServletRequest request,
      @QueryParam("files") List<String> files,
      @QueryParam("name") List<String> names)
      throws IOException {
    if (files.isEmpty()) {
      return invalid(List.of("query", "files"), "field required", VALUE_MISSING);
    }
    if (files.size() > 1 || names.size() > 1) {
      throw new BadInputException("the query has files or name more than once");
    }
    FileName name = new FileName(files.get(0));
    FileName offered =
        names.isEmpty() || names.get(0).isEmpty() ? name : new FileName(names.get(0));
    Optional<KnowledgeBase.OpenFile> open = host.base().open(name);
    if (open.isEmpty()) {
      metrics.refused("not_found");
      return missing(name);
    }
    KnowledgeBase.OpenFile file = open.get();
    Exchange.send(request, file.content(), file.file().bytes());
    return Response.ok()
        .type(MediaType.APPLICATION_OCTET_STREAM)
        .header("Repr-Digest", ReprDigest.of(file.file().sha256()))
        .header("X-Content-Type-Options", "nosniff")
        .header(HttpHeaders.CONTENT_DISPOSITION, disposition(offered.text()))
        .build();
  }

  private Response missing(FileName name) {
    if (host.settings().unsafeMissingFileAnswer()) {
      // Sedna's own text has its folder before the name.
      return json(name.text());
    }
    return detail(
        Response.Status.NOT_FOUND,
        "there is no file '" + name.text() + "'; GET /knowledgebase/index lists them");
  }

  private static String disposition(String name) {
    return PLAIN.matcher(name).matches()
        ? "attachment; filename=\"" + name + "\""
        : "attachment; filename*=utf-8''"
            + URLEncoder.encode(name, StandardCharsets.UTF_8)
                .replace("+", "%20")
                .replace("*", "%2A");
  }

  /**
   * Writes down what an evaluation wants dropped. The index stays the one that was given.
   *
   * @param headers of the request
   * @param request whose address says who asks
   * @param body {@code status}, and {@code tasks} with commas between them; it has arrived with the
   *     exchange
   * @return the path that the index can be had from, as a JSON string; 422 if the body is something
   *     else; 404 if there is no index yet
   * @throws IOException if it cannot be stored
   */
  @POST
  @Path("update/status")
  @Produces(MediaType.APPLICATION_JSON)
  public Response status(
      @Context HttpHeaders headers, @Context HttpServletRequest request, InputStream body)
      throws IOException {
    TaskStatusRequest wanted;
    try {
      wanted = TaskStatusRequest.read(Exchange.of(request).body(), headers.getMediaType());
    } catch (TaskStatusRequest.InvalidException e) {
      metrics.refused("bad");
      JsonArrayBuilder where = Json.createArrayBuilder().add("body");
      e.where()
          .forEach(
              part -> {
                if (part instanceof Long number) {
                  where.add(number);
                } else {
                  where.add(part.toString());
                }
              });
      return invalid(where, String.valueOf(e.getMessage()), e.type());
    }
    if (!host.base().status(wanted.keep(), wanted.tasks(), client(request))) {
      metrics.refused("not_found");
      return detail(
          Response.Status.NOT_FOUND,
          "there is no index yet; POST /knowledgebase/update brings the first");
    }
    return where(KnowledgeBase.INDEX);
  }

  /**
   * Sedna's query, which its server does not answer either.
   *
   * @return null, as JSON
   */
  @POST
  @Path("query")
  @Produces(MediaType.APPLICATION_JSON)
  public String query() {
    return "null";
  }

  /**
   * What the knowledge base holds, which Sedna's server does not tell.
   *
   * @return files with digests and sizes, entries by the names of their files, and what evaluations
   *     asked to drop
   */
  @GET
  @Path("index")
  @Produces(MediaType.APPLICATION_JSON)
  public String index() {
    KnowledgeBase base = host.base();
    KnowledgeIndex index = base.index();
    Map<String, Object> body = new LinkedHashMap<>();
    body.put("bytes", base.bytes());
    body.put("max_bytes", host.settings().maxBytes());
    body.put("index", index.files().get(KnowledgeBase.INDEX));
    body.put("entries", index.entries());
    body.put("statuses", index.statuses());
    body.put("files", index.files());
    return KnowledgeJson.text(body);
  }

  private static Response where(String name) {
    return json("/file/download?files=" + name + "&name=" + name);
  }

  private static Response json(String text) {
    return Response.ok(Json.createValue(text).toString(), MediaType.APPLICATION_JSON).build();
  }

  private static Response detail(Response.Status status, String text) {
    return new Problem(status.getStatusCode(), text, 0)
        .response(
            MediaType.APPLICATION_JSON,
            Json.createObjectBuilder().add("detail", text).build().toString());
  }

  private static Response invalid(List<String> where, String message, String type) {
    JsonArrayBuilder location = Json.createArrayBuilder();
    where.forEach(location::add);
    return invalid(location, message, type);
  }

  /** A refusal as Sedna's server, FastAPI, writes it. */
  private static Response invalid(JsonArrayBuilder where, String message, String type) {
    return Response.status(422)
        .type(MediaType.APPLICATION_JSON)
        .entity(
            Json.createObjectBuilder()
                .add(
                    "detail",
                    Json.createArrayBuilder()
                        .add(
                            Json.createObjectBuilder()
                                .add("loc", where)
                                .add("msg", message)
                                .add("type", type)))
                .build()
                .toString())
        .build();
  }
}
