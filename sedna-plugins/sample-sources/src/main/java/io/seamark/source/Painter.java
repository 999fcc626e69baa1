package io.seamark.source;

import io.seamark.source.Scene.Light;
import io.seamark.source.Scene.Spot;
import io.seamark.source.Surface.Material;
import io.seamark.source.Surface.Shape;

/**
 * Lets light fall on a {@link Scene}. Works on light that is linear in brightness; a camera's gamma
 * is taken as 2, since square roots are the same on every JVM.
 */
final class Painter {
  /** Depth image values are this over the distance in metres, up to 255. */
  static final float DEPTH_SCALE = 300;

  private static final float[] LINEAR = new float[256];
  private static final int FADE_STEPS = 1024;
  private static final float FADE_STEP = 0.25f;

  static {
    for (int i = 0; i < 256; i++) {
      LINEAR[i] = (i / 255f) * (i / 255f);
    }
  }

  private final Scene scene;
  private final Canvas canvas;
  private final Weather weather;
  private final Surface[] surfaces;
  private final int seed;

  // The light of this frame.
  private float ambientR;
  private float ambientG;
  private float ambientB;
  private float sunR;
  private float sunG;
  private float sunB;
  private float sunX;
  private float sunY = 1;
  private float sunZ;
  private float hazeR;
  private float hazeG;
  private float hazeB;
  private float haze;
  private float lamps;
  private float beam;
  private float litWindows;
  private float windowGlow;
  private float vehicleLights;
  private float wet;
  private float exposure;
  private float noise;
  private float veil;
  private float holes;
  private float cloud;
  private final float[] fade = new float[FADE_STEPS];

  // The surface at the pixel in hand.
  private float red;
  private float green;
  private float blue;
  private float glow;
  private float glowR;
  private float glowG;
  private float glowB;

  Painter(Scene scene, Weather weather, Dice dice) {
    this.scene = scene;
    this.canvas = scene.canvas;
    this.surfaces = canvas.surfaces.toArray(Surface[]::new);
    this.weather = weather;
    this.seed = dice.nextInt();
    float side = dice.chance(0.5) ? 1 : -1;
    float strength = dice.unit();
    cloud = dice.unit();
    exposure = dice.between(0.92f, 1.2f);
    switch (weather) {
      case DAY -> {
        // From a white sky to a clear one.
        ambient(0.62f - 0.2f * strength, 0.63f - 0.17f * strength, 0.64f - 0.09f * strength);
        sun(1.15f * strength, 1.06f * strength, 0.9f * strength);
        direction(
            side * dice.between(0.35f, 0.8f), dice.between(0.5f, 1), dice.between(-0.8f, 0.4f));
        haze(0.62f, 0.7f, 0.8f, 0.0022f);
        litWindows = 0.04f;
        windowGlow = 0.12f;
        noise = 2.2f;
        holes = 0.01f;
      }
      case DUSK -> {
        ambient(0.115f, 0.092f, 0.118f);
        sun(0.16f, 0.08f, 0.035f);
        direction(side * 0.5f, 0.16f, 0.85f);
        haze(0.2f, 0.125f, 0.1f, 0.006f);
        lamps = dice.chance(0.5) ? 0.12f : 0;
        beam = 0.05f;
        litWindows = 0.3f;
        windowGlow = 0.5f;
        vehicleLights = 0.6f;
        noise = 5;
        holes = 0.03f;
      }
      case NIGHT -> {
        ambient(0.017f, 0.02f, 0.031f);
        haze(0.02f, 0.018f, 0.02f, 0.004f);
        lamps = dice.between(0.2f, 0.32f);
        beam = dice.between(0.22f, 0.34f);
        litWindows = dice.between(0.15f, 0.35f);
        windowGlow = 0.5f;
        vehicleLights = 1;
        noise = 8;
        holes = 0.07f;
      }
      case RAIN -> {
        ambient(0.3f, 0.33f, 0.36f);
        haze(0.3f, 0.33f, 0.36f, dice.between(0.012f, 0.02f));
        litWindows = 0.16f;
        windowGlow = 0.5f;
        vehicleLights = 0.7f;
        wet = dice.between(0.6f, 0.9f);
        beam = 0.03f;
        noise = 4;
        veil = 0.045f;
        holes = 0.05f;
      }
      case FOG -> {
        ambient(0.5f, 0.52f, 0.54f);
        float white = dice.between(0.42f, 0.6f);
        haze(white, white * 1.01f, white * 1.02f, dice.between(0.03f, 0.05f));
        litWindows = 0.12f;
        windowGlow = 0.4f;
        vehicleLights = 0.6f;
        noise = 3;
        veil = 0.02f;
        holes = 0.04f;
      }
    }
    for (int i = 0; i < FADE_STEPS; i++) {
      fade[i] = (float) StrictMath.exp(-haze * FADE_STEP * i);
    }
  }

  private void ambient(float r, float g, float b) {
    ambientR = r;
    ambientG = g;
    ambientB = b;
  }

  private void sun(float r, float g, float b) {
    sunR = r;
    sunG = g;
    sunB = b;
  }

  private void direction(float x, float y, float z) {
    float length = (float) Math.sqrt(x * x + y * y + z * z);
    sunX = x / length;
    sunY = y / length;
    sunZ = z / length;
  }

  private void haze(float r, float g, float b, float perMetre) {
    hazeR = r;
    hazeG = g;
    hazeB = b;
    haze = perMetre;
  }

