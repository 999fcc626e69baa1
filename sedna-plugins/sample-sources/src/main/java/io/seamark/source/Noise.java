package io.seamark.source;

/** Lattice noise from integer hashes. */
final class Noise {
  private Noise() {}

  static int hash(int x, int y, int seed) {
    int h = x * 0x27D4EB2D ^ y * 0x165667B1 ^ seed * 0x9E3779B1;
    h ^= h >>> 15;
    h *= 0x2C1B3C6D;
    h ^= h >>> 12;
    h *= 0x297A2D39;
    return h ^ (h >>> 15);
  }

  /** White noise, 0 to 1. */
  static float white(int x, int y, int seed) {
    return (hash(x, y, seed) >>> 8) * 0x1p-24f;
  }

  static int floor(float x) {
    int i = (int) x;
    return x < i ? i - 1 : i;
  }

  /** Smooth noise with one blob per unit square, 0 to 1. */
  static float smooth(float x, float y, int seed) {
    int ix = floor(x);
    int iy = floor(y);
    float fx = x - ix;
    float fy = y - iy;
    fx = fx * fx * (3 - 2 * fx);
    fy = fy * fy * (3 - 2 * fy);
    float a = white(ix, iy, seed);
    float b = white(ix + 1, iy, seed);
    float c = white(ix, iy + 1, seed);
    float d = white(ix + 1, iy + 1, seed);
    float top = a + (b - a) * fx;
    return top + (c + (d - c) * fx - top) * fy;
  }
}
