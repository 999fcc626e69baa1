package io.seamark.setting;

import io.seamark.plugin.Hyperparameter;
import java.nio.file.Path;

/**
 * What every program reads.
 *
 * @param seed of every random choice
 * @param threads of one computation; 0 for {@link #computing}'s own choice
 * @param plugins folder of plugin jars; empty for the built-in plugins alone
 * @param algorithm Ianvs's {@code algorithm.yaml}; empty for none
 * @param sam folder of SAM's two ONNX graphs; empty for the embedded segmenter
 * @param data folder of the services' buffer and models; empty if it is not set
 */
public record CommonSettings(
    @Hyperparameter(
            text = "What every random choice derives from. The same number gives the same run.",
            defaultValue = "1")
        long seed,
    @Hyperparameter(
            text =
                "Threads of one computation, of the network or of a training step. 0 takes as many"
                    + " as there are processors, four at most.",
            defaultValue = "0",
            min = 0,
            max = 256)
        int threads,
    @Hyperparameter(
            text =
                "A folder of plugin jars, and of folders of jars, which are loaded beside the"
                    + " built-in ones.",
            defaultValue = "")
        Path plugins,
    @Hyperparameter(
            name = "ianvs.algorithm",
            text = "Ianvs's algorithm.yaml, whose modules choose and parametrise plugins.",
            defaultValue = "",
            source = "KubeEdge Ianvs")
        Path algorithm,
    @Hyperparameter(
            text =
                "A folder with SAM's two ONNX graphs. Where none is named, the embedded segmenter"
                    + " finds the masks.",
            defaultValue = "",
            source = "Kirillov et al. 2023, Segment Anything, arXiv 2304.02643")
        Path sam,
    @Hyperparameter(
            text =
                "The folder of the two services: the replay buffer is in buffer/ below it, the"
                    + " models are in models/. The services need it; serve takes seamark-data, and"
                    + " run a folder of its own.",
            defaultValue = "")
        Path data) {
  /** The key of {@link #data}. */
  public static final String DATA = "seamark.data";

  private static final int MOST = 4;

  /**
   * The threads of one computation.
   *
   * @return at least 1
   */
  public int computing() {
    return threads == 0 ? Math.min(MOST, Runtime.getRuntime().availableProcessors()) : threads;
  }
}