  /** The frame as the camera stores it: [height, width, 3]. */
  byte[] paint() {
    int width = canvas.width;
    int height = canvas.height;
    float[] light = new float[3 * width * height];
    float[] contact = new float[width * height];
    float[] cast = new float[width * height];
    shadows(contact, cast);
    boolean sunny = sunR > 0.02f && weather == Weather.DAY;
    for (int y = 0; y < height; y++) {
      float down = (y + 0.5f - canvas.horizon) / canvas.focal;
      for (int x = 0; x < width; x++) {
        int i = y * width + x;
        float across = (x + 0.5f - canvas.centre) / canvas.focal;
        float iz = canvas.inverseZ[i];
        if (iz == 0) {
          sky(across, -down);
          put(light, i, red, green, blue);
          continue;
        }
        float z = 1 / iz;
        Surface s = surfaces[canvas.surface[i]];
        glow = 0;
        material(s, canvas.u[i], canvas.v[i], z);
        shade(s, i, across * z, canvas.eye - down * z, z, across, contact[i], cast[i], sunny);
        float clear = fade[Math.min(FADE_STEPS - 1, (int) (z / FADE_STEP))];
        put(
            light,
            i,
            hazeR + (red - hazeR) * clear,
            hazeG + (green - hazeG) * clear,
            hazeB + (blue - hazeB) * clear);
      }
    }
    if (wet > 0) {
      reflect(light);
    }
    for (Light l : scene.lights) {
      shine(light, l);
    }
    if (wet > 0) {
      streaks(light);
    }
    return develop(light);
  }

  private static void put(float[] light, int i, float r, float g, float b) {
    light[3 * i] = r;
    light[3 * i + 1] = g;
    light[3 * i + 2] = b;
  }

  /** Nearer is brighter, as in a disparity image; 0 where nothing is known. */
  byte[] depth() {
    byte[] depth = new byte[canvas.inverseZ.length];
    // Fog leaves a stereo camera nothing to match far away.
    float farthest = weather == Weather.FOG ? 1 / 45f : 0;
    int i = 0;
    for (int y = 0; y < canvas.height; y++) {
      for (int x = 0; x < canvas.width; x++, i++) {
        float iz = canvas.inverseZ[i];
        if (iz > farthest && Noise.white(x >> 1, y >> 1, seed + 77) >= holes) {
          depth[i] = (byte) Math.min(255, (int) (DEPTH_SCALE * iz + 0.5f));
        }
      }
    }
    return depth;
  }

  // ---- light ----

  private void shadows(float[] contact, float[] cast) {
    for (Spot s : scene.spots) {
      spot(
          contact, s.x(), s.z(), s.halfWidth(), s.halfLength(), s.tall() > 2 ? 0.3f : s.strength());
      if (weather == Weather.DAY && sunR > 0.02f) {
        float reach = s.tall() / Math.max(sunY, 0.3f);
        float dx = -sunX * reach;
        float dz = -sunZ * reach;
        spot(
            cast,
            s.x() + dx,
            s.z() + dz,
            s.halfWidth() + Math.abs(dx) * 0.5f,
            s.halfLength() + Math.abs(dz) * 0.5f,
            0.95f);
      }
    }
  }

  private void spot(float[] into, float x, float z, float halfW, float halfL, float strength) {
    float near = Math.max(z - halfL, 1);
    int y0 = Math.max(0, (int) (canvas.horizon + canvas.focal * canvas.eye / (z + halfL)));
    int y1 = Math.min(canvas.height - 1, (int) (canvas.horizon + canvas.focal * canvas.eye / near));
    for (int y = y0; y <= y1; y++) {
      float below = y + 0.5f - canvas.horizon;
      if (below <= 0) {
        continue;
      }
      float rowZ = canvas.focal * canvas.eye / below;
      float dz = (rowZ - z) / halfL;
      if (dz * dz >= 1) {
        continue;
      }
      float half = halfW * (float) Math.sqrt(1 - dz * dz);
      float scale = canvas.focal / rowZ;
      float middle = canvas.centre + scene.camera(x, rowZ) * scale;
      int x0 = Math.max(0, (int) (middle - half * scale));
      int x1 = (int) Math.min(canvas.width - 1, middle + half * scale);
      for (int px = x0; px <= x1; px++) {
        int i = y * canvas.width + px;
        float dx = (px + 0.5f - middle) / (halfW * scale);
        float inside = 1 - dx * dx - dz * dz;
        if (inside > 0) {
          float k = strength * Math.min(1, inside * 2.2f);
          into[i] = Math.max(into[i], k);
        }
      }
    }
  }

  private void shade(
      Surface s,
      int pixel,
      float x,
      float y,
      float z,
      float across,
      float contact,
      float cast,
      boolean sunny) {
    float nx = s.nx();
    float ny = s.ny();
    float nz = s.nz();
    boolean ground = ny == 1;
    switch (s.shape()) {
      case CROWN, ELLIPSE -> {
        nx = 2 * canvas.u[pixel] / s.w() - 1;
        ny = 2 * canvas.v[pixel] / s.h() - 1;
        nz = -0.5f;
        float scale = 1 / (float) Math.sqrt(nx * nx + ny * ny + 0.25f);
        nx *= scale;
        ny *= scale;
        nz *= scale;
      }
      case PERSON, CYCLIST -> {
        nx = 1.6f * (canvas.u[pixel] / s.w() - 0.5f);
        nz = -0.8f;
      }
      default -> {}
    }
    float offRoad = x - scene.roadCentre - scene.bend * z * z;
    float open = 0.8f + 0.2f * ny;
    if (ground) {
      open *= 1 - contact;
    } else if (y < 0.5f) {
      open *= 0.75f + 0.5f * Math.max(y, 0);
    }
    float r = ambientR * open;
    float g = ambientG * open;
    float b = ambientB * open;
    if (sunR > 0) {
      float facing = nx * sunX + ny * sunY + nz * sunZ;
      if (facing > 0) {
        float lit = ground ? facing * (1 - cast) : facing;
        if (sunny) {
          int side = sunX < 0 ? 0 : 1;
          float distance = scene.buildingLine(side) - (side == 0 ? -offRoad : offRoad);
          if (distance > 0.2f) {
            float lateral = Math.abs(sunX);
            float at = z + distance * sunZ / lateral;
            int bin = Math.max(0, Math.min(Scene.FAR, (int) at));
            if (scene.skyline[side][bin] > y + distance * sunY / lateral) {
              lit *= 0.1f;
            }
          }
        }
        r += sunR * lit;
        g += sunG * lit;
        b += sunB * lit;
      }
    }
    if (lamps > 0) {
      float k = lampLight(offRoad, y, z, -1, 0) + lampLight(offRoad, y, z, 1, 0.5f);
      k *= lamps * (1 - 0.6f * contact);
      r += k;
      g += k * 0.66f;
      b += k * 0.34f;
    }
    if (beam > 0) {
      float h = across * 2.4f;
      float spread = 1 / (1 + h * h);
      float up = y < 0.9f ? 1 : 1 / (1 + (y - 0.9f) * (y - 0.9f) * 3);
      float k = beam * spread * spread * up * 2.2f / (1 + z * z * 0.006f);
      if (ground) {
        k *= z > 4 ? 0.75f : z * z * 0.047f;
      }
      r += k;
      g += k * 0.95f;
      b += k * 0.82f;
    }
    red = red * r + glow * glowR;
    green = green * g + glow * glowG;
    blue = blue * b + glow * glowB;
  }

