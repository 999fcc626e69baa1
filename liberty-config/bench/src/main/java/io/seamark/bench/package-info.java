/**
 * The benchmark: Ianvs's jobs for the paradigm of lifelong learning, on Seamark's parts.
 *
 * <p>{@link io.seamark.bench.IanvsJob} reads {@code benchmarkingjob.yaml}, {@code testenv.yaml} and
 * {@code algorithm.yaml} as they are written for Ianvs (kubeedge/ianvs), {@link
 * io.seamark.bench.Paradigm} plays the rounds of one test case, {@link io.seamark.bench.Bench} runs
 * the cases and keeps their results, and {@link io.seamark.bench.RankFiles} writes the rank files.
 *
 * <p>The edge model learns as in a service, with {@link io.seamark.knowledge.training.Learner}:
 * draws by task, class weights, rehearsal, AppealNet's renewal, replay policy and gate are those of
 * knowledge management, and so are their defaults and the settings {@code seamark.training.*}.
 * Module {@code basemodel} may say otherwise with {@code learning_rate}, {@code batch_size}, {@code
 * epochs} or {@code steps}, {@code class_weights}, {@code rehearsal} and {@code replay}; module
 * {@code task_update_decision} named {@code UpdateStrategyByFinetune}, as in Ianvs's examples,
 * opens the gate, so that no sample is held out. A round on labels, which no service has, trains on
 * all of them and is not judged.
 *
 * <p>What differs from Ianvs on purpose: one edge model serves all tasks, which are used to score;
 * hard samples train on the cloud's answers unless {@code basemodel}'s hyperparameter {@code
 * hard_sample_target} is {@code ground_truth}, as in Ianvs's example; a round without hard samples
 * is a round like any other and adds its row of the matrix; a value that a row lacks is written
 * {@code NaN} in the rank files, since pandas could not read back the empty one that Ianvs writes.
 */
@NullMarked
package io.seamark.bench;

import org.jspecify.annotations.NullMarked;
