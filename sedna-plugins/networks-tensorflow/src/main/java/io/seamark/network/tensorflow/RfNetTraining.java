package io.seamark.network.tensorflow;

import io.seamark.network.EdgeModel;
import io.seamark.network.Precision;
import io.seamark.network.RfNet;
import io.seamark.network.Tensor;
import io.seamark.network.Weights;
import io.seamark.perception.Frame;
import io.seamark.plugin.BaseModelTraining;
import io.seamark.plugin.HeadTrainer;
import io.seamark.plugin.Hyperparameter;
import io.seamark.plugin.ModelFacts;
import io.seamark.plugin.ModelOutput;
import io.seamark.plugin.ModelTrainer;
import io.seamark.plugin.TrainableModel;
import io.seamark.plugin.TrainerOptions;
import io.seamark.plugin.TrainingSample;
import java.io.IOException;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * Trains RFNet, as plugins do. AppealNet's predictor head (arXiv 2105.04104) is trained by the
 * paper's loss behind a network that stays as it is. The paper starts from a trained edge network
 * too, but lets it learn along; with a few frames and answers that are no labels, the network is
 * left to the training round. The edge's loss of a frame is 1 minus its soft mIoU against the
 * target: with plain mIoU, an edge that the cloud can hardly help would look right.
 */
public final class RfNetTraining implements BaseModelTraining {
  /** Heads whose mean is taken, so that the start of one does not decide. */
  private static final int HEADS = 5;

  private final Arithmetic arithmetic;

  /**
   * What can be set.
   *
   * @param arithmetic that a training computes in
   */
  public record Hyperparameters(
      @Hyperparameter(
              text =
                  "What training computes in. bfloat16 has 8 bits of mantissa; on a processor with"
                      + " AMX a step of the published network takes half its time. auto: bfloat16"
                      + " there for a network as wide as that, float32 elsewhere.",
              defaultValue = "auto")
          Arithmetic arithmetic) {}

  /** A trainer of any RFNet, in float32. */
  public RfNetTraining() {
    this(new Hyperparameters(Arithmetic.FLOAT32));
  }

  /**
   * A trainer of any RFNet.
   *
   * @param given how it computes
   * @throws IllegalArgumentException if the processor cannot compute so
   */
  public RfNetTraining(Hyperparameters given) {
    this.arithmetic = given.arithmetic();
    arithmetic.check(Processor.here());
  }

  @Override
  public TrainableModel load(Path model) throws IOException {
    EdgeModel loaded = EdgeModel.load(model);
    int channels = loaded.weights().get("backbone.conv1.weight").shape().get(0);
    return new Model(loaded, arithmetic.bfloat16(channels, Processor.here()));
  }

  /**
   * A model that is in memory.
   *
   * @param model any RFNet
   * @return the same, to be trained in float32
   */
  public static TrainableModel of(EdgeModel model) {
    return new Model(model, false);
  }

  /**
   * The RFNet that a model is.
   *
   * @param model one that this class has made
   * @return with its weights
   * @throws IllegalArgumentException if another training has made it
   */
  public static EdgeModel of(TrainableModel model) {
    if (model instanceof Model rfnet) {
      return rfnet.model();
    }
    throw new IllegalArgumentException(model + " is no RFNet");
  }

  private record Model(EdgeModel model, boolean bfloat16) implements TrainableModel {
    @Override
    public ModelFacts facts() {
      return new ModelFacts(
          model.classes(),
          model.depth(),
          RfNet.hasAppealNet(model.weights()) ? Set.of(ModelOutput.APPEAL) : Set.of(),
          List.of());
    }

    @Override
    public long memory(int width, int height, int batch) {
      return RfNetTrainer.memory(model, width, height, batch);
    }

    /** Careful steps from good weights; the branch for depth is trained where there is depth. */
    private RfNetTrainer from(TrainerOptions options, boolean narrow) {
      EdgeModel start =
          new EdgeModel(
              model.weights(),
              model.classes(),
              model.normalisation(),
              model.depth() && options.depth());
      return new RfNetTrainer(
          start, options.width(), options.height(), fineTuning(options).withBfloat16(narrow));
    }

    private static TrainingOptions fineTuning(TrainerOptions options) {
      return TrainingOptions.fineTuning(
              options.learningRate(), options.batch(), options.seed(), options.threads())
          .withClassWeights(options.classWeights())
          .withAveraging(options.averaging());
    }