  private float lampLight(float offRoad, float y, float z, int side, float phase) {
    float spacing = scene.lampSpacing;
    float first = scene.lampOffset + phase * spacing;
    float k = Noise.floor((z - first) / spacing + 0.5f);
    float dz = z - first - (k < 0 ? 0 : k) * spacing;
    float dx = offRoad - side * (scene.roadHalf - 1);
    float dy = (scene.lampHeight - y) * 0.75f;
    return y > scene.lampHeight ? 0.12f : 26 / (dx * dx + dy * dy + dz * dz + 9);
  }

  private void sky(float across, float up) {
    float t = Math.max(0, up);
    float scale = 0.35f / (t + 0.12f);
    float cx = across * scale * 4;
    float cy = scale * 5;
    float clouds =
        0.55f * Noise.smooth(cx, cy, seed)
            + 0.3f * Noise.smooth(cx * 2.3f, cy * 2.3f, seed + 1)
            + 0.15f * Noise.smooth(cx * 5.1f, cy * 5.1f, seed + 2);
    switch (weather) {
      case DAY -> {
        float k = Math.min(1, t * 2.2f);
        red = 0.66f - 0.5f * k;
        green = 0.75f - 0.42f * k;
        blue = 0.88f - 0.22f * k;
        float cover = (clouds - 0.62f + 0.42f * cloud) * 4;
        cover = Math.max(0, Math.min(1, cover));
        float body = 0.72f + 0.35f * (clouds - 0.4f);
        red += (body - red) * cover;
        green += (body - green) * cover;
        blue += (body * 1.03f - blue) * cover;
      }
      case DUSK -> {
        float k = Math.min(1, t * 2.4f);
        float low = (1 - k) * (1 - k);
        red = 0.085f + 0.48f * low;
        green = 0.085f + 0.2f * low;
        blue = 0.15f + 0.035f * low;
        float cover = Math.max(0, Math.min(1, (clouds - 0.48f) * 4));
        red += (0.2f + 0.2f * low - red) * cover * 0.7f;
        green += (0.1f + 0.06f * low - green) * cover * 0.7f;
        blue += (0.11f - blue) * cover * 0.7f;
      }
      case NIGHT -> {
        float low = 1 / (1 + t * t * 40);
        red = 0.004f + 0.026f * low + 0.006f * clouds;
        green = 0.005f + 0.018f * low + 0.005f * clouds;
        blue = 0.011f + 0.014f * low + 0.006f * clouds;
      }
      case RAIN -> {
        float body = 0.34f + 0.2f * (clouds - 0.5f) + 0.05f * Math.min(1, t * 2);
        red = body;
        green = body * 1.04f;
        blue = body * 1.09f;
      }
      case FOG -> {
        float body = 1 + 0.08f * Math.min(1, t * 2) + 0.02f * (clouds - 0.5f);
        red = hazeR * body;
        green = hazeG * body;
        blue = hazeB * body;
      }
    }
  }

  // ---- materials ----

  private void colour(int rgb) {
    red = LINEAR[rgb >> 16 & 255];
    green = LINEAR[rgb >> 8 & 255];
    blue = LINEAR[rgb & 255];
  }

  private void scale(float k) {
    red *= k;
    green *= k;
    blue *= k;
  }

  private void emit(float k, float r, float g, float b) {
    glow = k;
    glowR = r;
    glowG = g;
    glowB = b;
  }

  private static float fraction(float x, float period) {
    return x - period * Noise.floor(x / period);
  }

  /** How much of detail of the given size in metres still shows at a distance, 0 to 1. */
  private float detail(float size, float z) {
    return Math.max(0, Math.min(1, 1.6f * size * canvas.focal / z - 0.8f));
  }

