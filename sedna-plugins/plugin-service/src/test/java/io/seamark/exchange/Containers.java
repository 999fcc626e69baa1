package io.seamark.exchange;

import jakarta.servlet.AsyncContext;
import java.lang.reflect.Proxy;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The few methods of the servlet container's objects that an exchange calls. */
final class Containers {
  /** What a method does. */
  interface Method {
    /** Takes the arguments and returns what the method returns. */
    @Nullable Object call(Object[] arguments);
  }

  private Containers() {}

  /** An object that does nothing but what it is told to. */
  static <T> T of(Class<T> type, Map<String, Method> methods) {
    return type.cast(
        Proxy.newProxyInstance(
            type.getClassLoader(),
            new Class<?>[] {type},
            (proxy, method, arguments) -> {
              Method known = methods.get(method.getName());
              if (known != null) {
                return known.call(arguments == null ? new Object[0] : arguments);
              }
              Class<?> returned = method.getReturnType();
              if (returned == boolean.class) {
                return false;
              }
              if (returned == int.class) {
                return 0;
              }
              return returned == long.class ? 0L : null;
            }));
  }

  /** One whose end is told. */
  static AsyncContext async(Runnable dispatched) {
    return of(
        AsyncContext.class,
        Map.of(
            "dispatch",
            arguments -> {
              dispatched.run();
              return null;
            }));
  }
}
