package io.seamark.plugin;

import java.util.List;

/**
 * A kind of plugin: a step of the loop that can be chosen by configuration.
 *
 * @param id the name in configuration, as Sedna or Ianvs writes it
 * @param type the interface its plugins implement
 * @param text what the step does, one sentence
 * @param <P> that interface
 */
public record PluginKind<P>(String id, Class<P> type, String text) {
  /** Where frames come from. */
  public static final PluginKind<SampleSource> SAMPLE_SOURCE =
      new PluginKind<>("sample_source", SampleSource.class, "Where frames come from.");

  /** Which seen task a frame belongs to, and so which model labels it. */
  public static final PluginKind<TaskAllocation> TASK_ALLOCATION =
      new PluginKind<>(
          "task_allocation",
          TaskAllocation.class,
          "Says which seen task, and so which model, a frame belongs to.");

  /** Known-sample inference: Ianvs's name for the edge model's estimator. */
  public static final PluginKind<BaseModel> BASEMODEL =
      new PluginKind<>("basemodel", BaseModel.class, "Known-sample inference: the edge model.");

  /** Training of the edge model, beside the base model that labels frames with it. */
  public static final PluginKind<BaseModelTraining> BASEMODEL_TRAINING =
      new PluginKind<>(
          "basemodel_training",
          BaseModelTraining.class,
          "Trains the edge model; chosen by the base model's name unless set.");

  /** What the models of several tasks say, put together. */
  public static final PluginKind<InferenceIntegrate> INFERENCE_INTEGRATE =
      new PluginKind<>(
          "inference_integrate",
          InferenceIntegrate.class,
          "Puts together what the models of several tasks say.");

  /** Unknown-sample recognition: Sedna's name for what decides which frames go to the cloud. */
  public static final PluginKind<HardExampleMining> HARD_EXAMPLE_MINING =
      new PluginKind<>(
          "hard_example_mining",
          HardExampleMining.class,
          "Unknown-sample recognition: decides which frames the edge model cannot be trusted"
              + " with.");

  /** The cloud's second look at a hard frame. */
  public static final PluginKind<UnseenSampleReRecognition> UNSEEN_SAMPLE_RE_RECOGNITION =
      new PluginKind<>(
          "unseen_sample_re_recognition",
          UnseenSampleReRecognition.class,
          "Looks again, in the cloud, at what the edge called hard.");

  /** Which task an unseen sample belongs to. */
  public static final PluginKind<UnseenTaskAllocation> UNSEEN_TASK_ALLOCATION =
      new PluginKind<>(
          "unseen_task_allocation",
          UnseenTaskAllocation.class,
          "Says, in the cloud, which task an unseen sample without a domain belongs to.");

  /** What the cloud does with a hard frame. */
  public static final PluginKind<UnseenTaskProcessing> UNSEEN_TASK_PROCESSING =
      new PluginKind<>(
          "unseen_task_processing",
          UnseenTaskProcessing.class,
          "Unknown-task processing: answers a hard frame in the cloud.");

  /** Finds masks without classes. */
  public static final PluginKind<MaskGenerator> MASK_GENERATOR =
      new PluginKind<>("mask_generator", MaskGenerator.class, "Finds masks that have no class.");

  /** Gives masks their classes. */
  public static final PluginKind<MaskFusion> MASK_FUSION =
      new PluginKind<>(
          "mask_fusion",
          MaskFusion.class,
          "Gives masks their classes from the edge model's scores.");

  /** Which buffered samples training may draw from. */
  public static final PluginKind<ReplayPolicy> REPLAY_POLICY =
      new PluginKind<>(
          "replay_policy",
          ReplayPolicy.class,
          "Chooses which buffered samples training draws from.");

  /** Which buffered samples form a task. */
  public static final PluginKind<TaskDefinition> TASK_DEFINITION =
      new PluginKind<>("task_definition", TaskDefinition.class, "Divides samples into tasks.");

  /** Which tasks share a model. */
  public static final PluginKind<TaskRelationshipDiscovery> TASK_RELATIONSHIP_DISCOVERY =
      new PluginKind<>(
          "task_relationship_discovery",
          TaskRelationshipDiscovery.class,
          "Finds the tasks that share a model.");

  /** Which samples train which model. */
  public static final PluginKind<TaskRemodeling> TASK_REMODELING =
      new PluginKind<>(
          "task_remodeling",
          TaskRemodeling.class,
          "Gathers the samples that each model is trained on.");

  /** What a training sample is made into. */
  public static final PluginKind<SampleAugmentation> SAMPLE_AUGMENTATION =
      new PluginKind<>(
          "sample_augmentation",
          SampleAugmentation.class,
          "Brings labelled frames of the first world nearer to what the stream shows.");

  /** Whether a newly trained model replaces the old one. */
  public static final PluginKind<TaskUpdateDecision> TASK_UPDATE_DECISION =
      new PluginKind<>(
          "task_update_decision",
          TaskUpdateDecision.class,
          "Decides whether a newly trained model replaces the serving one.");

  /** Where the versions of the edge model are kept. */
  public static final PluginKind<KnowledgeManagement> KNOWLEDGE_MANAGEMENT =
      new PluginKind<>(
          "knowledge_management",
          KnowledgeManagement.class,
          "Keeps the versions of the edge model and what is known of them.");

  /** Figures computed from answers and labels. */
  public static final PluginKind<Metric> METRIC =
      new PluginKind<>(
          "metric",
          Metric.class,
          "A figure computed from answers and labels; several may be chosen, with commas between.");

  /** Every kind, in the order of the loop. */
  public static final List<PluginKind<?>> ALL =
      List.of(
          SAMPLE_SOURCE,
          TASK_ALLOCATION,
          BASEMODEL,
          BASEMODEL_TRAINING,
          INFERENCE_INTEGRATE,
          HARD_EXAMPLE_MINING,
          UNSEEN_SAMPLE_RE_RECOGNITION,
          UNSEEN_TASK_ALLOCATION,
          UNSEEN_TASK_PROCESSING,
          MASK_GENERATOR,
          MASK_FUSION,
          REPLAY_POLICY,
          TASK_DEFINITION,
          TASK_RELATIONSHIP_DISCOVERY,
          TASK_REMODELING,
          SAMPLE_AUGMENTATION,
          TASK_UPDATE_DECISION,
          KNOWLEDGE_MANAGEMENT,
          METRIC);

  @Override
  public String toString() {
    return id;
  }
}
