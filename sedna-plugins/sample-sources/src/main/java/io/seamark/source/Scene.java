package io.seamark.source;

import io.seamark.source.Surface.Material;
import io.seamark.source.Surface.Shape;
import java.util.ArrayList;
import java.util.List;

/**
 * One random street, drawn to a {@link Canvas}: what stands where, whatever the weather. Lengths in
 * metres; {@code x} counts from the middle of the road, which may bend away from the camera's axis.
 */
final class Scene {
  static final byte SKY = 0;
  static final byte BUILDING = 1;
  static final byte POLE = 2;
  static final byte ROAD = 3;
  static final byte PAVEMENT = 4;
  static final byte TREE = 5;
  static final byte SIGN = 6;
  static final byte FENCE = 7;
  static final byte CAR = 8;
  static final byte PEDESTRIAN = 9;
  static final byte BICYCLIST = 10;

  /** How far buildings reach. */
  static final int FAR = 120;

  private static final int LEFT = 0;
  private static final int RIGHT = 1;

  private static final int[] WALLS = {
    0xB5916F, 0x9C5F4A, 0xC9BBA2, 0x8E8A84, 0xD8CDB8, 0x7D5244, 0xA8A39B, 0xBFA98A, 0x6F7278,
    0xC4A58F, 0x86705C, 0xDAD6CE, 0x9AA39A, 0xB07F62
  };
  private static final int[] PAINTS = {
    0x1D1F22, 0xB9BCC0, 0xE3E4E2, 0x8C1F1B, 0x1F3B73, 0x5C6066, 0x2E4A3C, 0x7C7A70, 0xA89F88,
    0x34383D, 0x4D6F93, 0xC26A1E
  };
  private static final int[] CLOTHES = {
    0x2A2C33, 0x7E2A2A, 0x2F4466, 0xB8B4A8, 0x50603C, 0x8A6A48, 0xC9A13B, 0x58406A, 0x3A6B6B,
    0xC8C8CC, 0xA04A6A, 0x1E1E20
  };
  private static final int[] LEGS = {0x23262E, 0x33415C, 0x5A5348, 0x1B1B1D, 0x6E665A, 0x44474C};
  private static final int[] SKIN_TONES = {0xD9AE8C, 0xB98563, 0x8A5A3E, 0x5E3D2B};
  private static final int[] GREENS = {
    0x4A6B2C, 0x3B5A2A, 0x5C7A34, 0x39512F, 0x6A7A3A, 0x4F6433, 0x7B7233, 0x8A5A2A
  };

  /** A dark or bright spot on the ground: x and z of its middle, half its width and length. */
  record Spot(float x, float z, float halfWidth, float halfLength, float strength, float tall) {}

  /** Something that shines at night: camera coordinates, colour, size in metres. */
  record Light(Lamp lamp, float x, float y, float z, int rgb, float size) {}

  /** What shines. */
  enum Lamp {
    STREET,
    VEHICLE,
    SIGNAL
  }

  final Canvas canvas;
  final float roadCentre;
  final float roadHalf;
  final float bend;
  final float[] pavementWidth = new float[2];
  final float lampSpacing;
  final float lampOffset;
  final float lampHeight;
  final float dash;
  final float zebraZ;
  final int roadTone;
  final int pavementTone;
  final int textureSeed;
  final boolean parkingBays;

  /** Height of what stands on the building line, one per metre of z, by side. */
  final float[][] skyline = new float[2][FAR + 1];

  final List<Spot> spots = new ArrayList<>();
  final List<Light> lights = new ArrayList<>();

  private final boolean[][] crossing = new boolean[2][FAR + 1];
  private final Dice dice;
  private int instances;

  Scene(int width, int height, Dice dice) {
    this.dice = dice;
    float focal = width * dice.between(0.78f, 0.98f);
    float centre = width * dice.between(0.4f, 0.6f);
    float horizon = height * dice.between(0.4f, 0.5f);
    canvas = new Canvas(width, height, focal, centre, horizon, dice.between(1.25f, 1.7f));
    parkingBays = dice.chance(0.42);
    int lanes = 1 + dice.below(5) / 4;
    float lane = dice.between(2.8f, 3.5f);
    roadHalf = lanes * lane + (parkingBays ? 2.1f : 0.2f);
    roadCentre = -lane * (lanes - 0.5f) + dice.between(-0.4f, 0.4f);
    bend = dice.chance(0.45) ? dice.between(-0.0028f, 0.0028f) : 0;
    pavementWidth[LEFT] = dice.between(1.8f, 4.2f);
    pavementWidth[RIGHT] = dice.between(1.8f, 4.2f);
    lampSpacing = dice.between(18, 30);
    lampOffset = dice.between(5, 16);
    lampHeight = dice.between(5.5f, 7.5f);
    dash = dice.between(2.2f, 4.5f);
    zebraZ = dice.chance(0.3) ? dice.between(9, 26) : -1;
    int grey = 70 + dice.below(56);
    int warm = dice.below(12) - 4;
    roadTone = rgb(grey + warm, grey + warm / 2, grey - warm / 2 + 3);
    int slab = 112 + dice.below(60);
    int red = dice.chance(0.3) ? 24 : dice.below(8);
    pavementTone = rgb(slab + red / 2, slab - red / 3, slab - red);
    textureSeed = dice.nextInt();

    canvas.add(plain(Material.SKY, SKY, 0));
    plots(LEFT);
    plots(RIGHT);
    ground();
    horizonBackdrop();
    streetFurniture(LEFT);
    streetFurniture(RIGHT);
    vehicles();
    people();
  }

