package io.seamark.tck;

import java.lang.reflect.Method;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.extension.InvocationInterceptor;
import org.junit.jupiter.api.extension.ReflectiveInvocationContext;
import org.opentest4j.AssertionFailedError;
import org.opentest4j.TestAbortedException;

/** Runs waived checks all the same: a waiver of a check that passes is out of date and fails. */
final class WaiverCheck implements InvocationInterceptor {
  @Override
  public void interceptTestMethod(
      Invocation<Void> invocation,
      ReflectiveInvocationContext<Method> method,
      ExtensionContext context)
      throws Throwable {
    PluginContract<?, ?> contract = (PluginContract<?, ?>) context.getRequiredTestInstance();
    String check = method.getExecutable().getName();
    String reason = contract.waivers().get(check);
    if (reason == null) {
      invocation.proceed();
      return;
    }
    try {
      invocation.proceed();
    } catch (TestAbortedException e) {
      throw e;
    } catch (Exception | AssertionError e) {
      throw new TestAbortedException("waived: " + reason, e);
    }
    throw new AssertionFailedError(
        "the check " + check + " is waived (" + reason + "), but passes: remove the waiver");
  }
}
