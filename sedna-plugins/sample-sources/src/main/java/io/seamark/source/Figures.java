package io.seamark.source;

/** Outlines of people, in metres from the middle of their feet. */
final class Figures {
  static final int NONE = 0;
  static final int SKIN = 1;
  static final int HAIR = 2;
  static final int TOP = 3;
  static final int TROUSERS = 4;
  static final int SHOES = 5;
  static final int BAG = 6;
  static final int FRAME = 7;
  static final int WHEEL = 8;

  private Figures() {}

  /** Squared distance to a line segment. */
  private static float segment(float x, float y, float ax, float ay, float bx, float by) {
    float dx = bx - ax;
    float dy = by - ay;
    float t = ((x - ax) * dx + (y - ay) * dy) / (dx * dx + dy * dy);
    t = t < 0 ? 0 : Math.min(t, 1);
    float ex = x - ax - t * dx;
    float ey = y - ay - t * dy;
    return ex * ex + ey * ey;
  }

  private static boolean near(
      float x, float y, float ax, float ay, float bx, float by, float radius) {
    return segment(x, y, ax, ay, bx, by) < radius * radius;
  }

  /**
   * The part of someone 1.75 m tall on foot.
   *
   * @param step how far the feet are apart, in metres
   * @param kind selects coat, skirt or bag
   */
  static int person(float x, float y, float step, int kind) {
    float head = x * x + (y - 1.61f) * (y - 1.61f);
    if (head < 0.0155f) {
      return y > 1.65f || ((kind & 1) == 0 && x * x > 0.006f) ? HAIR : SKIN;
    }
    if ((kind & 6) == 2 && x > 0.16f && x < 0.42f && y > 0.62f && y < 0.95f) {
      return BAG;
    }
    if (y > 0.8f && y < 1.47f) {
      float half = 0.2f + 0.05f * (y - 0.8f);
      if (y > 1.36f) {
        half -= (y - 1.36f) * 1.2f;
      }
      if (x > -half && x < half) {
        return TOP;
      }
    }
    boolean coat = (kind & 24) == 8;
    if (coat && y > 0.42f && y <= 0.8f) {
      float half = 0.2f + 0.12f * (0.8f - y);
      if (x > -half && x < half) {
        return TOP;
      }
    }
    float swing = step * 0.7f;
    if (near(x, y, -0.22f, 1.36f, -0.27f - swing * 0.3f, 0.82f, 0.062f)
        || near(x, y, 0.22f, 1.36f, 0.27f + swing * 0.3f, 0.82f, 0.062f)) {
      return y < 0.86f ? SKIN : TOP;
    }
    if (near(x, y, -0.09f, 0.84f, -0.06f - step, 0.05f, 0.088f)
        || near(x, y, 0.09f, 0.84f, 0.06f + step, 0.05f, 0.088f)) {
      return y < 0.11f ? SHOES : TROUSERS;
    }
    return NONE;
  }

  /** The part of a rider seen from the front or from behind. */
  static int riderAlong(float x, float y, float lean) {
    x -= lean * y;
    float head = x * x + (y - 1.6f) * (y - 1.6f);
    if (head < 0.017f) {
      return y > 1.62f ? BAG : SKIN;
    }
    if (y > 0.86f && y < 1.48f) {
      float half = 0.17f + 0.1f * (y - 0.86f);
      if (y > 1.38f) {
        half -= (y - 1.38f) * 1.4f;
      }
      if (x > -half && x < half) {
        return TOP;
      }
    }
    if (near(x, y, -0.22f, 1.36f, -0.3f, 1.02f, 0.06f)
        || near(x, y, 0.22f, 1.36f, 0.3f, 1.02f, 0.06f)) {
      return TOP;
    }
    if (near(x, y, -0.1f, 0.9f, -0.17f, 0.3f, 0.085f)
        || near(x, y, 0.1f, 0.9f, 0.15f, 0.46f, 0.085f)) {
      return y < 0.38f ? SHOES : TROUSERS;
    }
    if (x > -0.05f && x < 0.05f && y < 0.7f) {
      return WHEEL;
    }
    if (near(x, y, -0.3f, 1.0f, 0.3f, 1.0f, 0.03f)) {
      return FRAME;
    }
    return NONE;
  }

  /** The part of a rider seen from the side, riding to the right. */
  static int riderAcross(float x, float y) {
    float headX = x - 0.3f;
    float head = headX * headX + (y - 1.6f) * (y - 1.6f);
    if (head < 0.017f) {
      return y > 1.63f ? BAG : SKIN;
    }
    if (near(x, y, -0.17f, 0.96f, 0.2f, 1.38f, 0.14f)) {
      return TOP;
    }
    if (near(x, y, 0.2f, 1.36f, 0.5f, 1.04f, 0.055f)) {
      return TOP;
    }
    if (near(x, y, -0.17f, 0.94f, 0.18f, 0.66f, 0.09f)
        || near(x, y, 0.18f, 0.66f, 0.06f, 0.26f, 0.075f)) {
      return y < 0.3f ? SHOES : TROUSERS;
    }
    for (int side = -1; side <= 1; side += 2) {
      float wx = x - side * 0.52f;
      float ring = wx * wx + (y - 0.34f) * (y - 0.34f);
      if (ring < 0.1225f && ring > 0.07f) {
        return WHEEL;
      }
    }
    if (near(x, y, -0.52f, 0.34f, -0.15f, 0.8f, 0.035f)
        || near(x, y, -0.15f, 0.8f, 0.4f, 0.76f, 0.035f)
        || near(x, y, 0.0f, 0.3f, 0.4f, 0.76f, 0.035f)
        || near(x, y, 0.0f, 0.3f, -0.52f, 0.34f, 0.035f)
        || near(x, y, 0.52f, 0.34f, 0.42f, 1.02f, 0.035f)) {
      return FRAME;
    }
    return NONE;
  }
}
