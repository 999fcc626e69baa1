package io.seamark.integration;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/** Requests to knowledge management that nobody means well with, each with its status. */
final class HostileUploads {
  static final String UPLOAD = "/knowledgebase/file/upload";
  static final String DOWNLOAD = "/knowledgebase/file/download?files=";
  static final String MULTIPART = "multipart/form-data; boundary=b";

  /** The most bytes of an upload, as the server is set. */
  static final int LARGEST = 1 << 20;

  private static final String STATUS = "/knowledgebase/update/status";

  private HostileUploads() {}

  /** A request and what it is answered with. */
  record Case(HttpCall call, int status) {}

  static HttpCall upload(String called, String disposition, byte[] content) {
    return HttpCall.post(called, UPLOAD, MULTIPART, multipart(disposition, content));
  }

  static byte[] multipart(String disposition, byte[] content) {
    ByteArrayOutputStream body = new ByteArrayOutputStream();
    body.writeBytes(
        ("--b\r\nContent-Disposition: form-data; " + disposition + "\r\n\r\n")
            .getBytes(StandardCharsets.UTF_8));
    body.writeBytes(content);
    body.writeBytes("\r\n--b--\r\n".getBytes(StandardCharsets.UTF_8));
    return body.toByteArray();
  }

  private static Case named(String fileName, int status) {
    return new Case(
        upload(
            "upload of '" + fileName + "'",
            "name=\"file\"; filename=\"" + fileName + "\"",
            "x".getBytes(StandardCharsets.UTF_8)),
        status);
  }

  private static Case wanted(String query, int status) {
    return new Case(HttpCall.get(DOWNLOAD + query), status);
  }

  private static Case body(String called, String path, String type, String body, int status) {
    return new Case(
        HttpCall.post(called, path, type, body.getBytes(StandardCharsets.UTF_8)), status);
  }

  private static Case with(String header, HttpCall call, int status) {
    return new Case(
        new HttpCall(call.name() + " with " + header, call.head() + "\r\n" + header, call.body()),
        status);
  }