  private static int rgb(int r, int g, int b) {
    return clamp(r) << 16 | clamp(g) << 8 | clamp(b);
  }

  private static int clamp(int c) {
    return Math.max(0, Math.min(255, c));
  }

  private int vary(int rgb, int by) {
    int all = dice.below(2 * by + 1) - by;
    return rgb(
        (rgb >> 16) + all + dice.below(9) - 4,
        (rgb >> 8 & 255) + all + dice.below(9) - 4,
        (rgb & 255) + all + dice.below(9) - 4);
  }

  private int pick(int[] colours) {
    return colours[dice.below(colours.length)];
  }

  private Surface plain(Material material, byte label, int rgb) {
    return surface(material, Shape.FULL, label, instances++, rgb, 0, 0, 1, 1, 0, 0, 0, 1, 0);
  }

  private Surface surface(
      Material material,
      Shape shape,
      byte label,
      int instance,
      int rgb,
      int rgb2,
      int rgb3,
      float w,
      float h,
      float p,
      float q,
      float nx,
      float ny,
      float nz) {
    return new Surface(
        material, shape, label, instance, rgb, rgb2, rgb3, w, h, p, q, dice.nextInt(), nx, ny, nz);
  }

  /** Camera x of a place beside the road. */
  float camera(float x, float z) {
    return x + roadCentre + bend * z * z;
  }

  /** Distance from the middle of the road to the line where buildings start. */
  float buildingLine(int side) {
    return roadHalf + pavementWidth[side];
  }

  private static int sign(int side) {
    return side == LEFT ? -1 : 1;
  }

  private static int bin(float z) {
    return Math.max(0, Math.min(FAR, (int) z));
  }

  // ---- ground ----

  private void ground() {
    int road = canvas.add(plain(Material.ROAD, ROAD, roadTone).withNormal(0, 1, 0));
    int[] pavement = {
      canvas.add(plain(Material.PAVEMENT, PAVEMENT, pavementTone).withNormal(0, 1, 0)),
      canvas.add(plain(Material.PAVEMENT, PAVEMENT, vary(pavementTone, 8)).withNormal(0, 1, 0))
    };
    int[] verge = {
      canvas.add(plain(Material.GRASS, TREE, vary(0x55702F, 14)).withNormal(0, 1, 0)),
      canvas.add(plain(Material.GRASS, TREE, vary(0x55702F, 14)).withNormal(0, 1, 0))
    };
    for (int y = Math.max(0, (int) Math.ceil(canvas.horizon)); y < canvas.height; y++) {
      float z = canvas.focal * canvas.eye / (y + 0.5f - canvas.horizon);
      float iz = 1 / z;
      float shift = roadCentre + bend * z * z;
      boolean[] open = {crossing[LEFT][bin(z)], crossing[RIGHT][bin(z)]};
      for (int x = 0; x < canvas.width; x++) {
        int i = y * canvas.width + x;
        if (iz <= canvas.inverseZ[i]) {
          continue;
        }
        float across = (x + 0.5f - canvas.centre) * z / canvas.focal - shift;
        int side = across < 0 ? LEFT : RIGHT;
        float out = Math.abs(across);
        int id;
        if (out < roadHalf || open[side]) {
          id = road;
        } else if (out < buildingLine(side) + 0.3f) {
          id = pavement[side];
        } else {
          id = verge[side];
        }
        canvas.inverseZ[i] = iz;
        canvas.u[i] = across;
        canvas.v[i] = z;
        canvas.surface[i] = id;
      }
    }
  }

