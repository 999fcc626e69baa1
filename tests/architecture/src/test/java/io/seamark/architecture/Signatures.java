package io.seamark.architecture;

import java.lang.annotation.Retention;
import java.lang.annotation.Target;
import java.lang.reflect.AnnotatedArrayType;
import java.lang.reflect.AnnotatedElement;
import java.lang.reflect.AnnotatedParameterizedType;
import java.lang.reflect.AnnotatedType;
import java.lang.reflect.AnnotatedTypeVariable;
import java.lang.reflect.AnnotatedWildcardType;
import java.lang.reflect.Array;
import java.lang.reflect.Constructor;
import java.lang.reflect.Executable;
import java.lang.reflect.Field;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.lang.reflect.ParameterizedType;
import java.lang.reflect.RecordComponent;
import java.lang.reflect.Type;
import java.lang.reflect.TypeVariable;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * What others can compile against, as text: a line for each public type and, indented below it, one
 * for each public or protected member, sorted. Of annotations only those that are part of the
 * contract: what may be null, what is deprecated, and where an annotation may stand. What the
 * compiler makes of an enum or a record is told by its constants or components; what overrides
 * {@link Object} is not told.
 */
final class Signatures {
  private Signatures() {}

  /** The lines of these types and of the types in them. */
  static List<String> of(List<Class<?>> types) {
    List<String> lines = new ArrayList<>();
    types.stream()
        .filter(Signatures::visible)
        .sorted((a, b) -> a.getName().compareTo(b.getName()))
        .forEach(
            type -> {
              lines.add(header(type));
              members(type).forEach(line -> lines.add("  " + line));
            });
    return lines;
  }

  /** What only one of two texts has: each member with its type. */
  static String difference(List<String> expected, List<String> actual) {
    Set<String> gone = qualified(expected);
    Set<String> come = qualified(actual);
    Set<String> both = new TreeSet<>(gone);
    both.retainAll(come);
    gone.removeAll(both);
    come.removeAll(both);
    return gone.stream().map(l -> "- " + l + "\n").collect(Collectors.joining())
        + come.stream().map(l -> "+ " + l + "\n").collect(Collectors.joining());
  }

  private static Set<String> qualified(List<String> lines) {
    Set<String> all = new LinkedHashSet<>();
    String type = "";
    for (String line : lines) {
      if (line.startsWith("  ")) {
        all.add(type + " { " + line.strip() + " }");
      } else {
        type = line;
        all.add(line);
      }
    }
    return all;
  }

  private static boolean visible(Class<?> type) {
    Class<?> outer = type.getDeclaringClass();
    return visible(type.getModifiers())
        && !type.isAnonymousClass()
        && !type.isLocalClass()
        && (outer == null || visible(outer));
  }

  private static boolean visible(int modifiers) {
    return Modifier.isPublic(modifiers) || Modifier.isProtected(modifiers);
  }

  private static String header(Class<?> type) {
    StringBuilder line = new StringBuilder(deprecated(type));
    if (type.isAnnotation()) {
      Target target = type.getAnnotation(Target.class);
      Retention retention = type.getAnnotation(Retention.class);
      line.append(target == null ? "" : "@Target" + Arrays.toString(target.value()) + " ");
      line.append(retention == null ? "" : "@Retention(" + retention.value() + ") ");
    }
    if (type.isAnnotationPresent(FunctionalInterface.class)) {
      line.append("@FunctionalInterface ");
    }
    int modifiers = type.getModifiers();
    line.append(Modifier.isProtected(modifiers) ? "protected " : "public ");
    boolean plain = !type.isInterface() && !type.isEnum() && !type.isRecord();
    if (plain) {
      line.append(Modifier.isAbstract(modifiers) ? "abstract " : "");
      line.append(Modifier.isFinal(modifiers) ? "final " : "");
    }
    boolean sealed = type.isSealed() && !type.isEnum();
    line.append(sealed ? "sealed " : "");
    line.append(
        type.isAnnotation()
            ? "@interface "
            : type.isInterface()
                ? "interface "
                : type.isEnum() ? "enum " : type.isRecord() ? "record " : "class ");
    line.append(name(type)).append(variables(type.getTypeParameters()));
    if (type.isRecord()) {
      line.append(
          Arrays.stream(type.getRecordComponents())
              .map(c -> text(c.getAnnotatedType()) + " " + c.getName())
              .collect(Collectors.joining(", ", "(", ")")));
    }
    AnnotatedType parent = type.getAnnotatedSuperclass();
    if (plain && parent != null && parent.getType() != Object.class) {
      line.append(" extends ").append(text(parent));
    }
    if (!type.isAnnotation()) {
      line.append(
          list(type.isInterface() ? " extends " : " implements ", type.getAnnotatedInterfaces()));
    }
    if (sealed) {
      line.append(
          Arrays.stream(type.getPermittedSubclasses())
              .map(Signatures::name)
              .sorted()
              .collect(Collectors.joining(", ", " permits ", "")));
    }
    return line.toString();
  }

