package io.seamark.plugin;

import java.lang.annotation.Documented;
import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/**
 * Declares one hyperparameter on a component of a plugin's hyperparameter record. This is the one
 * place where its default, range, unit and meaning stand: parsing, validation, reference pages and
 * provenance are made from it.
 *
 * <p>The component's type is one of {@code int}, {@code long}, {@code double}, {@code boolean},
 * {@code String}, {@link java.nio.file.Path} or an enum. Its configuration name is the component's
 * name in dash-case unless {@link #name} says otherwise. Rules across components belong in the
 * record's compact constructor, which throws {@link IllegalArgumentException}.
 */
@Documented
@Retention(RetentionPolicy.RUNTIME)
@Target(ElementType.RECORD_COMPONENT)
public @interface Hyperparameter {
  /**
   * What it does, one or two sentences.
   *
   * @return plain text
   */
  String text();

  /**
   * The default, as it would be written in configuration. Empty means none for {@code String} and
   * {@code Path} (the component is then the empty string or the empty path).
   *
   * @return text that parses as the component's type
   */
  String defaultValue();

  /**
   * What holds where neither configuration nor the model's folder says anything, for a number that
   * such a folder may state too. {@link #defaultValue} is then a number out of the range that
   * stands for "as the folder says": it is allowed besides the range, and the text is told both.
   *
   * @return text that parses as the component's type and lies in the range; empty where no folder
   *     has a say
   */
  String fallback() default "";

  /**
   * Smallest value, for numbers.
   *
   * @return inclusive
   */
  double min() default Double.NEGATIVE_INFINITY;

  /**
   * Largest value, for numbers.
   *
   * @return inclusive
   */
  double max() default Double.POSITIVE_INFINITY;

  /**
   * The unit, empty where there is none.
   *
   * @return such as {@code pixels}
   */
  String unit() default "";

  /**
   * Name in configuration where it is not the component's name in dash-case, as when Sedna writes
   * it otherwise.
   *
   * @return empty for the default
   */
  String name() default "";

  /**
   * Paper or specification it comes from.
   *
   * @return empty where there is none
   */
  String source() default "";
}