  private void material(Surface s, float u, float v, float z) {
    Material m = s.material();
    switch (m) {
      case SKY -> colour(0xFFFFFF);
      case ROAD -> road(u, v, z);
      case PAVEMENT -> pavement(s, u, v, z);
      case GRASS -> {
        colour(s.rgb());
        float n = Noise.smooth(u * 1.2f, v * 0.6f, s.seed());
        scale(0.6f + 0.6f * n + 0.35f * detail(0.1f, z) * (fine(u, v, 9, s.seed()) - 0.5f));
        red *= 0.8f + 0.5f * Noise.smooth(u * 0.3f, v * 0.2f, s.seed() + 1);
      }
      case FACADE -> facade(s, u, v, z);
      case WALL -> wall(s, u, v, z);
      case TILES -> {
        colour(s.rgb());
        float row = fraction(v, 0.35f) / 0.35f;
        scale(0.75f + 0.3f * Noise.smooth(u * 0.8f, v * 0.8f, s.seed()));
        scale(1 - 0.3f * detail(0.3f, z) * row);
      }
      case LEAVES -> leaves(s, u, v, z);
      case BARK -> {
        colour(s.rgb());
        round(u / s.w());
        scale(0.7f + 0.6f * Noise.smooth(u * 12, v * 2, s.seed()));
      }
      case METAL -> {
        colour(s.rgb());
        round(u / s.w());
        scale(0.85f + 0.25f * Noise.smooth(u * 3, v * 1.3f, s.seed()));
      }
      case LAMP -> {
        colour(s.rgb());
        if (lamps > 0) {
          emit(1, 1.4f, 1.05f, 0.6f);
        }
      }
      case SIGN -> sign(s, u, v);
      case SIGNAL -> {
        colour(s.rgb());
        int bulb = 2 - Math.min(2, (int) (v / 0.35f));
        float dx = u - 0.21f;
        float dy = fraction(v, 0.35f) - 0.175f;
        if (dx * dx + dy * dy < 0.015f) {
          if (bulb == (int) s.p()) {
            emit(
                0.9f,
                bulb == 2 ? 0.1f : 1,
                bulb == 0 ? 0.12f : bulb == 1 ? 0.6f : 0.9f,
                bulb == 2 ? 0.5f : 0.05f);
          } else {
            scale(2.2f);
          }
        }
      }
      case PLANKS -> {
        colour(s.rgb());
        int plank = Noise.floor(u / s.p());
        float fade = detail(s.p(), z);
        scale(1 + fade * (0.5f * Noise.white(plank, 3, s.seed()) - 0.25f));
        if (fraction(u, s.p()) < 0.12f * s.p()) {
          scale(1 - 0.55f * fade);
        }
        scale(0.8f + 0.35f * Noise.smooth(u * 2, v * 0.7f, s.seed()));
        if (Math.abs(v - s.h() * 0.85f) < 0.05f || Math.abs(v - s.h() * 0.25f) < 0.05f) {
          scale(0.8f);
        }
      }
      case RAILING -> {
        boolean rail = v > s.h() - 0.07f || Math.abs(v - 0.18f) < 0.04f;
        float bar = fraction(u, s.p());
        float fade = detail(s.p(), z);
        colour(s.rgb2());
        scale(0.5f + 0.6f * Noise.smooth(u * 2.5f, v * 2.5f, s.seed()));
        if (rail) {
          colour(s.rgb());
        } else {
          float r = red;
          float g = green;
          float b = blue;
          colour(s.rgb());
          float k = fade * (bar < 0.4f * s.p() ? 1 : 0) + (1 - fade) * 0.5f;
          red = r + (red - r) * k;
          green = g + (green - g) * k;
          blue = b + (blue - b) * k;
        }
      }
      case BRICKS -> {
        if (v > s.h() - 0.09f) {
          colour(s.rgb2());
        } else {
          bricks(s.rgb(), u, v, z, s.seed());
        }
      }
      case BODY -> {
        colour(s.rgb());
        scale(0.92f + 0.16f * Noise.smooth(u, v, s.seed()));
        gloss(0.1f);
      }
      case CAR_REAR, CAR_FRONT -> carEnd(s, u, v, m == Material.CAR_FRONT);
      case CAR_SIDE -> {
        colour(s.rgb());
        scale(0.7f + 0.45f * v / s.h());
        gloss(v > s.h() * 0.75f ? 0.12f : 0.03f);
        float door = fraction(u - 0.3f, 1.15f);
        if (u > 1 && u < s.w() - 1.1f && door < 0.04f) {
          scale(0.45f);
        }
        if (v < 0.1f) {
          colour(0x1C1C1D);
        }
        float a = u - 0.75f;
        float b = u - (s.w() - 0.75f);
        if (Math.min(a * a, b * b) + v * v < 0.13f) {
          colour(0x0B0B0C);
        }
      }
      case CAR_GLASS -> {
        float left = u - s.p() * v / s.h();
        float right = s.w() - s.q() * v / s.h() - u;
        boolean pillar =
            left < 0.07f
                || right < 0.07f
                || v > s.h() - 0.05f
                || (s.w() > 2.2f && Math.abs(u - s.w() * 0.47f) < 0.05f);
        colour(pillar ? s.rgb() : s.rgb2());
        if (!pillar) {
          gloss(0.04f + 0.2f * v / s.h());
        }
      }
      case BUS_SIDE -> {
        boolean pane = v > 1.05f && v < 2.1f && fraction(u, 1.5f) > 0.12f;
        colour(pane ? s.rgb2() : s.rgb());
        if (pane) {
          gloss(0.12f);
          if (litWindows > 0.1f) {
            emit(windowGlow * 0.5f, 0.8f, 0.75f, 0.55f);
          }
        }
      }
      case TYRE -> {
        float dx = u / s.w() - 0.5f;
        float dy = v / s.h() - 0.5f;
        boolean rim = s.shape() == Shape.ELLIPSE && dx * dx + dy * dy < 0.085f;
        colour(rim ? s.rgb2() : s.rgb());
        if (rim) {
          scale(0.5f + fine(u, v, 9, s.seed()) * 0.6f);
        }
      }
      case PERSON -> {
        float k = 1.75f / s.h();
        clothes(s, Figures.person((u - s.w() / 2) * k, v * k, s.p(), s.seed()), u, v);
      }
      case CYCLIST -> {
        float x = (u - s.w() / 2) * (s.q() < 0 ? -1 : 1);
        clothes(s, s.p() > 1 ? Figures.riderAcross(x, v) : Figures.riderAlong(x, v, s.p()), u, v);
      }
    }
  }