  private void horizonBackdrop() {
    float z = FAR + 10;
    float x = -150;
    boolean wood = dice.chance(0.4);
    while (x < 150) {
      boolean trees = wood ? dice.chance(0.8) : dice.chance(0.25);
      float w = dice.between(10, 34);
      float h = trees ? dice.between(6, 13) : dice.between(7, 22);
      float depth = z + dice.between(0, 20);
      if (trees) {
        canvas.panel(
            surface(
                Material.LEAVES,
                Shape.RAGGED,
                TREE,
                instances++,
                pick(GREENS),
                0,
                0,
                w + 4,
                h,
                0.3f,
                0.5f,
                0,
                0.4f,
                -0.8f),
            x,
            0,
            depth,
            1,
            0,
            0,
            0,
            1,
            0);
      } else {
        canvas.panel(
            facade(instances++, w, h, 0, 0, -1, dice.below(3) == 0), x, 0, depth, 1, 0, 0, 0, 1, 0);
      }
      x += w;
    }
  }

  // ---- what stands along the road ----

  private void plots(int side) {
    float z = dice.between(-6, 2);
    boolean green = dice.chance(0.25);
    while (z < FAR) {
      float length = dice.between(7, 20);
      float end = z + length;
      float kind = dice.unit();
      if (z > 8 && kind < 0.09f) {
        sideStreet(side, z, z + dice.between(6, 9));
        z += dice.between(6, 9);
        continue;
      }
      if (kind < (green ? 0.6f : 0.24f)) {
        park(side, z, end);
      } else if (kind < (green ? 0.8f : 0.46f)) {
        house(side, z, end);
      } else {
        building(side, z, end);
      }
      z = end;
    }
  }

  private void sideStreet(int side, float from, float to) {
    for (int i = bin(from); i < bin(to); i++) {
      crossing[side][i] = true;
    }
    float x = sign(side) * (buildingLine(side) + 35);
    float w = 40;
    canvas.panel(
        facade(instances++, w, dice.between(7, 14), 0, 0, -1, false),
        camera(x, to) - w / 2,
        0,
        to + 8,
        1,
        0,
        0,
        0,
        1,
        0);
  }

  private Surface facade(
      int instance, float w, float h, float nx, float ny, float nz, boolean shop) {
    // p: metres from window to window; q: metres from floor to floor, negative with a shop below.
    float floor = dice.between(2.8f, 3.5f);
    int wall = vary(pick(WALLS), 18);
    return surface(
        Material.FACADE,
        Shape.FULL,
        BUILDING,
        instance,
        wall,
        dice.chance(0.7) ? 0xD9D6CE : 0x4A4038,
        pick(PAINTS),
        w,
        h,
        dice.between(1.9f, 3.4f),
        shop ? -floor : floor,
        nx,
        ny,
        nz);
  }

  /** A wall along the road at {@code x} beside it, its near end at {@code from}. */
  private void along(Surface s, float x, float from, float to) {
    float x0 = camera(x, from);
    float x1 = camera(x, to);
    float dx = x1 - x0;
    float dz = to - from;
    float length = (float) Math.sqrt(dx * dx + dz * dz);
    canvas.panel(s, x0, 0, from, dx / length, 0, dz / length, 0, 1, 0);
  }

  private void raise(int side, float from, float to, float height) {
    for (int i = bin(from); i <= bin(to); i++) {
      skyline[side][i] = Math.max(skyline[side][i], height);
    }
  }

  private void building(int side, float from, float to) {
    int s = sign(side);
    int instance = instances++;
    float setBack = dice.chance(0.3) ? dice.between(0.3f, 1.5f) : 0;
    float x = s * (buildingLine(side) + setBack);
    float h = dice.between(2, 6.9f) * 3.1f + 0.6f;
    Surface front = facade(instance, to - from + 0.3f, h, -s, 0, 0, dice.chance(0.45));
    along(front, x, from, to);
    float depth = 14;
    Surface flank =
        surface(
            Material.WALL,
            Shape.FULL,
            BUILDING,
            instance,
            vary(front.rgb(), 10),
            front.rgb2(),
            0,
            depth,
            h,
            0,
            0,
            0,
            0,
            -1);
    canvas.panel(flank, camera(x, from) - (s < 0 ? depth : 0), 0, from, 1, 0, 0, 0, 1, 0);
    raise(side, from, to, h);
    if (h < 11) {
      roof(instance, x, s, h, from, to);
    }
    if (front.q() < 0 && dice.chance(0.35)) {
      float z = dice.between(Math.max(from, 4), Math.max(to, 5));
      float w = dice.between(0.6f, 1.1f);
      canvas.upright(
          surface(
              Material.SIGN,
              Shape.FULL,
              SIGN,
              instances++,
              pick(PAINTS),
              0xE8E4D8,
              0,
              w,
              w * dice.between(0.6f, 1.2f),
              3,
              0,
              0,
              0,
              -1),
          camera(x - s * w * 0.6f, z),
          dice.between(2.6f, 3.4f),
          z);
    }
  }

