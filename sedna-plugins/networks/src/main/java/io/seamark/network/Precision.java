package io.seamark.network;

/** How weights are stored in a file. */
public enum Precision {
  /** IEEE 754 single precision. */
  F32,
  /** IEEE 754 half precision, rounded to nearest even; half the size. */
  F16
}