  static List<Case> cases() {
    List<Case> cases = new ArrayList<>();
    // Names that lead out of a folder, as they are and written otherwise.
    for (String name :
        List.of(
            "../canary.txt",
            "../../etc/passwd",
            "..",
            ".",
            "/etc/passwd",
            "//etc/passwd",
            "/dev/null",
            "/proc/self/environ",
            "sub/folder.model",
            "./canary.txt",
            "a/../../canary.txt",
            "..\\canary.txt",
            "C:\\Windows\\win.ini",
            "\\\\host\\share\\x",
            "a\tb",
            "n".repeat(256),
            "\u00e9".repeat(128))) {
      cases.add(named(name, 400));
    }
    cases.add(named("nul\u0000.model", 400));
    cases.add(named("", 400));
    for (String query :
        List.of(
            "../canary.txt",
            "..%2Fcanary.txt",
            "%2e%2e/canary.txt",
            "%2e%2e%2fcanary.txt",
            "..%5Ccanary.txt",
            "..",
            ".",
            "/etc/passwd",
            "%2Fetc%2Fpasswd",
            "/dev/zero",
            "file:///etc/passwd",
            "..%c0%af..%c0%af/canary.txt",
            "..%00/canary.txt",
            "rainy.model%00.txt",
            "%0d%0aX-Evil:%20yes",
            "",
            "n".repeat(300),
            "here.model&files=../canary.txt",
            "here.model&name=a%0d%0aX-Evil:%20yes",
            "here.model&name=../x")) {
      cases.add(wanted(query, 400));
    }
    // Escaped twice, it is a name like any other, and there is none; neither is any of ours.
    for (String query :
        List.of(
            "%252e%252e%252fcanary.txt",
            "..;canary.txt", "index.json", ".lock", "canary.txt", "*", "%2A.model", "CON", "~")) {
      cases.add(wanted(query, 404));
    }
    cases.add(new Case(HttpCall.get("/knowledgebase/../data/canary.txt"), 404));
    cases.add(new Case(HttpCall.get("/knowledgebase/file/canary.txt"), 404));
    cases.add(new Case(HttpCall.get("/knowledgebase/file/download/../../../canary.txt"), 404));
    cases.add(wanted("%zz", 400));
    // Written otherwise, a path leads to the same place, or to none.
    byte[] outside = multipart("name=\"file\"; filename=\"../x\"", new byte[1]);
    cases.add(
        new Case(
            HttpCall.post("escaped path", "/knowledgebase/file/%75pload", MULTIPART, outside),
            400));
    cases.add(
        new Case(
            HttpCall.post("matrix", "/knowledgebase/file/upload;a=b", MULTIPART, outside), 400));
    cases.add(
        new Case(
            HttpCall.post("upper case", "/KnowledgeBase/file/upload", MULTIPART, outside), 404));
    byte[] large = multipart("name=\"file\"; filename=\"x\"", new byte[LARGEST / 2]);
    cases.add(
        new Case(
            HttpCall.post("escaped and large", "/knowledgebase/file/%75pload", MULTIPART, large),
            413));
    // Bodies that are not what they say.
    cases.add(body("no multipart", UPLOAD, "text/plain", "x", 422));
    cases.add(body("no boundary", UPLOAD, "multipart/form-data", "--b\r\n", 400));
    cases.add(body("no part", UPLOAD, MULTIPART, "--b--\r\n", 422));
    cases.add(body("nothing", UPLOAD, MULTIPART, "", 422));
    cases.add(body("no end", UPLOAD, MULTIPART, cut(), 400));
    cases.add(body("no headers", UPLOAD, MULTIPART, "--b\r\n\r\nx\r\n--b--\r\n", 400));
    cases.add(body("two files", UPLOAD, MULTIPART, cut() + "\r\n" + cut() + "\r\n--b--\r\n", 400));
    cases.add(
        body(
            "a thousand parts",
            UPLOAD,
            MULTIPART,
            "--b\r\nContent-Disposition: form-data; name=\"a\"\r\n\r\nx\r\n".repeat(1000)
                + "--b--\r\n",
            400));
    cases.add(
        body(
            "endless part header",
            UPLOAD,
            MULTIPART,
            "--b\r\nContent-Disposition: form-data; name=\"file\"; filename=\"a\"\r\nX: "
                + "x".repeat(100_000)
                + "\r\n\r\nx\r\n--b--\r\n",
            400));
    cases.add(body("a page for an index", "/knowledgebase/update", MULTIPART, task("<html>"), 400));
    cases.add(body("an empty index", "/knowledgebase/update", MULTIPART, task(""), 400));
    cases.add(body("nesting", STATUS, "application/json", "[".repeat(60_000), 422));
    for (String status : List.of("null", "\"12a\"", "[0]", "{}", "\"\"")) {
      cases.add(body(status, STATUS, "application/json", "{\"status\":" + status + "}", 422));
    }
    cases.add(body("two texts", STATUS, "application/json", "{\"status\":0}{\"status\":0}", 422));
    cases.add(body("a list", STATUS, "application/json", "[]", 422));
    cases.add(body("a huge number", STATUS, "application/json", "{\"status\":1e999999999}", 404));
    cases.add(body("text", STATUS, "text/plain", "{\"status\":0}", 422));
    cases.add(
        body(
            "a long list",
            STATUS,
            "application/json",
            "{\"status\":0,\"tasks\":\"" + "a,".repeat(50_000) + "\"}",
            413));
    // Web pages, and methods that nobody has.
    HttpCall plain = upload("upload", "name=\"file\"; filename=\"page\"", new byte[1]);
    cases.add(with("Origin: http://evil.example", plain, 403));
    cases.add(with("Origin: null", plain, 403));
    cases.add(
        with(
            "Origin: http://evil.example", HttpCall.json("status", STATUS, "{\"status\":0}"), 403));
    for (String method : List.of("PUT", "DELETE", "PATCH", "OPTIONS", "TRACE")) {
      cases.add(
          new Case(new HttpCall(method, method + " " + DOWNLOAD + "x HTTP/1.1", new byte[0]), 405));
    }
    // What the server answers itself takes no body.
    for (String path : List.of("/metrics", "/health", "/openapi", "/health/ready")) {
      String form = "application/x-www-form-urlencoded";
      cases.add(new Case(HttpCall.post(path + " a form", path, form, new byte[200_000]), 413));
      cases.add(
          new Case(
              new HttpCall(
                  path + " chunked",
                  "POST "
                      + path
                      + " HTTP/1.1\r\nContent-Type: "
                      + form
                      + "\r\nTransfer-Encoding: chunked",
                  "1\r\na\r\n0\r\n\r\n".getBytes(StandardCharsets.US_ASCII)),
              413));
    }
    // Sizes.
    HttpCall huge = upload("huge", "name=\"file\"; filename=\"huge\"", new byte[LARGEST]);
    cases.add(new Case(huge, 413));
    cases.add(
        new Case(
            new HttpCall(
                "large by its header alone",
                "POST " + UPLOAD + " HTTP/1.1\r\nContent-Length: 99999999999",
                new byte[0]),
            413));
    cases.add(
        new Case(
            new HttpCall(
                "slow",
                "POST "
                    + UPLOAD
                    + " HTTP/1.1\r\nContent-Length: 1000\r\nContent-Type: "
                    + MULTIPART,
                new byte[10]),
            408));
    return cases;
  }

  private static String cut() {
    return "--b\r\nContent-Disposition: form-data; name=\"file\"; filename=\"cut\"\r\n\r\nx";
  }

  private static String task(String content) {
    return "--b\r\nContent-Disposition: form-data; name=\"task\"; filename=\"tmp\"\r\n\r\n"
        + content
        + "\r\n--b--\r\n";
  }
}