  private void roof(int instance, float x, int s, float h, float from, float to) {
    float x0 = camera(x, from);
    float dx = camera(x, to) - x0;
    float dz = to - from;
    float length = (float) Math.sqrt(dx * dx + dz * dz);
    Surface tiles =
        surface(
            Material.TILES,
            Shape.FULL,
            BUILDING,
            instance,
            vary(dice.chance(0.5) ? 0x7A4A38 : 0x55565A, 14),
            0,
            0,
            length,
            5,
            0,
            0,
            -s * 0.7f,
            0.7f,
            0);
    canvas.panel(
        tiles, x0 - s * 0.4f, h - 0.2f, from, dx / length, 0, dz / length, s * 0.72f, 0.694f, 0);
  }

  private void house(int side, float from, float to) {
    int s = sign(side);
    int instance = instances++;
    float garden = dice.between(2.5f, 6);
    float x = s * (buildingLine(side) + garden);
    float h = dice.between(4.6f, 7.2f);
    float near = from + dice.between(0.5f, 2);
    float far = to - 0.5f;
    Surface front = facade(instance, far - near, h, -s, 0, 0, false);
    along(front, x, near, far);
    float depth = dice.between(7, 10);
    float ridge = h + depth * 0.42f;
    Surface gable =
        surface(
            Material.WALL,
            Shape.GABLE,
            BUILDING,
            instance,
            front.rgb(),
            front.rgb2(),
            1,
            depth,
            ridge,
            h,
            0,
            0,
            0,
            -1);
    canvas.panel(gable, camera(x, near) - (s < 0 ? depth : 0), 0, near, 1, 0, 0, 0, 1, 0);
    roof(instance, x, s, h, near, far);
    raise(side, near, far, h);
    boundary(side, from, to);
    if (dice.chance(0.6)) {
      float z = dice.between(from, to);
      bush(camera(x - s * garden * 0.5f, z), z, dice.between(0.8f, 1.6f));
    }
  }

  private void park(int side, float from, float to) {
    int s = sign(side);
    boundary(side, from, to);
    float line = buildingLine(side);
    if (dice.chance(0.75)) {
      Surface hedge =
          surface(
              Material.LEAVES,
              Shape.RAGGED,
              TREE,
              instances++,
              pick(GREENS),
              0,
              0,
              to - from,
              dice.between(3, 6.5f),
              0.7f,
              0.4f,
              -s * 0.8f,
              0.5f,
              0);
      along(hedge, s * (line + dice.between(5, 9)), from, to);
    }
    int trees = 1 + dice.below(3);
    for (int i = 0; i < trees; i++) {
      float z = dice.between(from, to);
      if (z > 5) {
        tree(s * (line + dice.between(1.2f, 4.5f)), z, dice.between(6, 11));
      }
    }
    raise(side, from, to, 4);
  }

  private void boundary(int side, float from, float to) {
    int s = sign(side);
    float x = s * (buildingLine(side) + 0.2f);
    float kind = dice.unit();
    float length = to - from;
    if (kind < 0.3f) {
      float h = dice.between(1.1f, 1.9f);
      along(
          surface(
              Material.PLANKS,
              Shape.FULL,
              FENCE,
              instances++,
              vary(dice.chance(0.5) ? 0x8A6B4B : 0x77706A, 22),
              0,
              0,
              length,
              h,
              dice.between(0.12f, 0.22f),
              0,
              -s,
              0,
              0),
          x,
          from,
          to);
    } else if (kind < 0.6f) {
      along(
          surface(
              Material.RAILING,
              Shape.FULL,
              FENCE,
              instances++,
              vary(0x2C312E, 12),
              vary(0x4A5C34, 12),
              0,
              length,
              dice.between(1, 1.5f),
              dice.between(0.14f, 0.3f),
              0,
              -s,
              0,
              0),
          x,
          from,
          to);
    } else if (kind < 0.82f) {
      along(
          surface(
              Material.BRICKS,
              Shape.FULL,
              FENCE,
              instances++,
              vary(0x8F5B47, 20),
              0xBDB3A5,
              0,
              length,
              dice.between(0.8f, 1.4f),
              0,
              0,
              -s,
              0,
              0),
          x,
          from,
          to);
    } else {
      along(
          surface(
              Material.LEAVES,
              Shape.RAGGED,
              TREE,
              instances++,
              pick(GREENS),
              0,
              0,
              length,
              dice.between(1.2f, 2.2f),
              0.9f,
              0.25f,
              -s * 0.8f,
              0.5f,
              0),
          x,
          from,
          to);
    }
  }

  // ---- trees, poles, signs ----

  private void bush(float x, float z, float size) {
    if (z > 3) {
      canvas.upright(
          surface(
              Material.LEAVES,
              Shape.CROWN,
              TREE,
              instances++,
              vary(pick(GREENS), 10),
              0,
              0,
              size * 1.4f,
              size,
              3,
              0,
              0,
              0,
              -1),
          x,
          0,
          z);
    }
  }

