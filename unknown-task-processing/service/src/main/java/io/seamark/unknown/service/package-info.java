/**
 * Unknown-task processing as a service: takes the frames an edge cannot be trusted with, answers
 * them with the configured {@code unseen_task_processing} and keeps frame and answer in the replay
 * buffer.
 *
 * <table>
 *   <caption>Endpoints</caption>
 *   <tr><td>{@code POST /unknown-tasks}</td><td>a hard sample in, a fused answer out, both {@link
 *       io.seamark.buffer.ArrowMessages}; resent samples are answered again and stored once</td></tr>
 *   <tr><td>{@code /v2}, {@code /v2/health/...}, {@code /v2/models/...}</td><td>the Open Inference
 *       Protocol v2 (REST) with binary tensors; frames are answered and not kept</td></tr>
 *   <tr><td>{@code POST /sedna/predict}</td><td>Sedna's joint inference; {@code JOB_NAME} stands for
 *       {@code sedna} where it is set; frames are answered and not kept</td></tr>
 *   <tr><td>{@code GET /status}</td><td>what was done so far, and with which plugins</td></tr>
 *   <tr><td>{@code GET /plugins}</td><td>what is loaded, with which values, from where</td></tr>
 *   <tr><td>{@code GET /health/started}, {@code /health/ready}, {@code /health/live}</td><td>probes
 *       </td></tr>
 *   <tr><td>{@code GET /metrics}</td><td>MicroProfile Metrics; ours begin with {@code
 *       seamark_unknown_}. {@code seamark_unknown_stage} is a timer of each stage: {@code wait},
 *       {@code decode}, those of the processing ({@code encoder}, {@code decoder}, {@code filter},
 *       {@code fusion}) and {@code store}</td></tr>
 * </table>
 *
 * <h2>Bounds</h2>
 *
 * <p>One frame is in work, and {@code seamark.queue} may wait; the image of the first of them is
 * decoded meanwhile. Edges are served by turns, and where the queue is full the newest frame of the
 * edge with most of them gives way to one of an edge with fewer. Who has to go is answered 429 with
 * {@code Retry-After} in seconds. An edge is known by the name it gives, a client that gives none
 * by its address: a name is believed, so only a gateway in front can hold off one that invents
 * many.
 *
 * <p>Bodies arrive and answers leave without one of the container's threads, see {@link
 * io.seamark.exchange}: a body has at most 16 MiB (413) and {@code seamark.body.seconds} (408); of
 * a client that has too many under way, the oldest is refused (429).
 *
 * <p>All memory that a request will take is counted before any of it is allocated, against the
 * shares of {@link io.seamark.unknown.service.ServiceMemory}; plugins say what a frame will take of
 * the heap and outside of it. What never fits is refused with both figures (413), what does not fit
 * now may come again (429), and a request that runs out of memory nevertheless ends alone (503).
 *
 * <p>While the disk does not store, the service is not ready and hard samples are answered 503 with
 * {@code Retry-After}: an edge keeps the frame and sends it again. Each such request and each
 * readiness probe lets the buffer try again, so that it goes on by itself when the disk does.
 * Nothing is acknowledged that is not stored. Nothing is allocated by what a header claims.
 *
 * <h2>Frames without scores</h2>
 *
 * <p>Where {@code unseen_task_processing.sam_fusion.edge-model} names a file, both protocols answer
 * frames that come without scores with that model's own. Until the file is there they are told to
 * come again (503); where none is configured they are refused with the reason. A hard sample always
 * has scores: its format asks for them.
 *
 * <h2>Replicas</h2>
 *
 * <p>A replica's only state is its replay buffer, and one process alone may write a buffer: a
 * replica started on the folder of another says so and does not become ready. So each replica has a
 * {@code seamark.data} of its own; answers do not depend on it. Which frames were answered before
 * is known from the buffer: one that is sent again to another replica is answered anew and stored
 * there too. A gateway that sends each edge to one replica avoids that. Knowledge management trains
 * on one buffer; replicas beside that one answer, and teach nothing.
 *
 * <p>{@link io.seamark.unknown.service.ServiceSettings} lists what can be configured.
 */
@NullMarked
package io.seamark.unknown.service;

import org.jspecify.annotations.NullMarked;
