package io.seamark.setting;

/** What a hyperparameter's value is. */
public enum HyperparameterType {
  /** A whole number of 32 bits. */
  INT("a whole number"),
  /** A whole number of 64 bits. */
  LONG("a whole number"),
  /** A finite number. */
  DOUBLE("a number"),
  /** True or false. */
  BOOLEAN("true or false"),
  /** Any text. */
  STRING("text"),
  /** A file or folder. */
  PATH("a path"),
  /** One of a few names. */
  CHOICE("one of");

  private final String words;

  HyperparameterType(String words) {
    this.words = words;
  }

  /**
   * The type in words.
   *
   * @return such as {@code a whole number}
   */
  public String words() {
    return words;
  }
}