  private void tree(float side, float z, float tall) {
    int instance = instances++;
    float x = camera(side, z);
    int green = vary(pick(GREENS), 14);
    float trunk = Math.max(tall * 0.035f, 0.9f * z / canvas.focal);
    canvas.upright(
        surface(
            Material.BARK,
            Shape.FULL,
            TREE,
            instance,
            vary(0x5A4A3A, 14),
            0,
            0,
            trunk,
            tall * 0.55f,
            0,
            0,
            0,
            0,
            -1),
        x,
        0,
        z);
    int blobs = 4 + dice.below(3);
    float spread = tall * dice.between(0.2f, 0.3f);
    for (int i = 0; i < blobs; i++) {
      float w = tall * dice.between(0.3f, 0.48f);
      float h = tall * dice.between(0.26f, 0.4f);
      float dx = dice.between(-spread, spread);
      float y = tall * dice.between(0.36f, 0.66f);
      canvas.upright(
          surface(
              Material.LEAVES,
              Shape.CROWN,
              TREE,
              instance,
              vary(green, 8),
              0,
              0,
              w,
              h,
              dice.between(1.8f, 3.2f),
              0,
              0,
              0,
              -1),
          x + dx,
          y,
          z + dice.between(-0.5f, 0.5f));
    }
    spots.add(new Spot(side, z, spread + 1, spread + 1, 0.5f, tall * 0.6f));
  }

  private void streetFurniture(int side) {
    int s = sign(side);
    float kerb = s * (roadHalf + 0.5f);
    int metal = vary(dice.chance(0.5) ? 0x6A6E70 : 0x3A4440, 12);
    for (float z = lampOffset + (side == LEFT ? 0 : lampSpacing / 2); z < 90; z += lampSpacing) {
      lamp(kerb, z, s, metal);
    }
    if (dice.chance(0.55)) {
      float gap = dice.between(7, 13);
      float tall = dice.between(5, 9);
      for (float z = dice.between(7, 14); z < 75; z += gap * dice.between(0.85f, 1.3f)) {
        tree(s * (roadHalf + 0.9f), z, tall * dice.between(0.85f, 1.15f));
      }
    }
    int signs = dice.below(4);
    for (int i = 0; i < signs; i++) {
      roadSign(kerb + s * dice.between(0, 0.3f), dice.between(5.5f, 30), metal);
    }
    if (dice.chance(zebraZ > 0 ? 0.7 : 0.2)) {
      trafficLight(kerb, zebraZ > 0 ? zebraZ - 0.5f : dice.between(10, 28), metal);
    }
    if (dice.chance(0.3)) {
      float gap = dice.between(1.6f, 2.6f);
      float start = dice.between(5, 15);
      for (float z = start; z < start + 8 * gap; z += gap) {
        pole(s * (roadHalf + 0.35f), z, 1, 0.16f, metal, instances++);
      }
    }
    if (dice.chance(0.3)) {
      float line = s * (buildingLine(side) - 0.3f);
      for (float z = dice.between(8, 20); z < 90; z += 28) {
        pole(line, z, 8, 0.22f, vary(0x5C4B3A, 8), instances++);
      }
    }
  }

  private float pole(float side, float z, float tall, float thick, int colour, int instance) {
    float x = camera(side, z);
    float w = Math.max(thick, 1.15f * z / canvas.focal);
    canvas.upright(
        surface(Material.METAL, Shape.FULL, POLE, instance, colour, 0, 0, w, tall, 0, 0, 0, 0, -1),
        x,
        0,
        z);
    spots.add(new Spot(side, z, 0.3f, 0.3f, 0.35f, tall * 0.3f));
    return x;
  }

  private void lamp(float side, float z, int s, int metal) {
    int instance = instances++;
    float x = pole(side, z, lampHeight, 0.17f, metal, instance);
    float reach = 1.5f;
    float thick = Math.max(0.1f, 1.05f * z / canvas.focal);
    canvas.panel(
        surface(
            Material.METAL, Shape.FULL, POLE, instance, metal, 0, 0, reach, thick, 0, 0, 0, 0, -1),
        s > 0 ? x - reach : x,
        lampHeight - thick,
        z - 0.01f,
        1,
        0,
        0,
        0,
        1,
        0);
    canvas.upright(
        surface(
            Material.LAMP,
            Shape.FULL,
            POLE,
            instance,
            vary(metal, 8),
            0,
            0,
            0.7f,
            Math.max(0.18f, thick),
            0,
            0,
            0,
            0,
            -1),
        x - s * reach,
        lampHeight - 0.2f,
        z - 0.02f);
    lights.add(new Light(Lamp.STREET, x - s * reach, lampHeight - 0.15f, z, 0xFFC27A, 0.5f));
  }