  /** An enum's constants in their order, then everything else sorted. */
  private static List<String> members(Class<?> type) {
    List<String> lines = new ArrayList<>();
    Set<String> sorted = new TreeSet<>();
    for (Field field : type.getDeclaredFields()) {
      if (!visible(field.getModifiers()) || field.isSynthetic()) {
        continue;
      }
      if (field.isEnumConstant()) {
        lines.add(deprecated(field) + field.getName());
      } else {
        sorted.add(
            deprecated(field)
                + modifiers(field.getModifiers() & ~Modifier.TRANSIENT & ~Modifier.VOLATILE, type)
                + text(field.getAnnotatedType())
                + " "
                + field.getName()
                + constant(field));
      }
    }
    for (Constructor<?> made : type.getDeclaredConstructors()) {
      if (visible(made.getModifiers()) && !made.isSynthetic() && !canonical(type, made)) {
        sorted.add(
            deprecated(made) + modifiers(made.getModifiers(), type) + "new" + parameters(made));
      }
    }
    for (Method method : type.getDeclaredMethods()) {
      if (visible(method.getModifiers()) && !method.isSynthetic() && !implied(type, method)) {
        String generic = variables(method.getTypeParameters());
        sorted.add(
            deprecated(method)
                + modifiers(method.getModifiers() & ~Modifier.VOLATILE & ~Modifier.TRANSIENT, type)
                + (method.isDefault() ? "default " : "")
                + (generic.isEmpty() ? "" : generic + " ")
                + text(method.getAnnotatedReturnType())
                + " "
                + method.getName()
                + parameters(method)
                + (method.getDefaultValue() == null
                    ? ""
                    : " default " + value(method.getDefaultValue())));
      }
    }
    lines.addAll(sorted);
    return lines;
  }

  private static boolean canonical(Class<?> type, Constructor<?> made) {
    return type.isRecord()
        && Arrays.equals(
            made.getParameterTypes(),
            Arrays.stream(type.getRecordComponents())
                .map(RecordComponent::getType)
                .toArray(Class<?>[]::new));
  }

  private static boolean implied(Class<?> type, Method method) {
    String name = method.getName();
    if (type.isRecord()
        && Arrays.stream(type.getRecordComponents())
            .anyMatch(c -> method.equals(c.getAccessor()))) {
      return true;
    }
    if (type.isEnum() && (name.equals("values") || name.equals("valueOf"))) {
      return true;
    }
    return Arrays.stream(Object.class.getMethods())
        .anyMatch(
            o ->
                o.getName().equals(name)
                    && Arrays.equals(o.getParameterTypes(), method.getParameterTypes()));
  }

  private static String deprecated(AnnotatedElement element) {
    return element.isAnnotationPresent(Deprecated.class) ? "@Deprecated " : "";
  }

  private static String modifiers(int modifiers, Class<?> type) {
    // In an interface everything is public, and what is not default, static or private is abstract.
    int told = modifiers & ~Modifier.STRICT & ~Modifier.SYNCHRONIZED & ~Modifier.NATIVE;
    if (type.isInterface()) {
      told &= ~Modifier.PUBLIC & ~Modifier.ABSTRACT;
    }
    String text = Modifier.toString(told);
    return text.isEmpty() ? "" : text + " ";
  }

