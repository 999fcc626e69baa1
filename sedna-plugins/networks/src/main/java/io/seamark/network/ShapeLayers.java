package io.seamark.network;

import java.util.List;

/**
 * A back end without numbers: follows the shapes through a description, so that names and shapes of
 * weights from a file are checked before any engine sees them.
 */
final class ShapeLayers implements Layers<ShapeLayers.Shape> {
  /**
   * Shape of a value.
   *
   * @param tokens number of tokens, 0 for an image
   * @param channels of either
   * @param height of an image, else 0
   * @param width of an image, else 0
   */
  record Shape(int tokens, int channels, int height, int width) {
    static Shape image(int channels, int height, int width) {
      return new Shape(0, channels, height, width);
    }

    static Shape tokens(int tokens, int channels) {
      return new Shape(tokens, channels, 0, 0);
    }
  }

  private final WeightSource weights;
  private long values;

  ShapeLayers(WeightSource weights) {
    this.weights = weights;
  }

  /** Values that all images so far have together: what a back end keeps to train on one of them. */
  long values() {
    return values;
  }

  private Shape made(Shape image) {
    values += (long) image.channels() * image.height() * image.width();
    return image;
  }

  @Override
  public int channels(Shape x) {
    return x.channels();
  }

  @Override
  public int height(Shape image) {
    return image.height();
  }

  @Override
  public int width(Shape image) {
    return image.width();
  }

  @Override
  public boolean has(String name) {
    return weights.has(name);
  }

  private void require(String name, Integer... expected) {
    List<Integer> shape = weights.shape(name);
    if (!shape.equals(List.of(expected))) {
      throw new IllegalArgumentException(
          "'" + name + "' has shape " + shape + ", but " + List.of(expected) + " fits here");
    }
  }

  private List<Integer> shape(String name, int rank) {
    List<Integer> shape = weights.shape(name);
    if (shape.size() != rank) {
      throw new IllegalArgumentException(
          "'" + name + "' has shape " + shape + ", but needs " + rank + " sizes");
    }
    return shape;
  }

  private void optionalBias(String name, int channels) {
    if (weights.has(name + ".bias")) {
      require(name + ".bias", channels);
    }
  }

  private static Shape same(Shape a, Shape b, String what) {
    if (!a.equals(b)) {
      throw new IllegalArgumentException(what + " of " + a + " and " + b);
    }
    return a;
  }

  @Override
  public Shape convolution(Shape image, String name, int stride, int padding) {
    List<Integer> kernel = shape(name + ".weight", 4);
    int out = kernel.get(0);
    int side = kernel.get(2);
    require(name + ".weight", out, image.channels(), side, side);
    optionalBias(name, out);
    int height = image.height() + 2 * padding;
    int width = image.width() + 2 * padding;
    if (side > height || side > width) {
      throw new IllegalArgumentException("the kernel of '" + name + "' is larger than its input");
    }
    return made(Shape.image(out, (height - side) / stride + 1, (width - side) / stride + 1));
  }

  @Override
  public Shape transposedConvolution(Shape image, String name, int stride) {
    int out = shape(name + ".weight", 4).get(1);
    require(name + ".weight", image.channels(), out, stride, stride);
    require(name + ".bias", out);
    return Shape.image(out, image.height() * stride, image.width() * stride);
  }

  @Override
  public Shape batchNorm(Shape image, String name) {
    for (String part : List.of(".weight", ".bias", ".running_mean", ".running_var")) {
      require(name + part, image.channels());
    }
    return made(image);
  }

  @Override
  public Shape layerNorm(Shape x, String name, double epsilon) {
    require(name + ".weight", x.channels());
    require(name + ".bias", x.channels());
    return x;
  }

  @Override
  public Shape relu(Shape x) {
    return made(x);
  }

  @Override
  public Shape gelu(Shape x) {
    return x;
  }

  @Override
  public Shape sigmoid(Shape x) {
    return made(x);
  }

  @Override
  public Shape softmax(Shape image) {
    return made(image);
  }

  @Override
  public Shape affine(Shape x, double scale, double shift) {
    return made(x);
  }

  @Override
  public Shape divide(Shape a, Shape b) {
    return add(a, b);
  }

  @Override
  public Shape channelMean(Shape image) {
    return made(Shape.image(1, image.height(), image.width()));
  }

  @Override
  public Shape add(Shape a, Shape b) {
    return made(
        new Shape(
            broadcast(a, b, a.tokens(), b.tokens()),
            broadcast(a, b, a.channels(), b.channels()),
            broadcast(a, b, a.height(), b.height()),
            broadcast(a, b, a.width(), b.width())));
  }