  private static float fine(float u, float v, float perMetre, int seed) {
    return Noise.white(Noise.floor(u * perMetre), Noise.floor(v * perMetre), seed);
  }

  /** Darker towards both sides, as a cylinder. */
  private void round(float at) {
    float x = 2 * at - 1;
    scale(1.15f - 0.6f * x * x);
  }

  /** Mirrors some of the sky. */
  private void gloss(float k) {
    float sky = 0.6f;
    red += (sky - red) * k;
    green += (sky - green) * k;
    blue += (sky - blue) * k;
  }

  private void clothes(Surface s, int part, float u, float v) {
    switch (part) {
      case Figures.SKIN -> colour(s.rgb3());
      case Figures.HAIR -> colour((s.seed() & 32) == 0 ? 0x2A211B : 0x6B5033);
      case Figures.TOP -> colour(s.rgb());
      case Figures.TROUSERS -> colour(s.rgb2());
      case Figures.SHOES -> colour(0x1B1A19);
      case Figures.BAG -> colour((s.seed() & 64) == 0 ? 0x7A3B2A : 0xC9C4B8);
      case Figures.FRAME -> colour((s.seed() & 128) == 0 ? 0x9A1F2A : 0x2F3A44);
      default -> colour(0x121213);
    }
    scale(0.75f + 0.5f * Noise.smooth(u * 7, v * 5, s.seed()));
  }

  private void road(float across, float z, float distance) {
    colour(scene.roadTone);
    int t = scene.textureSeed;
    float out = Math.abs(across);
    float k = 0.72f + 0.4f * Noise.smooth(across * 0.4f, z * 0.16f, t);
    k += 0.26f * (Noise.smooth(across * 2.6f, z * 1.3f, t + 1) - 0.5f);
    float grit = detail(0.06f, distance);
    if (grit > 0) {
      k += 0.5f * grit * (fine(across, z, 14, t + 2) - 0.5f);
    }
    if (Noise.white(Noise.floor(across / 3.1f), Noise.floor(z / 6.3f), t + 3) < 0.14f) {
      k *= 0.78f;
    }
    float line = detail(0.12f, distance);
    if (line > 0 && Math.abs(Noise.smooth(across * 1.1f, z * 0.45f, t + 4) - 0.5f) < 0.012f) {
      k *= 1 - 0.4f * line;
    }
    scale(k);
    if (out > scene.roadHalf) {
      return;
    }
    if (out > scene.roadHalf - 0.35f) {
      scale(0.78f);
    }
    boolean mark = false;
    if (scene.zebraZ > 0 && Math.abs(z - scene.zebraZ) < 1.7f) {
      mark = (Noise.floor(across / 0.5f) & 1) == 0 && out < scene.roadHalf - 0.3f;
    } else if (scene.zebraZ > 0 && z > scene.zebraZ - 3.4f && z < scene.zebraZ - 2.9f) {
      mark = across > 0.2f && out < scene.roadHalf - 0.3f;
    } else if (out < 0.075f) {
      mark = fraction(z, scene.dash * 2.1f) < scene.dash;
    } else {
      float edge = scene.roadHalf - (scene.parkingBays ? 2.1f : 0.45f);
      mark = Math.abs(out - edge) < 0.06f && (!scene.parkingBays || fraction(z, 1.2f) < 0.7f);
      if (edge > 5) {
        mark |= Math.abs(out - edge / 2) < 0.06f && fraction(z, 6) < 2.2f;
      }
    }
    if (mark) {
      float wear = 0.35f + 0.65f * Noise.smooth(across * 3, z * 1.5f, t + 5);
      red += (0.66f - red) * wear;
      green += (0.66f - green) * wear;
      blue += (0.62f - blue) * wear;
    }
  }

  private void pavement(Surface s, float across, float z, float distance) {
    colour(s.rgb());
    float out = Math.abs(across) - scene.roadHalf;
    if (out < 0.17f) {
      scale(1.3f);
      if (fraction(z, 0.9f) < 0.06f) {
        scale(0.7f);
      }
      return;
    }
    float slab = 0.62f;
    int column = Noise.floor(out / slab);
    int row = Noise.floor(z / slab + (column & 1) * 0.5f);
    float show = detail(slab, distance);
    scale(1 + show * (0.3f * Noise.white(column, row, s.seed()) - 0.15f));
    float joint = detail(0.1f, distance);
    if (fraction(out, slab) < 0.045f || fraction(z + (column & 1) * slab / 2, slab) < 0.045f) {
      scale(1 - 0.4f * joint);
    }
    scale(0.75f + 0.42f * Noise.smooth(across * 0.7f, z * 0.35f, s.seed()));
    scale(1 + 0.3f * detail(0.08f, distance) * (fine(across, z, 11, s.seed() + 1) - 0.5f));
  }

  private void bricks(int rgb, float u, float v, float z, int seed) {
    colour(rgb);
    float course = 0.16f;
    int row = Noise.floor(v / course);
    float shifted = u + (row & 1) * 0.2f;
    int column = Noise.floor(shifted / 0.4f);
    float show = detail(0.25f, z);
    scale(1 + show * (0.4f * Noise.white(column, row, seed) - 0.2f));
    if (fraction(v, course) < 0.025f) {
      scale(1 + 0.25f * detail(0.08f, z));
    }
    scale(0.78f + 0.4f * Noise.smooth(u * 0.5f, v * 0.35f, seed + 1));
  }

  private void plaster(int rgb, float u, float v, int seed) {
    colour(rgb);
    scale(0.84f + 0.22f * Noise.smooth(u * 0.45f, v * 0.3f, seed));
    scale(0.94f + 0.12f * Noise.smooth(u * 2.5f, v * 0.6f, seed + 1));
  }