  private void roadSign(float side, float z, int metal) {
    float tall = dice.between(2.1f, 2.7f);
    float x = pole(side, z, tall + 0.5f, 0.09f, metal, instances++);
    int kind = dice.below(5);
    float size = dice.between(0.65f, 0.95f);
    Shape shape = kind == 1 ? Shape.TRIANGLE : kind >= 3 ? Shape.FULL : Shape.ELLIPSE;
    int colour =
        switch (kind) {
          case 0, 1 -> 0xC8201E;
          case 2 -> 0x1B4FA8;
          case 3 -> 0x1B4FA8;
          default -> dice.chance(0.5) ? 0x1F6B3A : 0xE7E2D2;
        };
    canvas.upright(
        surface(
            Material.SIGN,
            shape,
            SIGN,
            instances++,
            vary(colour, 10),
            0xECEAE4,
            0,
            kind == 4 ? size * 1.7f : size,
            size,
            kind,
            0,
            0,
            0,
            -1),
        x,
        tall,
        z - 0.05f);
  }

  private void trafficLight(float side, float z, int metal) {
    float x = pole(side, z, 3.2f, 0.14f, metal, instances++);
    int state = dice.below(3);
    canvas.upright(
        surface(
            Material.SIGNAL,
            Shape.FULL,
            SIGN,
            instances++,
            0x17181A,
            0,
            0,
            0.42f,
            1.05f,
            state,
            0,
            0,
            0,
            -1),
        x,
        2.5f,
        z - 0.1f);
    int[] shine = {0xFF3020, 0xFFB030, 0x30FF80};
    lights.add(
        new Light(Lamp.SIGNAL, x, 2.5f + 0.875f - state * 0.35f, z - 0.1f, shine[state], 0.22f));
  }

  // ---- vehicles ----

  private void vehicles() {
    float lane = roadHalf - (parkingBays ? 2.1f : 0.2f);
    float mine = -roadCentre;
    if (dice.chance(0.62)) {
      vehicle(mine + dice.between(-0.3f, 0.3f), dice.between(8, 34), 0, true, false);
    }
    int oncoming = dice.below(3);
    float z = dice.between(7, 22);
    for (int i = 0; i < oncoming; i++) {
      vehicle(-lane * 0.5f + dice.between(-0.3f, 0.3f), z, (float) Math.PI, true, true);
      z += dice.between(9, 26);
    }
    if (parkingBays) {
      parked(LEFT, dice.between(0.2f, 0.75f));
      parked(RIGHT, dice.between(0.1f, 0.65f));
    } else if (dice.chance(0.4)) {
      parked(dice.below(2), 0.35f);
    }
    if (dice.chance(0.08)) {
      float across = dice.between(-lane, lane);
      vehicle(across, dice.between(14, 26), (dice.chance(0.5) ? 1 : -1) * 1.5f, true, true);
    }
  }

  private void parked(int side, float density) {
    float x = sign(side) * (roadHalf - 1.05f);
    for (float z = dice.between(4, 9); z < 65; z += dice.between(5.4f, 6.6f)) {
      if (dice.chance(density) && !crossing[side][bin(z)] && Math.abs(z - zebraZ) > 4) {
        boolean away = side == RIGHT || dice.chance(0.3);
        float heading = (away ? 0 : (float) Math.PI) + dice.between(-0.06f, 0.06f);
        vehicle(x, z, heading, false, !away);
      }
    }
  }