    @Override
    public ModelTrainer trainer(TrainerOptions options) {
      return stepwise(from(options, bfloat16));
    }

    @Override
    public Optional<ModelTrainer> resume(TrainerOptions options, Path checkpoint)
        throws IOException {
      RfNetTrainer trainer = from(options, bfloat16);
      try {
        trainer.resume(checkpoint);
        return Optional.of(stepwise(trainer));
      } catch (IOException | RuntimeException e) {
        trainer.close();
        throw e;
      }
    }

    private ModelTrainer stepwise(RfNetTrainer trainer) {
      return new ModelTrainer() {
        @Override
        public double step(List<TrainingSample> samples, double learningRate) {
          return trainer.step(samples, learningRate);
        }

        @Override
        public TrainableModel snapshot() {
          return new Model(trainer.snapshot(), bfloat16);
        }

        @Override
        public Optional<TrainableModel> averaged() {
          return trainer.averaged().map(averaged -> new Model(averaged, bfloat16));
        }

        @Override
        public int arithmeticBits() {
          return bfloat16 ? 16 : 32;
        }

        @Override
        public void checkpoint(Path file) throws IOException {
          trainer.checkpoint(file);
        }

        @Override
        public void close() {
          trainer.close();
        }
      };
    }

    @Override
    public Optional<HeadTrainer> head(ModelOutput output, TrainerOptions options) {
      return output == ModelOutput.APPEAL
          ? Optional.of(new Head(this, options, from(options, false), fineTuning(options)))
          : Optional.empty();
    }

    /** Heads that only one of them has are left as they are here. */
    @Override
    public Optional<TrainableModel> mixed(TrainableModel other, double share) {
      if (!(other instanceof Model rfnet) || !rfnet.model().classes().equals(model.classes())) {
        return Optional.empty();
      }
      Map<String, Tensor> mixed = new LinkedHashMap<>();
      for (Map.Entry<String, Tensor> entry : model.weights().tensors().entrySet()) {
        Tensor own = entry.getValue();
        Tensor its = rfnet.model().weights().tensors().get(entry.getKey());
        if (its == null || !its.shape().equals(own.shape())) {
          mixed.put(entry.getKey(), own);
          continue;
        }
        float[] values = own.values().clone();
        for (int i = 0; i < values.length; i++) {
          values[i] += (float) (share * (its.values()[i] - values[i]));
        }
        mixed.put(entry.getKey(), new Tensor(own.shape(), values));
      }
      return Optional.of(
          new Model(model.withWeights(new Weights(mixed, model.weights().metadata())), bfloat16));
    }

    @Override
    public void save(Path file, Map<String, String> metadata) throws IOException {
      Map<String, String> all = new LinkedHashMap<>(model.weights().metadata());
      all.putAll(metadata);
      // Half precision halves what every edge fetches; what is judged is this very file.
      model.withWeights(new Weights(model.weights().tensors(), all)).save(file, Precision.F16);
    }
  }

  private static final class Head implements HeadTrainer {
    private final int classes;
    private final int rows;
    private final int columns;
    private final RfNetTrainer edge;
    private final AppealNetTrainer head;
    private final boolean bfloat16;

    Head(Model of, TrainerOptions options, RfNetTrainer edge, TrainingOptions fineTuning) {
      EdgeModel model = of.model();
      this.bfloat16 = of.bfloat16();
      this.classes = model.classes().size();
      this.rows = (options.height() + 3) / 4;
      this.columns = (options.width() + 3) / 4;
      this.edge = edge;
      try {
        this.head = new AppealNetTrainer(model, rows, columns, fineTuning);
      } catch (RuntimeException e) {
        edge.close();
        throw e;
      }
    }

    @Override
    public double examine(TrainingSample sample) {
      Frame frame = sample.frame();
      float[] logits = edge.logits(frame);
      double loss = SoftIou.loss(logits, classes, columns, rows, sample.target());
      head.add(logits, loss);
      return loss;
    }

    @Override
    public Trained train(int steps, double cost) {
      AppealNetTrainer.Trained trained = head.train(HEADS, steps, cost);
      return new Trained(
          new Model(trained.model(), bfloat16), trained.firstLoss(), trained.lastLoss());
    }

    @Override
    public void close() {
      head.close();
      edge.close();
    }
  }
}