  private void facade(Surface s, float u, float v, float z) {
    int seed = s.seed();
    float floor = Math.abs(s.q());
    boolean shop = s.q() < 0;
    if ((seed & 3) < 2) {
      bricks(s.rgb(), u, v, z, seed);
    } else {
      plaster(s.rgb(), u, v, seed);
    }
    if (v > s.h() - 0.45f) {
      scale((seed & 4) == 0 ? 1.25f : 0.7f);
      return;
    }
    int level = Noise.floor(v / floor);
    float up = v - level * floor;
    if (level == 0 && shop) {
      shopFront(s, u, v, floor);
      return;
    }
    if ((seed & 24) == 8 && up < 0.14f) {
      scale(1.3f);
      return;
    }
    float pitch = s.p();
    int column = Noise.floor(u / pitch);
    float along = u - column * pitch - pitch / 2;
    if ((column + 1) * pitch > s.w()) {
      return;
    }
    float half = pitch * (0.2f + 0.1f * (seed >>> 5 & 3) / 3f);
    float sill = 0.75f;
    float head = floor - 0.5f;
    if (level == 0 && !shop) {
      if (column == (seed >>> 8 & 3)) {
        if (Math.abs(along) < 0.55f && up < 2.2f) {
          colour(s.rgb3());
          scale(0.7f);
        }
        return;
      }
      if (v < 0.45f) {
        scale(0.72f);
      }
    }
    if (up < sill - 0.14f || up > head + 0.1f || Math.abs(along) > half + 0.1f) {
      return;
    }
    if (level > 0 && up < sill && Math.abs(along) < half + 0.1f) {
      scale(1.3f);
      return;
    }
    if (up < sill || up > head || Math.abs(along) > half) {
      colour(s.rgb2());
      scale(0.85f);
      return;
    }
    boolean bar = Math.abs(along) < 0.04f || Math.abs(up - (sill + head) * 0.55f) < 0.04f;
    if (bar && z < 26) {
      colour(s.rgb2());
      return;
    }
    pane(seed, column, level, (up - sill) / (head - sill), along / half);
  }

  private void pane(int seed, int column, int level, float up, float along) {
    float lot = Noise.white(column, level, seed + 11);
    float mirror = 0.02f + 0.2f * up * Noise.white(column, level, seed + 12);
    red = mirror * 0.8f;
    green = mirror * 0.92f;
    blue = mirror * 1.1f;
    if (Math.abs(along) > 0.55f && (Noise.hash(column, level, seed) & 3) == 0) {
      red += 0.22f;
      green += 0.2f;
      blue += 0.17f;
    }
    if (lot < litWindows) {
      float k = windowGlow * (0.45f + 0.7f * Noise.white(level, column, seed + 13));
      emit(k, 1, 0.72f, (Noise.hash(level, column, seed) & 1) == 0 ? 0.34f : 0.55f);
    }
  }

  private void shopFront(Surface s, float u, float v, float floor) {
    int seed = s.seed();
    int unit = Noise.floor(u / 5.5f);
    float along = u - unit * 5.5f;
    int paint = Noise.hash(unit, 5, seed);
    if (v > floor - 0.65f) {
      colour((paint & 1) == 0 ? s.rgb3() : s.rgb3() ^ 0x00402A);
      boolean letters = along > 1 && along < 4.2f && v > floor - 0.48f && v < floor - 0.2f;
      if (letters && Noise.white(Noise.floor(u * 5), unit, seed) > 0.35f) {
        colour(0xE9E4D4);
      }
      return;
    }
    if (v < 0.45f || along < 0.25f || fraction(along, 1.75f) < 0.1f) {
      colour(s.rgb3());
      scale(0.6f);
      return;
    }
    float goods = Noise.smooth(u * 2.2f, v * 2.2f, seed + 7);
    red = 0.03f + 0.12f * goods;
    green = 0.035f + 0.1f * Noise.smooth(u * 2, v * 2, seed + 8);
    blue = 0.045f + 0.08f * goods;
    if (litWindows > 0.1f && (paint & 6) != 0) {
      emit(windowGlow * (0.5f + 0.7f * goods), 1, 0.85f, 0.6f);
    }
  }

  private void wall(Surface s, float u, float v, float z) {
    if ((s.seed() & 1) == 0) {
      bricks(s.rgb(), u, v, z, s.seed());
    } else {
      plaster(s.rgb(), u, v, s.seed());
    }
    int column = Noise.floor(u / 3.2f);
    int level = Noise.floor(v / 3.1f);
    float along = u - column * 3.2f - 1.6f;
    float up = v - level * 3.1f;
    if (Noise.white(column, level, s.seed() + 3) < (s.rgb3() == 1 ? 0.6f : 0.22f)
        && v < s.h() - 1.2f
        && Math.abs(along) < 0.55f
        && up > 0.9f
        && up < 2.3f) {
      if (Math.abs(along) > 0.47f || up > 2.2f) {
        colour(s.rgb2());
      } else {
        pane(s.seed(), column, level, (up - 0.9f) / 1.4f, along);
      }
    }
  }

  private void leaves(Surface s, float u, float v, float z) {
    colour(s.rgb());
    float big = Noise.smooth(u * 1.4f, v * 1.4f, s.seed() + 1);
    float small = Noise.smooth(u * 4.3f, v * 4.3f, s.seed() + 2);
    float k = 0.45f + 0.55f * big + 0.5f * (small - 0.4f);
    k += 0.5f * detail(0.1f, z) * (fine(u, v, 9, s.seed() + 3) - 0.5f);
    k *= 0.7f + 0.5f * v / s.h();
    scale(Math.max(0.12f, k));
    red *= 0.85f + 0.4f * big;
  }

