package io.seamark.source;

/**
 * What a flat piece of the scene is made of. The piece spans 0 to {@code w} along its first axis
 * and 0 to {@code h} along its second, in metres.
 *
 * @param material how it is coloured
 * @param shape which part of the rectangle it covers
 * @param label its class
 * @param instance the thing it belongs to
 * @param rgb main colour
 * @param rgb2 second colour
 * @param rgb3 third colour
 * @param w extent along the first axis
 * @param h extent along the second axis
 * @param p parameter of material or shape
 * @param q parameter of material or shape
 * @param seed of its texture
 * @param nx normal to the right
 * @param ny normal up
 * @param nz normal away from the camera
 */
record Surface(
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
    int seed,
    float nx,
    float ny,
    float nz) {

  /** How a surface is coloured. */
  enum Material {
    SKY,
    ROAD,
    PAVEMENT,
    GRASS,
    FACADE,
    WALL,
    TILES,
    LEAVES,
    BARK,
    METAL,
    LAMP,
    SIGN,
    SIGNAL,
    PLANKS,
    RAILING,
    BRICKS,
    BODY,
    CAR_REAR,
    CAR_FRONT,
    CAR_SIDE,
    CAR_GLASS,
    BUS_SIDE,
    TYRE,
    PERSON,
    CYCLIST
  }

  /** Which part of its rectangle a surface covers. */
  enum Shape {
    /** All of it. */
    FULL,
    /** The ellipse within. */
    ELLIPSE,
    /** An ellipse with a ragged edge and holes. */
    CROWN,
    /** Narrower at the top: {@code p} metres cut on the left, {@code q} on the right. */
    TAPER,
    /** A triangle on its base. */
    TRIANGLE,
    /** A rectangle up to {@code p}, a gable above. */
    GABLE,
    /** A ragged top edge, as of a hedge or a row of far trees. */
    RAGGED,
    /** Someone on foot. */
    PERSON,
    /** Someone on a bicycle. */
    CYCLIST
  }

  Surface withNormal(float x, float y, float z) {
    return new Surface(
        material, shape, label, instance, rgb, rgb2, rgb3, w, h, p, q, seed, x, y, z);
  }
}