  /** A vehicle at {@code x} beside the middle of the road; heading 0 drives away. */
  private void vehicle(float x, float z, float heading, boolean moving, boolean facing) {
    int instance = instances++;
    int paint = vary(pick(PAINTS), 12);
    float kind = dice.unit();
    boolean bus = moving && kind < 0.07f;
    boolean van = !bus && kind < 0.25f;
    boolean saloon = !bus && !van && kind < 0.55f;
    float length = bus ? 9.5f : van ? 4.9f : dice.between(3.8f, 4.6f);
    float w = bus ? 2.45f : van ? 1.9f : dice.between(1.68f, 1.84f);
    float tall = bus ? 3.0f : van ? 2.05f : dice.between(1.4f, 1.62f);
    float belt = bus ? 1.3f : van ? 1.15f : tall * 0.6f;
    float slope = bend * 2 * z;
    float angle = heading + slope;
    float sin = (float) StrictMath.sin(angle);
    float cos = (float) StrictMath.cos(angle);
    float cz = z + length / 2;
    float cx = camera(x, cz);
    Vehicle car = new Vehicle(cx, cz, sin, cos);
    float rear = -length / 2;
    float front = length / 2;
    float low = bus ? 0.35f : 0.27f;
    int on = moving ? 1 : 0;
    int glass = 0x20262C;

    // Ends.
    float rearTop = bus || van ? tall : belt;
    float frontTop = bus ? tall : belt;
    car.across(
        car.part(Material.CAR_REAR, Shape.FULL, instance, paint, glass, w, rearTop - low, on, belt),
        -w / 2,
        low,
        rear);
    car.across(
        car.part(
            Material.CAR_FRONT, Shape.FULL, instance, paint, glass, w, frontTop - low, on, belt),
        -w / 2,
        low,
        front);
    if (!bus) {
      float hood = van ? 0.7f : saloon ? 1.05f : 0.85f;
      float rake = van ? 0.6f : 0.75f;
      float roofFront = front - hood - rake;
      float roofRear = van ? rear : saloon ? rear + 1.1f : rear + 0.45f;
      car.slant(instance, paint, 0, Material.BODY, w, front, belt * 0.9f, front - hood, belt);
      car.slant(instance, paint, glass, Material.CAR_GLASS, w, front - hood, belt, roofFront, tall);
      car.slant(instance, paint, 0, Material.BODY, w, roofFront, tall, roofRear, tall + 0.001f);
      if (!van) {
        float boot = saloon ? 0.55f : 0.02f;
        car.slant(instance, paint, glass, Material.CAR_GLASS, w, rear + boot, belt, roofRear, tall);
        if (saloon) {
          car.slant(instance, paint, 0, Material.BODY, w, rear, belt * 0.96f, rear + boot, belt);
        }
      }
      float cabinRear = van ? rear : saloon ? rear + 0.5f : rear + 0.05f;
      float cabin = front - hood - cabinRear;
      for (int s = -1; s <= 1; s += 2) {
        Surface pane =
            car.part(
                Material.CAR_GLASS,
                Shape.TAPER,
                instance,
                paint,
                glass,
                cabin,
                tall - belt,
                roofRear - cabinRear,
                rake);
        car.beside(pane, s * (w / 2 - 0.04f), belt, cabinRear, s);
        car.beside(
            car.part(
                Material.CAR_SIDE, Shape.FULL, instance, paint, glass, length, belt - low, on, 0),
            s * w / 2,
            low,
            rear,
            s);
      }
    } else {
      car.slant(instance, paint, 0, Material.BODY, w, front, tall, rear, tall + 0.001f);
      for (int s = -1; s <= 1; s += 2) {
        car.beside(
            car.part(
                Material.BUS_SIDE, Shape.FULL, instance, paint, glass, length, tall - low, on, 0),
            s * w / 2,
            low,
            rear,
            s);
      }
    }
    float wheel = bus ? 0.48f : 0.32f;
    for (int end = -1; end <= 1; end += 2) {
      float axle = end * (length / 2 - (bus ? 1.6f : 0.75f));
      for (int s = -1; s <= 1; s += 2) {
        car.beside(
            car.part(
                Material.TYRE,
                Shape.ELLIPSE,
                instance,
                0x1A1A1B,
                0x8A8C8E,
                2 * wheel,
                2 * wheel,
                0,
                0),
            s * (w / 2 + 0.02f),
            0,
            axle - wheel,
            s);
        car.across(
            car.part(
                Material.TYRE, Shape.FULL, instance, 0x141415, 0x141415, 0.22f, wheel * 1.3f, 1, 0),
            s * (w / 2 - 0.14f) - 0.11f,
            0,
            axle);
      }
    }
    spots.add(new Spot(x, cz, w * 0.62f, length * 0.56f, 0.8f, tall * 0.5f));
    if (moving) {
      float end = facing ? front : rear;
      int colour = facing ? 0xFFF4DC : 0xFF2A18;
      float size = facing ? 0.5f : 0.22f;
      for (int s = -1; s <= 1; s += 2) {
        float lx = s * (w / 2 - 0.25f);
        lights.add(
            new Light(
                Lamp.VEHICLE,
                cx + lx * cos + end * sin,
                low + (belt - low) * 0.62f,
                cz - lx * sin + end * cos,
                colour,
                size));
      }
    }
  }

  /** Draws in a vehicle's own frame: x to its right, z forward, from the middle of its ground. */
  private final class Vehicle {
    private final float cx;
    private final float cz;
    private final float sin;
    private final float cos;

    Vehicle(float cx, float cz, float sin, float cos) {
      this.cx = cx;
      this.cz = cz;
      this.sin = sin;
      this.cos = cos;
    }

    Surface part(
        Material material,
        Shape shape,
        int instance,
        int paint,
        int glass,
        float w,
        float h,
        float p,
        float q) {
      return surface(material, shape, CAR, instance, paint, glass, 0, w, h, p, q, 0, 0, -1);
    }

