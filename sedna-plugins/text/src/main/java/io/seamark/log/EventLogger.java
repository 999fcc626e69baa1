package io.seamark.log;

import java.util.logging.Level;
import java.util.logging.LogRecord;
import org.jspecify.annotations.Nullable;
import org.slf4j.Marker;
import org.slf4j.helpers.LegacyAbstractLogger;

/** A logger whose lines are {@link EventLine}s. */
final class EventLogger extends LegacyAbstractLogger {
  private static final long serialVersionUID = 1;

  private final transient java.util.logging.Logger to;

  EventLogger(java.util.logging.Logger to, String name) {
    this.to = to;
    this.name = name;
  }

  @Override
  protected @Nullable String getFullyQualifiedCallerName() {
    return EventLogger.class.getName();
  }

  @Override
  protected void handleNormalizedLoggingCall(
      org.slf4j.event.Level level,
      @Nullable Marker marker,
      @Nullable String pattern,
      @Nullable Object @Nullable [] values,
      @Nullable Throwable thrown) {
    LogRecord line = new LogRecord(level(level), EventLine.of(pattern, values));
    line.setLoggerName(name);
    // The logger is named after the class; looking for the method costs a walk of the stack.
    line.setSourceClassName(name);
    line.setSourceMethodName("");
    line.setThrown(thrown == null ? null : PlainThrown.of(thrown));
    to.log(line);
  }

  private static Level level(org.slf4j.event.Level level) {
    return switch (level) {
      case TRACE -> Level.FINEST;
      case DEBUG -> Level.FINE;
      case INFO -> Level.INFO;
      case WARN -> Level.WARNING;
      case ERROR -> Level.SEVERE;
    };
  }

  @Override
  public boolean isTraceEnabled() {
    return to.isLoggable(Level.FINEST);
  }

  @Override
  public boolean isDebugEnabled() {
    return to.isLoggable(Level.FINE);
  }

  @Override
  public boolean isInfoEnabled() {
    return to.isLoggable(Level.INFO);
  }

  @Override
  public boolean isWarnEnabled() {
    return to.isLoggable(Level.WARNING);
  }

  @Override
  public boolean isErrorEnabled() {
    return to.isLoggable(Level.SEVERE);
  }
}
