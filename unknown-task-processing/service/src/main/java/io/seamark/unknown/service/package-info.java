/**
 * Unknown-task processing as a service: takes the frames an edge cannot be trusted with, answers
 * them with the configured {@code unseen_task_processing} and keeps frame and answer in the replay
 * buffer.
 *
 * <table>
 *   <caption>Endpoints</caption>
 *   <tr><td>{@code POST /unknown-tasks}</td><td>a hard sample in, a fused answer out, both {@link
 *       io.seamark.buffer.ArrowMessages}; resent samples are answered again and stored once</td></tr>
 *   <tr><td>{@code GET /status}</td><td>what was done so far, and with which plugins</td></tr>
 *   <tr><td>{@code GET /health/started}, {@code /health/ready}, {@code /health/live}</td><td>probes
 *       </td></tr>
 *   <tr><td>{@code GET /metrics}</td><td>MicroProfile Metrics; ours begin with {@code
 *       seamark_unknown_}</td></tr>
 * </table>
 *
 * <p>{@link io.seamark.unknown.service.ServiceSettings} lists what can be configured.
 */
@NullMarked
package io.seamark.unknown.service;

import org.jspecify.annotations.NullMarked;