  private void sign(Surface s, float u, float v) {
    float x = 2 * u / s.w() - 1;
    float y = 2 * v / s.h() - 1;
    boolean inside;
    switch ((int) s.p()) {
      case 0 -> {
        float r = x * x + y * y;
        inside = r < 0.5f;
        colour(inside ? s.rgb2() : s.rgb());
        if (inside && Math.abs(y) < 0.3f && Math.abs(Math.abs(x) - 0.22f) < 0.12f) {
          colour(0x1A1A1A);
        }
      }
      case 1 -> {
        inside = y > -0.72f && Math.abs(x) < (1 - (y + 1) / 2) - 0.3f;
        colour(inside ? s.rgb2() : s.rgb());
        if (inside && Math.abs(x) < 0.07f) {
          colour(0x1A1A1A);
        }
      }
      case 2 -> {
        colour(s.rgb());
        if ((Math.abs(x) < 0.13f && Math.abs(y) < 0.6f)
            || (y > 0.1f && y < 0.5f && Math.abs(x) < 0.4f)) {
          colour(s.rgb2());
        }
      }
      default -> {
        boolean rim = Math.abs(x) > 0.88f || Math.abs(y) > 0.84f;
        boolean text =
            Math.abs(x) < 0.7f
                && (Math.abs(y - 0.35f) < 0.18f || Math.abs(y + 0.35f) < 0.18f)
                && Noise.white(Noise.floor(u * 9), y > 0 ? 1 : 0, s.seed()) > 0.3f;
        colour(rim || text ? s.rgb2() : s.rgb());
        if (LINEAR[s.rgb() >> 16 & 255] > 0.5f && text) {
          colour(0x202428);
        }
      }
    }
    // Signs throw light back to where it came from.
    if (beam > 0) {
      emit(beam * 1.6f, red, green, blue);
    }
  }

  private void carEnd(Surface s, float u, float v, boolean front) {
    float w = s.w();
    float h = s.h();
    float belt = s.q() - 0.27f;
    colour(s.rgb());
    scale(0.78f + 0.3f * v / h);
    float edge = Math.min(u, w - u);
    boolean on = s.p() > 0;
    if (v > belt + 0.05f) {
      boolean pane = edge > 0.14f && v > belt + 0.12f && v < h - 0.15f;
      if (pane) {
        colour(s.rgb2());
        gloss(0.05f + 0.16f * (v - belt) / (h - belt));
      }
      return;
    }
    if (v < 0.09f) {
      colour(0x121213);
      return;
    }
    if (v < belt * 0.3f) {
      scale(0.6f);
    }
    if (Math.abs(u - w / 2) < 0.26f && v > belt * 0.34f && v < belt * 0.34f + 0.12f) {
      colour(front ? 0xE8E8E4 : 0xD9C667);
      return;
    }
    boolean lampRow = v > belt * 0.5f && v < belt * 0.86f;
    if (edge > 0.05f && edge < (front ? 0.42f : 0.32f) && lampRow) {
      if (front) {
        colour(0xCFD4D6);
        if (on && vehicleLights > 0) {
          emit(vehicleLights * 1.6f, 1, 0.94f, 0.8f);
        }
      } else {
        colour(0x9A1512);
        if (on && vehicleLights > 0) {
          emit(vehicleLights * 0.75f, 1, 0.1f, 0.05f);
        }
      }
      return;
    }
    if (front && edge > 0.45f && v > belt * 0.5f && v < belt * 0.78f) {
      colour(0x17181A);
    } else if (v > belt * 0.92f) {
      gloss(0.1f);
    }
  }

  // ---- camera ----

  /** A wet road shows what stands behind it upside down. */
  private void reflect(float[] light) {
    int width = canvas.width;
    int[] foot = new int[width];
    for (int y = 0; y < canvas.height; y++) {
      for (int x = 0; x < width; x++) {
        int i = y * width + x;
        Surface s = surfaces[canvas.surface[i]];
        boolean ground = s.ny() == 1 && canvas.inverseZ[i] > 0;
        if (!ground) {
          foot[x] = y;
          continue;
        }
        float z = canvas.v[i];
        float puddle = Noise.smooth(canvas.u[i] * 0.5f, z * 0.22f, seed + 5);
        boolean grass = s.material() == Material.GRASS;
        float k = (0.22f + 0.6f * z / (z + 14)) * wet * (puddle > 0.52f ? 1 : 0.6f);
        if (grass) {
          k *= 0.15f;
        }
        int ripple = (int) (4 * (Noise.white(x >> 1, y, seed + 6) - 0.5f));
        int from = Math.max(0, 2 * foot[x] + 1 - y);
        int at = 3 * (from * width + Math.max(0, Math.min(width - 1, x + ripple)));
        float dark = grass ? 0.8f : 0.5f;
        for (int c = 0; c < 3; c++) {
          float own = light[3 * i + c] * dark;
          light[3 * i + c] = own + (light[at + c] * 0.85f - own) * k;
        }
      }
    }
  }