    private float worldX(float x, float z) {
      return cx + x * cos + z * sin;
    }

    private float worldZ(float x, float z) {
      return cz - x * sin + z * cos;
    }

    /** A panel across the vehicle, upright. */
    void across(Surface s, float x, float y, float z) {
      canvas.panel(
          s.withNormal(-sin * 0.6f, 0.15f, -Math.abs(cos)),
          worldX(x, z),
          y,
          worldZ(x, z),
          cos,
          0,
          -sin,
          0,
          1,
          0);
    }

    /** A panel along its side. */
    void beside(Surface s, float x, float y, float z, int side) {
      canvas.panel(
          s.withNormal(side * cos, 0.2f, -side * sin),
          worldX(x, z),
          y,
          worldZ(x, z),
          sin,
          0,
          cos,
          0,
          1,
          0);
    }

    /** A panel across that climbs from one edge to another. */
    void slant(
        int instance,
        int paint,
        int glass,
        Material material,
        float w,
        float z0,
        float y0,
        float z1,
        float y1) {
      float dz = z1 - z0;
      float dy = y1 - y0;
      float length = (float) Math.sqrt(dz * dz + dy * dy);
      boolean pane = material == Material.CAR_GLASS;
      Surface s =
          part(
              material,
              pane ? Shape.TAPER : Shape.FULL,
              instance,
              paint,
              glass,
              w,
              length,
              pane ? 0.06f : 0,
              pane ? 0.06f : 0);
      float forward = dz / length;
      canvas.panel(
          s.withNormal(0, Math.abs(forward), -0.5f),
          worldX(-w / 2, z0),
          y0,
          worldZ(-w / 2, z0),
          cos,
          0,
          -sin,
          sin * forward,
          dy / length,
          cos * forward);
    }
  }

  // ---- people ----

  private void people() {
    for (int side = 0; side < 2; side++) {
      int groups = dice.below(4);
      for (int g = 0; g < groups; g++) {
        float z = dice.between(5.5f, 32);
        int size = dice.chance(0.3) ? 2 : 1;
        float x = dice.between(0.7f, pavementWidth[side] - 0.3f);
        for (int i = 0; i < size; i++) {
          pedestrian(sign(side) * (roadHalf + x) + i * 0.75f, z + i * dice.between(-0.3f, 0.3f));
        }
      }
    }
    if (dice.chance(zebraZ > 0 ? 0.6 : 0.1)) {
      float z = zebraZ > 0 ? zebraZ + 1 : dice.between(9, 24);
      pedestrian(dice.between(-roadHalf, roadHalf), z);
      if (dice.chance(0.4)) {
        pedestrian(dice.between(-roadHalf, roadHalf), z + 0.8f);
      }
    }
    if (dice.chance(0.6)) {
      float edge = roadHalf - (parkingBays ? 2.6f : 0.7f);
      cyclist(edge - dice.between(0, 0.5f), dice.between(6, 22), dice.between(-0.06f, 0.06f));
    }
    if (dice.chance(0.35)) {
      float edge = roadHalf - (parkingBays ? 2.6f : 0.7f);
      cyclist(-edge + dice.between(0, 0.5f), dice.between(7, 24), dice.between(-0.06f, 0.06f));
    }
    if (dice.chance(0.25)) {
      cyclist(dice.between(-roadHalf - 2, roadHalf + 2), dice.between(8, 20), 2);
    }
  }

  private void pedestrian(float side, float z) {
    float tall = dice.chance(0.12) ? dice.between(1.1f, 1.4f) : dice.between(1.58f, 1.9f);
    canvas.upright(
        surface(
            Material.PERSON,
            Shape.PERSON,
            PEDESTRIAN,
            instances++,
            vary(pick(CLOTHES), 12),
            vary(pick(LEGS), 8),
            pick(SKIN_TONES),
            tall * 0.6f,
            tall,
            dice.between(0.02f, 0.2f),
            0,
            0,
            0,
            -1),
        camera(side, z),
        0,
        z);
    spots.add(new Spot(side, z, 0.4f, 0.35f, 0.55f, tall * 0.5f));
  }

  private void cyclist(float side, float z, float lean) {
    boolean across = lean > 1;
    canvas.upright(
        surface(
            Material.CYCLIST,
            Shape.CYCLIST,
            BICYCLIST,
            instances++,
            vary(pick(CLOTHES), 12),
            vary(pick(LEGS), 8),
            pick(SKIN_TONES),
            across ? 1.8f : 0.8f,
            1.76f,
            lean,
            dice.chance(0.5) ? 1 : -1,
            0,
            0,
            -1),
        camera(side, z),
        0,
        z);
    spots.add(new Spot(side, z, across ? 0.9f : 0.35f, 0.4f, 0.55f, 0.8f));
  }
}
