package io.seamark.source;

import java.util.ArrayList;
import java.util.List;

/**
 * A camera and what it sees pixel by pixel, before any light falls on it: which surface, where on
 * it and how far away. The camera looks along z from {@code eye} metres above the ground; x is to
 * the right, y up.
 */
final class Canvas {
  private static final float NEAR = 0.6f;

  final int width;
  final int height;
  final float focal;
  final float centre;
  final float horizon;
  final float eye;

  /** 1/m; 0 is infinitely far. */
  final float[] inverseZ;

  final float[] u;
  final float[] v;
  final int[] surface;
  final List<Surface> surfaces = new ArrayList<>(512);

  private final float[] clipX = new float[8];
  private final float[] clipY = new float[8];

  Canvas(int width, int height, float focal, float centre, float horizon, float eye) {
    this.width = width;
    this.height = height;
    this.focal = focal;
    this.centre = centre;
    this.horizon = horizon;
    this.eye = eye;
    int pixels = width * height;
    inverseZ = new float[pixels];
    u = new float[pixels];
    v = new float[pixels];
    surface = new int[pixels];
  }

  int add(Surface s) {
    surfaces.add(s);
    return surfaces.size() - 1;
  }

  /**
   * Draws a flat piece. The axes have unit length; their first coordinates are metres to the right,
   * then up, then away.
   */
  void panel(
      Surface s,
      float px,
      float py,
      float pz,
      float ax,
      float ay,
      float az,
      float bx,
      float by,
      float bz) {
    float w = s.w();
    float h = s.h();
    int corners = clip(px, py, pz, ax * w, ay * w, az * w, bx * h, by * h, bz * h);
    if (corners == 0) {
      return;
    }
    float minX = clipX[0];
    float maxX = minX;
    float minY = clipY[0];
    float maxY = minY;
    for (int i = 1; i < corners; i++) {
      minX = Math.min(minX, clipX[i]);
      maxX = Math.max(maxX, clipX[i]);
      minY = Math.min(minY, clipY[i]);
      maxY = Math.max(maxY, clipY[i]);
    }
    int x0 = Math.max(0, (int) Math.max(minX, 0));
    int x1 = (int) Math.min(maxX, width - 1);
    int y0 = Math.max(0, (int) Math.max(minY, 0));
    int y1 = (int) Math.min(maxY, height - 1);
    if (x0 > x1 || y0 > y1 || maxX < 0 || maxY < 0) {
      return;
    }
    // A pixel's ray z * d meets q + u * a + v * b; each quotient below is affine in the pixel.
    float qy = py - eye;
    float nx = ay * bz - az * by;
    float ny = az * bx - ax * bz;
    float nz = ax * by - ay * bx;
    float distance = px * nx + qy * ny + pz * nz;
    if (Math.abs(distance) < 1e-4f) {
      return;
    }
    float ux = by * pz - bz * qy;
    float uy = bz * px - bx * pz;
    float uz = bx * qy - by * px;
    float vx = qy * az - pz * ay;
    float vy = pz * ax - px * az;
    float vz = px * ay - qy * ax;
    float inverse = 1 / distance;
    float step = 1 / focal;
    int id = -1;
    for (int y = y0; y <= y1; y++) {
      float dy = (horizon - y - 0.5f) * step;
      float denominatorRow = ny * dy + nz;
      float uRow = uy * dy + uz;
      float vRow = vy * dy + vz;
      int row = y * width;
      for (int x = x0; x <= x1; x++) {
        float dx = (x + 0.5f - centre) * step;
        float denominator = nx * dx + denominatorRow;
        float iz = denominator * inverse;
        if (iz <= inverseZ[row + x] || iz > 1 / NEAR) {
          continue;
        }
        float reciprocal = 1 / denominator;
        float uu = (ux * dx + uRow) * reciprocal;
        if (!(uu >= 0 && uu < w)) {
          continue;
        }
        float vv = (vx * dx + vRow) * reciprocal;
        if (!(vv >= 0 && vv < h) || !covers(s, uu, vv)) {
          continue;
        }
        if (id < 0) {
          id = add(s);
        }
        inverseZ[row + x] = iz;
        u[row + x] = uu;
        v[row + x] = vv;
        surface[row + x] = id;
      }
    }
  }

  /** A piece that faces the camera, {@code x} its middle. */
  void upright(Surface s, float x, float y, float z) {
    panel(s, x - s.w() / 2, y, z, 1, 0, 0, 0, 1, 0);
  }

  private int clip(
      float px, float py, float pz, float ax, float ay, float az, float bx, float by, float bz) {
    int n = 0;
    float lastX = px + bx;
    float lastY = py + by;
    float lastZ = pz + bz;
    for (int i = 0; i < 4; i++) {
      int alongA = i == 1 || i == 2 ? 1 : 0;
      int alongB = i >= 2 ? 1 : 0;
      float x = px + alongA * ax + alongB * bx;
      float y = py + alongA * ay + alongB * by;
      float z = pz + alongA * az + alongB * bz;
      if ((z >= NEAR) != (lastZ >= NEAR)) {
        float t = (NEAR - lastZ) / (z - lastZ);
        n = project(n, lastX + t * (x - lastX), lastY + t * (y - lastY), NEAR);
      }
      if (z >= NEAR) {
        n = project(n, x, y, z);
      }
      lastX = x;
      lastY = y;
      lastZ = z;
    }
    return n;
  }

  private int project(int n, float x, float y, float z) {
    clipX[n] = centre + focal * x / z;
    clipY[n] = horizon - focal * (y - eye) / z;
    return n + 1;
  }

  private static boolean covers(Surface s, float u, float v) {
    float w = s.w();
    float h = s.h();
    return switch (s.shape()) {
      case FULL -> true;
      case ELLIPSE -> {
        float x = 2 * u / w - 1;
        float y = 2 * v / h - 1;
        yield x * x + y * y < 1;
      }
      case CROWN -> {
        float x = 2 * u / w - 1;
        float y = 2 * v / h - 1;
        float r = x * x + y * y;
        if (r > 1.15f) {
          yield false;
        }
        float leaves = Noise.smooth(u * s.p(), v * s.p(), s.seed());
        yield r < 0.42f + 0.75f * leaves && (r < 0.2f || leaves > 0.12f);
      }
      case TAPER -> u > s.p() * v / h && u < w - s.q() * v / h;
      case TRIANGLE -> Math.abs(2 * u / w - 1) < 1 - v / h;
      case GABLE -> v < s.p() || Math.abs(2 * u / w - 1) < 1 - (v - s.p()) / (h - s.p());
      case RAGGED -> v < h * (1 - s.q() * Noise.smooth(u * s.p(), v * 0.2f, s.seed()));
      case PERSON -> {
        float scale = 1.75f / h;
        yield Figures.person((u - w / 2) * scale, v * scale, s.p(), s.seed()) != Figures.NONE;
      }
      case CYCLIST -> {
        float x = (u - w / 2) * (s.q() < 0 ? -1 : 1);
        yield (s.p() > 1 ? Figures.riderAcross(x, v) : Figures.riderAlong(x, v, s.p()))
            != Figures.NONE;
      }
    };
  }
}