  private void shine(float[] light, Light l) {
    float k =
        switch (l.lamp()) {
          case STREET -> lamps > 0 ? 0.9f : 0;
          case VEHICLE -> vehicleLights;
          case SIGNAL -> weather == Weather.DAY ? 0.1f : 0.5f;
        };
    if (k == 0 || l.z() < 1.5f) {
      return;
    }
    float scale = canvas.focal / l.z();
    float cx = canvas.centre + l.x() * scale;
    float cy = canvas.horizon - (l.y() - canvas.eye) * scale;
    int px = Noise.floor(cx);
    int py = Noise.floor(cy);
    if (px < 0 || py < 0 || px >= canvas.width || py >= canvas.height) {
      return;
    }
    if (canvas.inverseZ[py * canvas.width + px] > 1 / (l.z() - 0.3f)) {
      return;
    }
    float sharp = Math.max(0.9f, l.size() * scale * 0.35f);
    float reach = sharp * (weather == Weather.FOG || wet > 0 ? 6 : 5) + 3;
    float clear = fade[Math.min(FADE_STEPS - 1, (int) (l.z() / FADE_STEP))];
    float r = LINEAR[l.rgb() >> 16 & 255] * k * clear;
    float g = LINEAR[l.rgb() >> 8 & 255] * k * clear;
    float b = LINEAR[l.rgb() & 255] * k * clear;
    int x0 = Math.max(0, (int) (cx - reach));
    int x1 = Math.min(canvas.width - 1, (int) (cx + reach));
    int y0 = Math.max(0, (int) (cy - reach));
    int y1 = Math.min(canvas.height - 1, (int) (cy + reach));
    for (int y = y0; y <= y1; y++) {
      for (int x = x0; x <= x1; x++) {
        float dx = x + 0.5f - cx;
        float dy = y + 0.5f - cy;
        float d = dx * dx + dy * dy;
        float rim = 1 - d / (reach * reach);
        if (rim > 0) {
          float add = rim * rim / (1 + d / (sharp * sharp));
          int i = 3 * (y * canvas.width + x);
          light[i] += r * add;
          light[i + 1] += g * add;
          light[i + 2] += b * add;
        }
      }
    }
  }

  private void streaks(float[] light) {
    int width = canvas.width;
    int height = canvas.height;
    int count = width * height / 170;
    float slant = (Noise.white(1, 2, seed) - 0.5f) * 0.5f;
    for (int n = 0; n < count; n++) {
      float x = Noise.white(n, 1, seed + 21) * width;
      int top = (int) (Noise.white(n, 2, seed + 21) * height);
      int length = (int) ((0.02f + 0.06f * Noise.white(n, 3, seed + 21)) * height);
      float k = 0.1f + 0.16f * Noise.white(n, 4, seed + 21);
      for (int y = Math.max(0, top); y < Math.min(height, top + length); y++) {
        int px = (int) (x + (y - top) * slant);
        if (px >= 0 && px < width) {
          int i = 3 * (y * width + px);
          for (int c = 0; c < 3; c++) {
            light[i + c] += (0.5f - light[i + c]) * k;
          }
        }
      }
    }
    // Drops on the lens turn what is behind them upside down.
    int drops = 5 + (int) (6 * Noise.white(9, 9, seed));
    for (int n = 0; n < drops; n++) {
      int cx = (int) (Noise.white(n, 5, seed + 22) * width);
      int cy = (int) (Noise.white(n, 6, seed + 22) * height);
      int radius = (int) ((0.008f + 0.02f * Noise.white(n, 7, seed + 22)) * width);
      for (int y = Math.max(0, cy - radius); y <= Math.min(height - 1, cy + radius); y++) {
        for (int x = Math.max(0, cx - radius); x <= Math.min(width - 1, cx + radius); x++) {
          int dx = x - cx;
          int dy = y - cy;
          if (dx * dx + dy * dy < radius * radius) {
            int fx = Math.max(0, Math.min(width - 1, cx - dx * 3));
            int fy = Math.max(0, Math.min(height - 1, cy - dy * 3));
            int from = 3 * (fy * width + fx);
            int to = 3 * (y * width + x);
            for (int c = 0; c < 3; c++) {
              light[to + c] += (light[from + c] * 1.1f - light[to + c]) * 0.6f;
            }
          }
        }
      }
    }
  }

  /** Lens blur, exposure, gamma, sensor noise. */
  private byte[] develop(float[] light) {
    int width = canvas.width;
    int height = canvas.height;
    byte[] rgb = new byte[3 * width * height];
    float side = 0.17f;
    float middle = 1 - 2 * side;
    float[] blurred = new float[light.length];
    for (int y = 0; y < height; y++) {
      int row = 3 * y * width;
      int above = y > 0 ? row - 3 * width : row;
      int below = y < height - 1 ? row + 3 * width : row;
      for (int i = 0; i < 3 * width; i++) {
        blurred[row + i] = middle * light[row + i] + side * (light[above + i] + light[below + i]);
      }
    }
    float gain = exposure * (1 - veil);
    float[] vignette = new float[width];
    for (int x = 0; x < width; x++) {
      float vx = (x + 0.5f) / width - 0.5f;
      vignette[x] = gain * (1.04f - 0.3f * vx * vx);
    }
    float grainScale = noise * 0.0068f;
    for (int y = 0; y < height; y++) {
      float vy = (y + 0.5f) / height - 0.5f;
      float rowGain = gain * 0.3f * vy * vy;
      for (int x = 0; x < width; x++) {
        int i = 3 * (y * width + x);
        int left = x > 0 ? i - 3 : i;
        int right = x < width - 1 ? i + 3 : i;
        int h = Noise.hash(x, y, seed + 31);
        int h2 = h * 0x2C1B3C6D ^ h >>> 13;
        float k = vignette[x] - rowGain;
        float grain = ((h & 255) + (h >>> 8 & 255) - 382.5f) * grainScale + 0.5f;
        for (int c = 0; c < 3; c++) {
          float value =
              (middle * blurred[i + c] + side * (blurred[left + c] + blurred[right + c])) * k
                  + veil;
          if (value > 0.7f) {
            // Bright parts saturate softly.
            value = 0.7f + (value - 0.7f) / (1 + 1.6f * (value - 0.7f));
          }
          int out = (int) (255 * (float) Math.sqrt(value) + (h2 & 255) * grainScale + grain);
          h2 >>>= 8;
          rgb[i + c] = (byte) (out < 0 ? 0 : Math.min(out, 255));
        }
      }
    }
    return rgb;
  }
}
