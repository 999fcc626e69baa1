package io.seamark.pull;

import java.net.URI;
import java.util.List;

/**
 * A checkpoint as somebody publishes it. Only ONNX graphs are named: the originals are pickles,
 * which run code when they are read.
 *
 * @param name what a user types
 * @param text what it is
 * @param license of weights and export
 * @param source page of the publisher
 * @param files what belongs to it
 */
public record PublishedModel(
    String name, String text, String license, URI source, List<File> files) {
  /**
   * One file.
   *
   * @param name in the model folder
   * @param address where the publisher has it, https
   * @param bytes its size; 0 where no record of it is known
   * @param sha256 its digest in lower-case hexadecimal; empty where no record of it is known
   */
  public record File(String name, URI address, long bytes, String sha256) {}

  private static final String HUB = "https://huggingface.co/";
  private static final String APACHE = "Apache-2.0";
  private static final String ENCODER = "vision_encoder";
  private static final String DECODER = "prompt_encoder_mask_decoder";

  /** Every model that is known, smallest first. */
  public static final List<PublishedModel> ALL =
      List.of(
          mobileSam(),
          xenova(
              "slimsam-77",
              "SlimSAM, SAM ViT-B pruned to 23 %",
              "Xenova/slimsam-77-uniform",
              "5850ab45f587c112167512ffef949107115e26a0",
              onnx(
                  ENCODER,
                  23_276_014,
                  "9f8433273a6750b587779baa0cf5508111001bf7e7acfcf585d370139fd366d0"),
              onnx(
                  DECODER,
                  16_557_892,
                  "f4514391764fbd56e08e119060d874ecd7d52994bfb1968af159e12d4943b5bb")),
          xenova(
              "sam-vit-base-quantized",
              "SAM ViT-B, 8-bit weights",
              "Xenova/sam-vit-base",
              "main",
              onnx(
                  ENCODER + "_quantized",
                  101_088_469,
                  "d9d7bca3b256ab71b3b7cdc35839983bc8ebaf68ea9022f15805ac43955cd247"),
              onnx(
                  DECODER + "_quantized",
                  4_903_810,
                  "cb90b279f549d2cab7fd6e20c38522438c65d84bdcca3d2a764cff7d857fdce2")),
          xenova(
              "sam-vit-large-quantized",
              "SAM ViT-L, 8-bit weights",
              "Xenova/sam-vit-large",
              "main",
              onnx(
                  ENCODER + "_quantized",
                  0,
                  "769c4c514e5087557e2e43b7a2ab260d73240438790a594e818b161823ce474e"),
              onnx(DECODER + "_quantized", 0, "")),
          xenova(
              "sam-vit-base",
              "SAM ViT-B",
              "Xenova/sam-vit-base",
              "main",
              onnx(ENCODER, 0, ""),
              onnx(DECODER, 0, "")),
          xenova(
              "sam-vit-large",
              "SAM ViT-L",
              "Xenova/sam-vit-large",
              "main",
              onnx(ENCODER, 0, ""),
              onnx(DECODER, 0, "")),
          xenova(
              "sam-vit-huge",
              "SAM ViT-H",
              "Xenova/sam-vit-huge",
              "main",
              onnx(ENCODER, 0, "f29ddfa848550eb784ce3fb4164588a27328e28c5e697f975ab92a3be27cfc8e"),
              new File(
                  ENCODER + ".onnx_data",
                  URI.create(""),
                  0,
                  "e452133f5d9dec76ba7d518a3690e5989e13f894ab07d561c38180a692ab353a"),
              onnx(DECODER, 0, "")));

  /** Copies the list. */
  public PublishedModel {
    files = List.copyOf(files);
  }

  private static PublishedModel mobileSam() {
    String tree = HUB + "Acly/MobileSAM/resolve/0d3b403339b4674a82493d5e97964dd78089ddc8/";
    return new PublishedModel(
        "mobile-sam",
        "MobileSAM, SAM with a TinyViT encoder",
        "Apache-2.0 (weights), MIT (export)",
        URI.create(HUB + "Acly/MobileSAM"),
        List.of(
            new File(
                "encoder.onnx",
                URI.create(tree + "mobile_sam_image_encoder.onnx"),
                28_157_093,
                "580f5fb648ea1062c0aabc26217aed56921985f03f0cbbd852bba81d760cc749"),
            new File("decoder.onnx", URI.create(tree + "sam_mask_decoder_multi.onnx"), 0, "")));
  }

  private static File onnx(String name, long bytes, String sha256) {
    return new File(name + ".onnx", URI.create(""), bytes, sha256);
  }

  private static PublishedModel xenova(
      String name, String text, String repository, String revision, File... files) {
    String tree = HUB + repository + "/resolve/" + revision + "/onnx/";
    return new PublishedModel(
        name,
        text,
        APACHE,
        URI.create(HUB + repository),
        List.of(files).stream()
            .map(f -> new File(f.name(), URI.create(tree + f.name()), f.bytes(), f.sha256()))
            .toList());
  }

  /**
   * Finds a model.
   *
   * @param name as typed
   * @return the model
   * @throws IllegalArgumentException listing the names that there are
   */
  public static PublishedModel named(String name) {
    return ALL.stream()
        .filter(model -> model.name.equals(name))
        .findFirst()
        .orElseThrow(
            () ->
                new IllegalArgumentException(
                    String.format(
                        "no model is named '%s': there are %s",
                        name, ALL.stream().map(PublishedModel::name).toList())));
  }
}
