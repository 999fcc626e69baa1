package io.seamark.unknown.segment;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * The two graphs of a model folder, found by their names. In the folder, or in {@code onnx} below
 * it, lie
 *
 * <ul>
 *   <li>{@code encoder.onnx} and {@code decoder.onnx}, or
 *   <li>{@code vision_encoder.onnx} and {@code prompt_encoder_mask_decoder.onnx}, as published on
 *       Hugging Face, or
 *   <li>{@code X_encoder.onnx} and {@code X_decoder.onnx} for one X, also with a dot.
 * </ul>
 *
 * <p>Names may end in a variant before {@code .onnx}, such as {@code _quantized} or {@code _fp16}.
 *
 * @param encoder image encoder
 * @param decoder prompt encoder and mask decoder
 */
public record SamFolder(Path encoder, Path decoder) {
  /** The variant of names without an ending: full precision. */
  public static final String FULL = "fp32";

  private static final String ACCEPTED =
      "it needs encoder.onnx and decoder.onnx, or vision_encoder.onnx and"
          + " prompt_encoder_mask_decoder.onnx, or one pair X_encoder.onnx and X_decoder.onnx, there"
          + " or in onnx below it";

  private static final Pattern ENCODER =
      Pattern.compile(
          "(?<stem>(?:.{0,200}?[._-])?(?:image_|vision_)?)encoder(?<end>[._-][a-z0-9_.]{1,20})?\\.onnx");

  private static final int MAX_FILES = 10_000;

  /**
   * Finds the graphs.
   *
   * @param folder a model folder
   * @param variant {@code quantized}, {@code fp16} and so on; {@value #FULL} for names without an
   *     ending; empty for full precision where it is there, else for the only one there is
   * @return both files
   * @throws IOException naming the folder, what is missing and what there is
   */
  public static SamFolder find(Path folder, String variant) throws IOException {
    if (!Files.isDirectory(folder)) {
      throw new IOException("SAM folder " + folder + " does not exist or is not a folder");
    }
    TreeMap<String, List<SamFolder>> found = new TreeMap<>();
    TreeSet<String> names = new TreeSet<>();
    for (Path place : List.of(folder, folder.resolve("onnx"))) {
      if (Files.isDirectory(place)) {
        search(place, found, names);
      }
    }
    if (found.isEmpty()) {
      boolean encoder = names.contains("encoder.onnx") || names.contains("vision_encoder.onnx");
      String missing = encoder ? "decoder" : "encoder";
      throw new IOException(
          String.format(
              "SAM folder %s has no %s.onnx: %s; it has %s", folder, missing, ACCEPTED, names));
    }
    String chosen = variant;
    if (variant.isEmpty()) {
      if (found.size() > 1 && !found.containsKey(FULL)) {
        throw new IOException(
            String.format(
                "SAM folder %s has several variants, %s: choose one with"
                    + " mask_generator.segment_anything.variant",
                folder, found.keySet()));
      }
      chosen = found.containsKey(FULL) ? FULL : found.firstKey();
    }
    List<SamFolder> pairs = found.get(chosen);
    if (pairs == null) {
      throw new IOException(
          String.format(
              "SAM folder %s has no variant '%s', only %s", folder, variant, found.keySet()));
    }
    if (pairs.size() > 1) {
      throw new IOException(
          String.format(
              "SAM folder %s holds several models, whose encoders are %s: it must hold one",
              folder, pairs.stream().map(p -> p.encoder.getFileName().toString()).toList()));
    }
    return pairs.get(0);
  }

  private static void search(
      Path place, TreeMap<String, List<SamFolder>> found, TreeSet<String> names)
      throws IOException {
    TreeSet<String> here = new TreeSet<>();
    try (Stream<Path> files = Files.list(place)) {
      files
          .limit(MAX_FILES)
          .filter(Files::isRegularFile)
          .map(file -> String.valueOf(file.getFileName()))
          .filter(name -> name.endsWith(".onnx"))
          .forEach(here::add);
    }
    names.addAll(here);
    for (String encoder : here) {
      Matcher matcher = ENCODER.matcher(encoder);
      if (!matcher.matches()) {
        continue;
      }
      String stem = matcher.group("stem");
      String end = matcher.group("end") == null ? "" : matcher.group("end");
      String decoder = decoder(here, stem, end);
      if (!decoder.isEmpty()) {
        String variant = end.isEmpty() ? FULL : end.substring(1);
        found
            .computeIfAbsent(variant, v -> new ArrayList<>())
            .add(new SamFolder(place.resolve(encoder), place.resolve(decoder)));
      }
    }
  }

  /** The decoder beside an encoder: of its variant, else of full precision. */
  private static String decoder(TreeSet<String> here, String stem, String end) {
    List<String> stems = new ArrayList<>();
    if (stem.equals("vision_")) {
      stems.add("prompt_encoder_mask_");
    }
    stems.add(stem);
    if (stem.endsWith("image_") || stem.endsWith("vision_")) {
      stems.add(stem.replaceFirst("(image|vision)_$", "mask_"));
      stems.add(stem.replaceFirst("(image|vision)_$", ""));
    }
    for (String ending : end.isEmpty() ? List.of("") : List.of(end, "")) {
      for (String start : stems) {
        String name = start + "decoder" + ending + ".onnx";
        if (here.contains(name)) {
          return name;
        }
      }
    }
    return "";
  }
}
