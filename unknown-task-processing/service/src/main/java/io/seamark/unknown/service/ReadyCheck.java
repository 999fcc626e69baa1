package io.seamark.unknown.service;

import jakarta.enterprise.context.ApplicationScoped;
import jakarta.inject.Inject;
import java.util.List;
import org.eclipse.microprofile.health.HealthCheck;
import org.eclipse.microprofile.health.HealthCheckResponse;
import org.eclipse.microprofile.health.Readiness;
import org.eclipse.microprofile.health.Startup;

/** Up once the plugins are loaded and the buffer is open, while frames can be answered. */
@Startup
@Readiness
@ApplicationScoped
public class ReadyCheck implements HealthCheck {
  @Inject ProcessingHost host;

  @Override
  public HealthCheckResponse call() {
    var answer = HealthCheckResponse.named("unknown-task-processing");
    String failure = host.unready();
    if (!failure.isEmpty()) {
      return answer.down().withData("reason", failure).build();
    }
    TaskProcessor processor = host.processor();
    // Not a reason to be down: frames that bring their scores are answered.
    String unlabelled = processor.unlabelled();
    answer
        .up()
        .withData("buffered", processor.buffered())
        .withData("without scores", unlabelled.isEmpty() ? "answered" : "refused: " + unlabelled);
    List<String> damages = processor.buffer().report().damages();
    if (!damages.isEmpty()) {
      // The service works without what is damaged; whoever looks after it should know.
      answer.withData("damages", damages.size()).withData("damage", damages.get(0));
    }
    return answer.build();
  }
}