  private static String constant(Field field) {
    int modifiers = field.getModifiers();
    boolean inlined = field.getType().isPrimitive() || field.getType() == String.class;
    if (!Modifier.isStatic(modifiers) || !Modifier.isFinal(modifiers) || !inlined) {
      return "";
    }
    try {
      field.setAccessible(true);
      return " = " + value(field.get(null));
    } catch (IllegalAccessException e) {
      throw new IllegalStateException(field + " cannot be read", e);
    }
  }

  private static String value(Object value) {
    if (value instanceof String text) {
      return '"' + text.replace("\n", "\\n") + '"';
    }
    if (value instanceof Class<?> type) {
      return name(type) + ".class";
    }
    if (value.getClass().isArray()) {
      List<String> each = new ArrayList<>();
      for (int i = 0; i < Array.getLength(value); i++) {
        each.add(value(Array.get(value, i)));
      }
      return "{" + String.join(", ", each) + "}";
    }
    return String.valueOf(value);
  }

  private static String parameters(Executable of) {
    AnnotatedType[] types = of.getAnnotatedParameterTypes();
    List<String> each = new ArrayList<>();
    for (int i = 0; i < types.length; i++) {
      String text = text(types[i]);
      boolean last = of.isVarArgs() && i == types.length - 1;
      each.add(last ? text.substring(0, text.length() - 2) + "..." : text);
    }
    return "(" + String.join(", ", each) + ")" + list(" throws ", of.getAnnotatedExceptionTypes());
  }

  private static String list(String before, AnnotatedType[] types) {
    return types.length == 0
        ? ""
        : Arrays.stream(types)
            .map(Signatures::text)
            .sorted()
            .collect(Collectors.joining(", ", before, ""));
  }

  private static String variables(TypeVariable<?>[] variables) {
    return variables.length == 0
        ? ""
        : Arrays.stream(variables)
            .map(
                v ->
                    v.getName()
                        + (v.getBounds()[0] == Object.class
                            ? ""
                            : Arrays.stream(v.getAnnotatedBounds())
                                .map(Signatures::text)
                                .collect(Collectors.joining(" & ", " extends ", ""))))
            .collect(Collectors.joining(", ", "<", ">"));
  }

  /** A type as in Java, with {@code @Nullable} before what may be null. */
  private static String text(AnnotatedType type) {
    String mark = type.isAnnotationPresent(Nullable.class) ? "@Nullable " : "";
    if (type instanceof AnnotatedArrayType array) {
      String nullable = mark.isEmpty() ? "" : " " + mark;
      return text(array.getAnnotatedGenericComponentType()) + nullable + "[]";
    }
    if (type instanceof AnnotatedParameterizedType parameterized) {
      Class<?> raw = (Class<?>) ((ParameterizedType) type.getType()).getRawType();
      return mark
          + name(raw)
          + Arrays.stream(parameterized.getAnnotatedActualTypeArguments())
              .map(Signatures::text)
              .collect(Collectors.joining(", ", "<", ">"));
    }
    if (type instanceof AnnotatedWildcardType wildcard) {
      if (wildcard.getAnnotatedLowerBounds().length > 0) {
        return "? super " + text(wildcard.getAnnotatedLowerBounds()[0]);
      }
      AnnotatedType upper = wildcard.getAnnotatedUpperBounds()[0];
      return upper.getType() == Object.class ? "?" : "? extends " + text(upper);
    }
    if (type instanceof AnnotatedTypeVariable) {
      return mark + type.getType().getTypeName();
    }
    Type plain = type.getType();
    return mark + (plain instanceof Class<?> named ? name(named) : plain.getTypeName());
  }

  private static String name(Class<?> type) {
    String name = type.getCanonicalName();
    String text = name == null ? type.getName() : name;
    return text.startsWith("java.lang.") && text.lastIndexOf('.') == 9 ? text.substring(10) : text;
  }
}
