package io.seamark.architecture;

import java.io.IOException;
import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** Types with everything that a signature can have. */
public final class SampleApi {
  private SampleApi() {}

  /** With and without a default. */
  @Retention(RetentionPolicy.RUNTIME)
  @Target({ElementType.METHOD, ElementType.TYPE})
  public @interface Mark {
    int value();

    String[] names() default "a";
  }

  /** In the order of its ordinals. */
  public enum Choice {
    SECOND,
    FIRST
  }

  /** With a constant that callers are compiled with, and one that they are not. */
  public sealed interface Shape {
    int SIDES = 4;
    List<String> NAMES = List.of();

    void grow(double @Nullable [] by);

    default double area() {
      return hidden();
    }

    private double hidden() {
      return 0;
    }
  }

  /** With a method that the components do not tell. */
  public record Pair<A extends Comparable<A>>(A left, @Nullable String right) implements Shape {
    @Override
    public void grow(double @Nullable [] by) {}

    @Override
    public String toString() {
      return "";
    }

    static void hidden() {}

    public static <T> Map<T, ? extends List<?>> of(
        T key, Function<? super T, String> name, int... more) throws IOException {
      if (more.length > 0) {
        throw new IOException(key + " " + name);
      }
      return Map.of();
    }
  }

  /** To be extended by others. */
  @Deprecated
  public abstract static non-sealed class Square implements Shape {
    int hidden;

    protected Square(long side) {
      this.hidden = (int) side;
    }

    protected final void paint(byte[] with) {
      hidden = with.length;
    }
  }
}
