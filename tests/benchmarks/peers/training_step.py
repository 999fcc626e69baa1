"""A training step of RFNet (arXiv 2002.10570) in PyTorch: what io.seamark.benchmark.TrainingStep measures against.

Needs torch, numpy and safetensors. TrainingStep starts it: each line of standard input asks for one step, each line
of standard output answers with its milliseconds and its loss. The network is RGB's; its batch norms are frozen, as
in Seamark's fine-tuning.
"""

import argparse
import sys
import time

import numpy as np
import torch
import torch.nn.functional as F
from safetensors.torch import load_file

IGNORE = 255


class RfNet:
    """The network as functions of one table of weights, under their published names."""

    def __init__(self, weights):
        prefix = next(name for name in weights if name.endswith("backbone.conv1.weight"))
        prefix = prefix[: -len("backbone.conv1.weight")]
        self.w = {}
        self.trained = []
        for name, value in weights.items():
            name = name[len(prefix):]
            if not value.is_floating_point() or "_d." in name or ".attention_" in name or name.startswith("appealnet"):
                continue
            value = value.float()
            if value.dim() == 4:
                value = value.contiguous(memory_format=torch.channels_last)
            if not name.endswith(("running_mean", "running_var")):
                value.requires_grad_(True)
                self.trained.append(value)
            self.w[name] = value

    def conv(self, x, name, stride=1, padding=0):
        return F.conv2d(x, self.w[name + ".weight"], self.w.get(name + ".bias"), stride, padding)

    def norm(self, x, name):
        w = self.w
        return F.batch_norm(
            x, w[name + ".running_mean"], w[name + ".running_var"], w[name + ".weight"], w[name + ".bias"], False, 0.0, 1e-5
        )

    def norm_conv(self, x, name, padding=0):
        return self.conv(F.relu(self.norm(x, name + ".norm")), name + ".conv", 1, padding)

    def block(self, x, name, stride):
        out = F.relu(self.norm(self.conv(x, name + ".conv1", stride, 1), name + ".bn1"))
        out = self.norm(self.conv(out, name + ".conv2", 1, 1), name + ".bn2")
        if name + ".downsample.0.weight" in self.w:
            x = self.norm(self.conv(x, name + ".downsample.0", stride), name + ".downsample.1")
        return F.relu(out + x)

    def pyramid(self, x):
        name = "backbone.spp.spp."
        height, width = x.shape[2:]
        x = self.norm_conv(x, name + "spp_bn")
        levels = [x]
        for i, rows in enumerate((8, 4, 2)):
            level = F.adaptive_avg_pool2d(x, (rows, max(1, round(width / height * rows))))
            level = self.norm_conv(level, name + f"spp{i}")
            levels.append(F.interpolate(level, (height, width), mode="bilinear", align_corners=False))
        return self.norm_conv(torch.cat(levels, 1), name + "spp_fuse")

    def logits(self, x):
        x = F.relu(self.norm(self.conv(x, "backbone.conv1", 2, 3), "backbone.bn1"))
        x = F.max_pool2d(x, 3, 2, 1)
        skips = []
        for stage in range(1, 5):
            for block in range(2):
                x = self.block(x, f"backbone.layer{stage}.{block}", 2 if block == 0 and stage > 1 else 1)
            skips.append(x)
        x = self.pyramid(x)
        for i in range(3):
            skip = skips[2 - i]
            name = f"backbone.upsample.{i}"
            lateral = self.norm_conv(skip, name + ".bottleneck")
            x = F.interpolate(x, skip.shape[2:], mode="bilinear", align_corners=False)
            x = self.norm_conv(x + lateral, name + ".blend_conv", 1)
        return self.conv(F.relu(self.norm(x, "logits.norm")), "logits.conv", 1, 1)


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("weights")
    parser.add_argument("batch_file", help="the frames' bytes, RGB, then their classes' bytes")
    parser.add_argument("width", type=int)
    parser.add_argument("height", type=int)
    parser.add_argument("batch", type=int)
    parser.add_argument("threads", type=int)
    parser.add_argument("rate", type=float)
    parser.add_argument("normalisation", type=float, nargs=6, help="three means, then three deviations")
    parser.add_argument("--bfloat16", action="store_true", help="autocast to bfloat16")
    a = parser.parse_args()
    torch.set_num_threads(a.threads)
    pixels = a.batch * a.height * a.width
    data = np.fromfile(a.batch_file, np.uint8)
    frames = data[: 3 * pixels].reshape(a.batch, a.height, a.width, 3)
    target = torch.from_numpy(data[3 * pixels :].reshape(a.batch, a.height, a.width).copy())
    mean = torch.tensor(a.normalisation[:3]).view(1, 3, 1, 1)
    deviation = torch.tensor(a.normalisation[3:]).view(1, 3, 1, 1)
    net = RfNet(load_file(a.weights))
    optimiser = torch.optim.AdamW(
        [
            {"params": [w for w in net.trained if w.dim() > 1], "weight_decay": 1e-4},
            {"params": [w for w in net.trained if w.dim() == 1], "weight_decay": 0},
        ],
        lr=a.rate,
    )
    for _ in sys.stdin:
        began = time.perf_counter()
        # A view of the frames in the order of their bytes is what torch calls channels_last.
        x = (torch.from_numpy(frames).permute(0, 3, 1, 2) / 255 - mean) / deviation
        with torch.autocast("cpu", torch.bfloat16, enabled=a.bfloat16):
            logits = net.logits(x)
        full = F.interpolate(logits.float(), (a.height, a.width), mode="bilinear", align_corners=False)
        loss = F.cross_entropy(full, target.long(), ignore_index=IGNORE)
        optimiser.zero_grad(set_to_none=True)
        loss.backward()
        torch.nn.utils.clip_grad_norm_(net.trained, 5)
        optimiser.step()
        value = loss.item()
        print((time.perf_counter() - began) * 1000, value, flush=True)


if __name__ == "__main__":
    main()