  private static int broadcast(Shape a, Shape b, int x, int y) {
    if (x != y && x != 1 && y != 1) {
      throw new IllegalArgumentException("cannot combine " + a + " with " + b);
    }
    return Math.max(x, y);
  }

  @Override
  public Shape multiply(Shape a, Shape b) {
    return add(a, b);
  }

  @Override
  public Shape maxPool(Shape image, int size, int stride, int padding) {
    return made(
        Shape.image(
            image.channels(),
            (image.height() + 2 * padding - size) / stride + 1,
            (image.width() + 2 * padding - size) / stride + 1));
  }

  @Override
  public Shape globalAveragePool(Shape image) {
    return made(Shape.image(image.channels(), 1, 1));
  }

  @Override
  public Shape adaptiveAveragePool(Shape image, int rows, int columns) {
    return made(Shape.image(image.channels(), rows, columns));
  }

  @Override
  public Shape resize(Shape image, int height, int width) {
    return made(Shape.image(image.channels(), height, width));
  }

  @Override
  public Shape concatChannels(List<Shape> images) {
    Shape first = images.get(0);
    int channels = 0;
    for (Shape image : images) {
      same(
          Shape.image(1, first.height(), first.width()),
          Shape.image(1, image.height(), image.width()),
          "joined images");
      channels += image.channels();
    }
    return made(Shape.image(channels, first.height(), first.width()));
  }

  @Override
  public Shape tokens(Shape image) {
    return Shape.tokens(image.height() * image.width(), image.channels());
  }

  @Override
  public Shape image(Shape tokens, int height, int width) {
    same(tokens, Shape.tokens(height * width, tokens.channels()), "tokens");
    return Shape.image(tokens.channels(), height, width);
  }

  @Override
  public Shape concatTokens(List<Shape> sequences) {
    int tokens = 0;
    for (Shape sequence : sequences) {
      same(
          Shape.tokens(1, sequences.get(0).channels()),
          Shape.tokens(1, sequence.channels()),
          "joined tokens");
      tokens += sequence.tokens();
    }
    return Shape.tokens(tokens, sequences.get(0).channels());
  }

  @Override
  public Shape sliceTokens(Shape tokens, int from, int count) {
    if (from + count > tokens.tokens()) {
      throw new IllegalArgumentException("tokens " + from + " of " + tokens);
    }
    return Shape.tokens(count, tokens.channels());
  }

  @Override
  public Shape linear(Shape tokens, String name) {
    int out = shape(name + ".weight", 2).get(0);
    require(name + ".weight", out, tokens.channels());
    optionalBias(name, out);
    return Shape.tokens(tokens.tokens(), out);
  }

  @Override
  public Shape attention(Shape query, Shape key, Shape value, int heads) {
    same(Shape.tokens(1, query.channels()), Shape.tokens(1, key.channels()), "query and key");
    same(Shape.tokens(key.tokens(), 1), Shape.tokens(value.tokens(), 1), "key and value");
    if (query.channels() % heads != 0 || value.channels() % heads != 0) {
      throw new IllegalArgumentException(heads + " heads do not divide " + query);
    }
    return Shape.tokens(query.tokens(), value.channels());
  }

  @Override
  public Shape project(Shape tokens, Shape image) {
    same(
        Shape.tokens(1, tokens.channels()),
        Shape.tokens(1, image.channels()),
        "tokens times channels");
    return Shape.image(tokens.tokens(), image.height(), image.width());
  }

  @Override
  public Shape fourierFeatures(Shape tokens, String name) {
    int features = shape(name, 2).get(1);
    require(name, tokens.channels(), features);
    return Shape.tokens(tokens.tokens(), 2 * features);
  }

  @Override
  public Shape mix(Shape weightTokens, Shape tokens) {
    same(Shape.tokens(weightTokens.channels(), 1), Shape.tokens(tokens.tokens(), 1), "mixture");
    return Shape.tokens(weightTokens.tokens(), tokens.channels());
  }

  @Override
  public Shape constantTokens(int channels, float[] values) {
    return Shape.tokens(values.length / channels, channels);
  }

  @Override
  public Shape weightTokens(String name) {
    List<Integer> shape = weights.shape(name);
    int channels = shape.get(shape.size() - 1);
    int elements = shape.stream().reduce(1, Math::multiplyExact);
    return Shape.tokens(elements / channels, channels);
  }

  @Override
  public Shape weightImage(String name) {
    List<Integer> shape = shape(name, 4);
    require(name, 1, shape.get(1), shape.get(2), shape.get(3));
    return Shape.image(shape.get(1), shape.get(2), shape.get(3));
  }
}
