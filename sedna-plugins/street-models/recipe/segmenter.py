"""Trains the street's segmenter on a GPU: the network of PromptableSegmenter in PyTorch.

Reads a file of frames and regions as TrainStreetModels' part `segmenter-frames` writes it, writes
the weights as the Java recipe does. See README.md beside this folder. Started again with the same
arguments it goes on from its checkpoint.
"""

import argparse
import copy
import json
import math
import os
import struct
import time

import numpy as np
import torch
import torch.nn.functional as F
from torch import nn

SIZE, CELLS, SIDE = 512, 32, 128
WIDTH, HEADS, BLOCKS, CHANNELS = 160, 5, 4, 64
STEM = [16, 32, 64, WIDTH]
FINE, PACKED = [32, 32], [64, 256]
MASKS = 4
CLASSES = 11
NONE = 255
MEAN = (123.675, 116.28, 103.53)
DEVIATION = (58.395, 57.12, 57.375)
# Labels of prompt points, as SAM's: nothing, background, foreground, a box's two corners.
NOTHING, BACKGROUND, FOREGROUND, FIRST_CORNER, LAST_CORNER = -1, 0, 1, 2, 3


# The network. Names of modules are the names of the weights.


class Norm2d(nn.Module):
    """Layer norm over the channels of [batch, c, h, w]."""

    def __init__(self, channels):
        super().__init__()
        self.weight = nn.Parameter(torch.ones(channels))
        self.bias = nn.Parameter(torch.zeros(channels))

    def forward(self, x):
        x = F.layer_norm(x.permute(0, 2, 3, 1), self.weight.shape, self.weight, self.bias, 1e-6)
        return x.permute(0, 3, 1, 2)


def conv(out, into, kernel, stride=1, bias=False):
    return nn.Conv2d(into, out, kernel, stride, kernel // 2 if kernel == 3 else 0, bias=bias)


class Residual(nn.Module):
    def __init__(self, out, into):
        super().__init__()
        self.conv1, self.norm1 = conv(out, into, 3, 2), nn.BatchNorm2d(out)
        self.conv2, self.norm2 = conv(out, out, 3), nn.BatchNorm2d(out)
        self.shortcut, self.norm3 = conv(out, into, 1, 2), nn.BatchNorm2d(out)

    def forward(self, x):
        y = self.norm2(self.conv2(F.relu(self.norm1(self.conv1(x)))))
        return F.relu(y + self.norm3(self.shortcut(x)))


class Attention(nn.Module):
    def __init__(self, channels, inner, heads, out="out_proj"):
        super().__init__()
        self.heads, self.out = heads, out
        for name in ("q_proj", "k_proj", "v_proj"):
            setattr(self, name, nn.Linear(channels, inner))
        setattr(self, out, nn.Linear(inner, channels))

    def forward(self, q, k, v):
        q, k, v = (
            p(x).unflatten(-1, (self.heads, -1)).transpose(1, 2)
            for p, x in ((self.q_proj, q), (self.k_proj, k), (self.v_proj, v))
        )
        x = F.scaled_dot_product_attention(q, k, v)
        return getattr(self, self.out)(x.transpose(1, 2).flatten(2))


class Mlp(nn.Module):
    def __init__(self, channels, inner, act):
        super().__init__()
        self.lin1, self.lin2, self.act = nn.Linear(channels, inner), nn.Linear(inner, channels), act

    def forward(self, x):
        return self.lin2(self.act(self.lin1(x)))


class Block(nn.Module):
    def __init__(self):
        super().__init__()
        self.norm1, self.norm2 = nn.LayerNorm(WIDTH, 1e-6), nn.LayerNorm(WIDTH, 1e-6)
        self.attn = Attention(WIDTH, WIDTH, HEADS, "proj")
        self.mlp = Mlp(WIDTH, 2 * WIDTH, F.gelu)

    def forward(self, x):
        y = self.norm1(x)
        x = x + self.attn(y, y, y)
        return x + self.mlp(self.norm2(x))


class Stem(nn.Module):
    def __init__(self):
        super().__init__()
        self.conv, self.norm = conv(STEM[0], 3, 3, 2), nn.BatchNorm2d(STEM[0])
        self.stages = nn.ModuleList(Residual(STEM[i + 1], STEM[i]) for i in range(3))

    def forward(self, x):
        levels = [F.relu(self.norm(self.conv(x)))]
        for stage in self.stages:
            levels.append(stage(levels[-1]))
        return levels


class Finer(nn.Module):
    def __init__(self, i):
        super().__init__()
        c, kernel = FINE[i], 2 << i
        self.up = nn.ConvTranspose2d(CHANNELS if i == 0 else FINE[i - 1], c, 2, 2)
        self.lateral, self.norm1 = conv(c, STEM[2 - i], 1), nn.BatchNorm2d(c)
        self.conv, self.norm2 = conv(c, c, 3), nn.BatchNorm2d(c)
        self.pack = conv(PACKED[i], c, kernel, kernel, bias=True)

    def forward(self, above, level):
        x = F.relu(self.norm1(self.up(above) + self.lateral(level)))
        return F.relu(self.norm2(self.conv(x)))


class ImageEncoder(nn.Module):
    def __init__(self):
        super().__init__()
        self.patch_embed = Stem()
        self.pos_embed = nn.Parameter(0.02 * torch.randn(1, CELLS, CELLS, WIDTH))
        self.blocks = nn.ModuleList(Block() for _ in range(BLOCKS))
        self.neck = nn.Sequential(
            conv(CHANNELS, WIDTH, 1), Norm2d(CHANNELS), conv(CHANNELS, CHANNELS, 3), Norm2d(CHANNELS)
        )
        self.fine = nn.ModuleList(Finer(i) for i in range(2))

    def forward(self, image):
        levels = self.patch_embed(image)
        x = levels[-1].permute(0, 2, 3, 1) + self.pos_embed
        x = x.flatten(1, 2)
        for block in self.blocks:
            x = block(x)
        x = self.neck(x.unflatten(1, (CELLS, CELLS)).permute(0, 3, 1, 2))
        parts = [x]
        for i, fine in enumerate(self.fine):
            x = fine(x, levels[2 - i])
            parts.append(fine.pack(x))
        return torch.cat(parts, 1)


class Fourier(nn.Module):
    def __init__(self):
        super().__init__()
        self.register_buffer("positional_encoding_gaussian_matrix", torch.randn(2, CHANNELS // 2))

    def forward(self, xy):
        # In float32: bfloat16 would move a point by pixels.
        with torch.autocast(xy.device.type, enabled=False):
            x = 2 * math.pi * (xy.float() @ self.positional_encoding_gaussian_matrix.float())
            return torch.cat([x.sin(), x.cos()], -1)


class PromptEncoder(nn.Module):
    def __init__(self):
        super().__init__()
        self.pe_layer = Fourier()
        self.point_embeddings = nn.ModuleList(nn.Embedding(1, CHANNELS) for _ in range(4))
        self.not_a_point_embed = nn.Embedding(1, CHANNELS)
        self.no_mask_embed = nn.Embedding(1, CHANNELS)
        self.mask_downscaling = nn.Sequential(
            conv(4, 1, 2, 2, True), Norm2d(4), nn.GELU(),
            conv(16, 4, 2, 2, True), Norm2d(16), nn.GELU(),
            conv(CHANNELS, 16, 1, 1, True),
        )  # fmt: skip

    def forward(self, xy, labels):
        """Points in the S frame [n, p, 2] and their labels [n, p] to tokens [n, p, c]."""
        place = self.pe_layer(2 * (xy + 0.5) / SIZE - 1)
        rows = torch.cat([self.not_a_point_embed.weight] + [e.weight for e in self.point_embeddings])
        return torch.where((labels == NOTHING)[..., None], 0, place) + rows[labels + 1]

    def dense(self, masks):
        if masks is None:
            return self.no_mask_embed.weight[..., None, None]
        return self.mask_downscaling(masks)


class DecoderLayer(nn.Module):
    def __init__(self, first):
        super().__init__()
        c = CHANNELS
        self.first = first
        self.self_attn = Attention(c, c, 4)
        self.cross_attn_token_to_image = Attention(c, c // 2, 4)
        self.cross_attn_image_to_token = Attention(c, c // 2, 4)
        self.mlp = Mlp(c, 4 * c, F.relu)
        self.norm1, self.norm2, self.norm3, self.norm4 = (nn.LayerNorm(c) for _ in range(4))

    def forward(self, queries, tokens, keys, place):
        q = queries if self.first else queries + tokens
        seen = self.self_attn(q, q, queries)
        queries = self.norm1(seen if self.first else queries + seen)
        k = keys + place
        queries = self.norm2(queries + self.cross_attn_token_to_image(queries + tokens, k, keys))
        queries = self.norm3(queries + self.mlp(queries))
        keys = self.norm4(keys + self.cross_attn_image_to_token(k, queries + tokens, queries))
        return queries, keys


class Transformer(nn.Module):
    def __init__(self):
        super().__init__()
        self.layers = nn.ModuleList([DecoderLayer(True), DecoderLayer(False)])
        self.final_attn_token_to_image = Attention(CHANNELS, CHANNELS // 2, 4)
        self.norm_final_attn = nn.LayerNorm(CHANNELS)

    def forward(self, tokens, keys, place):
        queries = tokens
        for layer in self.layers:
            queries, keys = layer(queries, tokens, keys, place)
        seen = self.final_attn_token_to_image(queries + tokens, keys + place, keys)
        return self.norm_final_attn(queries + seen), keys


class Perceptron(nn.Module):
    def __init__(self, out):
        super().__init__()
        self.layers = nn.ModuleList(nn.Linear(CHANNELS, o) for o in (CHANNELS, CHANNELS, out))

    def forward(self, x):
        return self.layers[2](F.relu(self.layers[1](F.relu(self.layers[0](x)))))


class MaskDecoder(nn.Module):
    def __init__(self):
        super().__init__()
        c, embedding = CHANNELS, CHANNELS + sum(PACKED)
        self.coarse = conv(c, embedding, 1, 1, True)
        self.fine = nn.ModuleList(
            nn.ConvTranspose2d(embedding, c >> (i + 1), 2 << i, 2 << i) for i in range(2)
        )
        self.transformer = Transformer()
        self.iou_token, self.mask_tokens = nn.Embedding(1, c), nn.Embedding(MASKS, c)
        self.output_upscaling = nn.Sequential(
            nn.ConvTranspose2d(c, c // 2, 2, 2), Norm2d(c // 2), nn.GELU(),
            nn.ConvTranspose2d(c // 2, c // 4, 2, 2), nn.GELU(),
        )  # fmt: skip
        self.output_hypernetworks_mlps = nn.ModuleList(Perceptron(c // 4) for _ in range(MASKS))
        self.iou_prediction_head = Perceptron(MASKS)

    def features(self, embedding):
        return [self.coarse(embedding), self.fine[0](embedding), self.fine[1](embedding)]

    def forward(self, features, place, points, dense, rows):
        """Masks' logits [n, 4, rows, SIDE] and estimated IoU [n, 4]; features are a frame's, and
        points [n, p, c] those of n / frames prompts for each."""
        each = points.shape[0] // features[0].shape[0]
        coarse, *fine = (f.repeat_interleave(each, 0) for f in features)
        own = torch.cat([self.iou_token.weight, self.mask_tokens.weight])
        tokens = torch.cat([own.expand(points.shape[0], -1, -1).to(points.dtype), points], 1)
        keys = (coarse + dense).flatten(2).transpose(1, 2)
        queries, keys = self.transformer(tokens, keys, place)
        x = keys.transpose(1, 2).unflatten(2, (CELLS, CELLS))[:, :, : (rows + 3) // 4]
        up = self.output_upscaling
        x = up[0](x)
        x = up[2](up[1](x + fine[0][:, :, : x.shape[2]]))
        x = up[3](x)
        x = up[4](x + fine[1][:, :, : x.shape[2]])[:, :, :rows]
        kernels = torch.stack(
            [m(queries[:, 1 + i]) for i, m in enumerate(self.output_hypernetworks_mlps)], 1
        )
        masks = torch.einsum("nmc,nchw->nmhw", kernels, x)
        return masks, self.iou_prediction_head(queries[:, 0])


class Segmenter(nn.Module):
    def __init__(self):
        super().__init__()
        self.image_encoder = ImageEncoder()
        self.prompt_encoder = PromptEncoder()
        self.mask_decoder = MaskDecoder()
        at = (torch.arange(CELLS) + 0.5) * 2 / CELLS - 1
        grid = torch.stack(torch.meshgrid(at, at, indexing="xy"), -1).flatten(0, 1)
        self.register_buffer("grid", grid, persistent=False)
        for name, p in self.named_parameters():  # as InitialWeights
            if name.endswith("weight") and p.ndim == 4:
                transposed = "output_upscaling" in name or ".up." in name or "decoder.fine" in name
                fan = p.shape[0] if transposed else p[0].numel()
                nn.init.normal_(p, std=math.sqrt(2 / fan))
            elif name.endswith("weight") and p.ndim == 2 and "embed" not in name and "token." not in name:
                nn.init.normal_(p, std=math.sqrt(1 / p.shape[1]))
            elif name.endswith("bias"):
                nn.init.zeros_(p)

    def image(self, rgb):
        """Frames [n, h, w, 3] as bytes to features: longest side S, normalised, padded."""
        x = rgb.permute(0, 3, 1, 2).float()
        scale = SIZE / max(x.shape[2:])
        shape = [int(s * scale + 0.5) for s in x.shape[2:]]
        x = F.interpolate(x, shape, mode="bilinear", align_corners=False)
        x = (x - x.new_tensor(MEAN)[:, None, None]) / x.new_tensor(DEVIATION)[:, None, None]
        x = F.pad(x, (0, SIZE - shape[1], 0, SIZE - shape[0]))
        return self.image_encoder(x.contiguous(memory_format=torch.channels_last))

    def decode(self, features, xy, labels, masks, rows):
        place = self.prompt_encoder.pe_layer(self.grid)
        points = self.prompt_encoder(xy, labels)
        return self.mask_decoder(features, place, points, self.prompt_encoder.dense(masks), rows)


# Data and prompts, all on the GPU.


class Streets:
    """The frames of a file, in the device's memory."""

    def __init__(self, file, device, most=None):
        with open(file, "rb") as f:
            head = json.loads(f.readline())
            self.width, self.height = head["width"], head["height"]
            pixels = self.width * self.height
            record = 5 * pixels + 1
            count = min(head["frames"], most or head["frames"])
            data = torch.empty(count, record, dtype=torch.uint8, device=device)
            for i in range(0, count, 1024):
                n = min(1024, count - i)
                part = np.fromfile(f, np.uint8, n * record).reshape(n, record)
                data[i : i + n] = torch.from_numpy(part).to(device)
        self.scale = SIZE / max(self.width, self.height)
        self.rows = math.ceil(self.height * self.scale / 4)
        shape = (count, self.height, self.width)
        self.rgb = data[:, : 3 * pixels].view(*shape, 3)
        self.label = data[:, 3 * pixels : 4 * pixels].view(shape)
        self.asked = data[:, 4 * pixels : 5 * pixels].view(shape)
        self.regions = data[:, -1]
        at = lambda n, to: ((torch.arange(n, device=device) + 0.5) * 4 / self.scale).long().clamp(max=to - 1)
        self.cell_rows, self.cell_columns = at(self.rows, self.height), at(SIDE, self.width)

    def __len__(self):
        return len(self.rgb)

    def batch(self, index):
        """RGB, regions that pixels ask for, regions and classes of cells; half of it mirrored."""
        mirrored = torch.rand(len(index), device=self.rgb.device) < 0.5
        flip = lambda x: torch.where(mirrored.view(-1, *[1] * (x.ndim - 1)), x.flip(2), x)
        rgb, asked, label = (flip(x[index]) for x in (self.rgb, self.asked, self.label))
        return rgb, asked, self.cells(asked), self.cells(label)

    def cells(self, pixels):
        """What masks' cells [n, rows, SIDE] see at their centres."""
        return pixels[:, self.cell_rows][:, :, self.cell_columns]


def draw(asked, prompts, uniform):
    """Prompts for each frame: a share of pixels evenly over the frame, the others evenly over its
    regions. Returns regions [frames, prompts] and pixels' x and y [frames, prompts, 2]."""
    frames, height, width = asked.shape
    flat = asked.flatten(1).long()
    counts = torch.zeros(frames, 256, device=asked.device)
    counts.scatter_add_(1, flat, torch.ones_like(flat, dtype=torch.float))
    weight = counts.clamp(min=1).reciprocal().gather(1, flat)
    even = torch.rand(frames, prompts, device=asked.device) < uniform
    known = (flat != NONE).float()
    a = torch.multinomial(weight * known, prompts, replacement=True)
    b = torch.multinomial(known, prompts, replacement=True)
    pixel = torch.where(even, b, a)
    xy = torch.stack([pixel % width, pixel // width], -1).float()
    return flat.gather(1, pixel), xy


def point_in(mask):
    """A random cell of each mask [n, rows, side], as x and y of the cells; the first cell of an
    empty one. And whether there is one."""
    noise = torch.rand_like(mask, dtype=torch.float) * mask
    best = noise.flatten(1).argmax(1)
    xy = torch.stack([best % mask.shape[2], best // mask.shape[2]], -1).float()
    return xy, mask.flatten(1).any(1)


def boxes(mask):
    """Bounds of each mask in the S frame, moved by up to a tenth of the side and 20 pixels, as
    SAM's. [n, 2, 2]"""
    n, rows, side = mask.shape
    some = lambda m, k: (
        m.float().argmax(1),
        k - m.flip(1).float().argmax(1),
    )
    x0, x1 = some(mask.any(1), side)
    y0, y1 = some(mask.any(2), rows)
    low, high = torch.stack([x0, y0], -1) * 4.0, torch.stack([x1, y1], -1) * 4.0
    wide = (high - low).clamp(min=4)
    noise = lambda: torch.randn_like(wide) * torch.minimum(0.05 * wide, wide.new_tensor(10.0))
    return torch.stack([low + noise(), high + noise()], 1) - 0.5


def cells_to_points(xy):
    """A random place in each cell, in the S frame."""
    return (xy + torch.rand_like(xy)) * 4 - 0.5


def mask_losses(logits, truth):
    """20 focal + dice of each mask, and the IoU it has. All [n, 4]."""
    logits, truth = logits.float(), truth[:, None].float()
    p = logits.sigmoid()
    entropy = F.softplus(logits) - logits * truth
    focal = (entropy * (truth - p) ** 2 * (0.75 - 0.5 * truth)).mean((2, 3))
    area = truth.sum((2, 3))
    dice = 1 - (2 * (p * truth).sum((2, 3)) + 1) / (p.sum((2, 3)) + area + 1)
    inside = (logits > 0).float()
    both = (inside * truth).sum((2, 3))
    iou = both / (inside.sum((2, 3)) + area - both).clamp(min=1)
    return 20 * focal + dice, iou.detach()


def single_loss(model, features, xy, labels, truth):
    """SAM's for one ambiguous point: the best of three masks, and the mask for a single answer."""
    masks, iou = model.decode(features, xy, labels, None, truth.shape[1])
    wrong, actual = mask_losses(masks, truth)
    loss = wrong[:, 1:].amin(1).mean() + wrong[:, 0].mean() + F.mse_loss(iou.float(), actual)
    chosen = 1 + iou[:, 1:].argmax(1)
    logits = masks[torch.arange(len(masks), device=masks.device), chosen].detach()
    return loss, actual[:, 1:].amax(1).mean(), logits


def several_loss(model, features, xy, labels, masks, truth):
    """More than one point, a box or a mask says what is meant: one mask, the first."""
    logits, iou = model.decode(features, xy, labels, masks, truth.shape[1])
    wrong, actual = mask_losses(logits, truth)
    return wrong[:, 0].mean() + F.mse_loss(iou[:, 0].float(), actual[:, 0]), actual[:, 0].mean()


def auxiliary(head, embedding, label):
    """Mean cross-entropy of the cells' classes."""
    logits = F.pixel_shuffle(head(embedding), 4)[:, :, : label.shape[1]]
    return F.cross_entropy(logits.float(), label.long(), ignore_index=NONE)


KINDS = ("box", "box and point", "points", "mask")


def further(kind, xy, truth, logits):
    """Prompts of another kind for the same regions: points, labels and mask prompt."""
    n, device = len(xy), xy.device
    label = lambda *l: torch.tensor(l, device=device).expand(n, -1)
    point = xy[:, 0]
    if kind == "box":
        return boxes(truth), label(FIRST_CORNER, LAST_CORNER), None
    if kind == "box and point":
        points = torch.cat([point[:, None], boxes(truth)], 1)
        return points, label(FOREGROUND, FIRST_CORNER, LAST_CORNER), None
    # A second point where the first answer was wrong, as SAM trains.
    wrong = (logits > 0) != truth
    second, any_wrong = point_in(wrong)
    inside = truth[torch.arange(n, device=device), second[:, 1].long(), second[:, 0].long()]
    code = torch.where(any_wrong, inside.long(), torch.full_like(inside.long(), NOTHING))
    two = torch.stack([point, cells_to_points(second)], 1)
    labels = torch.stack([torch.full_like(code, FOREGROUND), code], 1)
    two = torch.cat([two, torch.zeros_like(two[:, :1])], 1)
    labels = torch.cat([labels, torch.full_like(labels[:, :1], NOTHING)], 1)
    if kind == "points":
        return two, labels, None
    # Beyond the frame a mask prompt may hold anything.
    masks = torch.randn(n, 1, SIDE, SIDE, device=device) * 4
    masks[:, 0, : logits.shape[1]] = logits.float()
    return two, labels, masks


# Figures on other streets: what SegmenterFigures prints, at the cells' resolution.


@torch.no_grad()
def figures(model, streets, batch=20):
    """For each weather: mean IoU of a region, thin things aside, with the best of three, with the chosen one, and with
    the mask that its box gives; how far off estimates are; regions."""
    model.eval()
    device = streets.rgb.device
    sums = torch.zeros(5, 5, device=device)
    for i in range(0, len(streets), batch):
        index = torch.arange(i, min(i + batch, len(streets)), device=device)
        with torch.autocast(device.type, torch.bfloat16, enabled=device.type == "cuda"):
            features = model.mask_decoder.features(model.image(streets.rgb[index]))
        for j, f in enumerate(index.tolist()):
            asked = streets.asked[f]
            region = streets.cells(asked[None])[0]
            ids = asked.unique()
            ids = ids[ids < streets.regions[f]]
            truth = region[None] == ids[:, None, None]
            points = []
            for r in ids:
                at = (asked == r).nonzero().float()
                points.append(at[((at - at.mean(0)) ** 2).sum(1).argmin()].flip(0))
            xy = torch.stack(points)[:, None] * streets.scale
            xy = torch.cat([xy, torch.zeros_like(xy)], 1)
            labels = torch.tensor([FOREGROUND, NOTHING], device=device).expand(len(ids), 2)
            own = [x[j : j + 1].float() for x in features]
            masks, iou = model.decode(own, xy, labels, None, streets.rows)
            actual = mask_losses(masks, truth)[1][:, 1:]
            chosen = iou[:, 1:].argmax(1, keepdim=True)
            corners = torch.tensor([FIRST_CORNER, LAST_CORNER], device=device).expand(len(ids), 2)
            boxed, _ = model.decode(own, boxes(truth), corners, None, streets.rows)
            row = torch.stack(
                [
                    actual.amax(1).sum(),
                    actual.gather(1, chosen).sum(),
                    mask_losses(boxed, truth)[1][:, 0].sum(),
                    (iou[:, 1:] - actual).abs().mean(1).sum(),
                    torch.tensor(float(len(ids)), device=device),
                ]
            )
            sums[f % 5] += row
    model.train()
    return sums[:, :4] / sums[:, 4:], sums[:, 4]


# Training.


def save(file, write):
    """Replaces a file as a whole."""
    write(file + ".new")
    os.replace(file + ".new", file)


def write_weights(model, file):
    """Safetensors, float16."""
    header = {"__metadata__": {"seamark.architecture": "promptable-segmenter"}}
    blobs, at = [], 0
    for name, value in model.state_dict().items():
        if name.endswith("num_batches_tracked"):
            continue
        blob = value.detach().float().cpu().half().contiguous().numpy().tobytes()
        header[name] = {"dtype": "F16", "shape": list(value.shape), "data_offsets": [at, at + len(blob)]}
        at += len(blob)
        blobs.append(blob)
    text = json.dumps(header, separators=(",", ":")).encode()
    text += b" " * (-len(text) % 8)
    with open(file, "wb") as f:
        f.write(struct.pack("<Q", len(text)) + text + b"".join(blobs))


def read_weights(model, file):
    """The inverse, for figures."""
    with open(file, "rb") as f:
        header = json.loads(f.read(struct.unpack("<Q", f.read(8))[0]))
        body = f.read()
    own = model.state_dict()
    for name, entry in header.items():
        if name != "__metadata__":
            values = np.frombuffer(body[slice(*entry["data_offsets"])], np.float16)
            own[name].copy_(torch.from_numpy(values.astype(np.float32).reshape(entry["shape"])))


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("frames", help="written by segmenter-frames for the training city")
    parser.add_argument("--judge", help="the same of another city, for figures at the end")
    parser.add_argument("--out", default="street-segmenter.safetensors")
    parser.add_argument("--checkpoint", default="street-segmenter.pt")
    parser.add_argument("--most", type=int, help="frames to read")
    parser.add_argument("--steps", type=int, default=18000)
    parser.add_argument("--batch", type=int, default=64, help="frames a step")
    parser.add_argument("--prompts", type=int, default=16, help="points a frame")
    parser.add_argument("--others", type=int, default=4, help="of them also as another prompt")
    parser.add_argument("--rate", type=float, default=1.5e-3)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--seconds", type=float, default=math.inf, help="stop, to go on later")
    parser.add_argument("--compile", action="store_true")
    parser.add_argument("--figures", help="print the figures of these weights and end")
    args = parser.parse_args()
    began = time.time()

    device = torch.device("cuda" if torch.cuda.is_available() else "cpu")
    torch.manual_seed(args.seed)
    torch.backends.cuda.matmul.allow_tf32 = torch.backends.cudnn.allow_tf32 = True
    torch.backends.cudnn.benchmark = True
    model = Segmenter().to(device, memory_format=torch.channels_last)
    if args.figures:
        read_weights(model, args.figures)
        report(model, args.frames, device, args.most)
        return
    head = nn.Conv2d(CHANNELS + sum(PACKED), 16 * CLASSES, 1).to(device)
    averaged = copy.deepcopy(model)
    parameters = [*model.parameters(), *head.parameters()]
    optimizer = torch.optim.AdamW(parameters, args.rate, weight_decay=0.01, fused=device.type == "cuda")
    step = 0
    if os.path.exists(args.checkpoint):
        state = torch.load(args.checkpoint, map_location=device, weights_only=True)
        model.load_state_dict(state["model"])
        head.load_state_dict(state["head"])
        averaged.load_state_dict(state["averaged"])
        optimizer.load_state_dict(state["optimizer"])
        step = state["step"]
        print(f"goes on after step {step}", flush=True)
    streets = Streets(args.frames, device, args.most)
    print(f"{len(streets)} frames read, {time.time() - began:.0f} s", flush=True)

    def checkpoint():
        state = {
            "model": model.state_dict(),
            "head": head.state_dict(),
            "averaged": averaged.state_dict(),
            "optimizer": optimizer.state_dict(),
            "step": step,
        }
        save(args.checkpoint, lambda f: torch.save(state, f))
        save(args.out, lambda f: write_weights(averaged, f))

    pack = torch.compile if args.compile else lambda f: f
    encode = pack(lambda rgb: model.image(rgb))
    single = pack(lambda *a: single_loss(model, *a))
    mine = list(model.state_dict().values())
    theirs = list(averaged.state_dict().values())
    floats = [i for i, v in enumerate(mine) if v.is_floating_point()]
    sums, started, saved, since = torch.zeros(4, device=device), time.time(), time.time(), step
    while step < args.steps and time.time() - began < args.seconds:
        warm = min(1, (step + 1) / 500)
        rate = args.rate * warm * (0.5 + 0.5 * math.cos(math.pi * step / args.steps))
        for group in optimizer.param_groups:
            group["lr"] = rate
        index = torch.randint(len(streets), (args.batch,), device=device)
        rgb, asked, region, label = streets.batch(index)
        ids, pixels = draw(asked, args.prompts, 0.25)
        truth = (region[:, None] == ids[..., None, None]).flatten(0, 1)
        jitter = pixels + torch.rand_like(pixels) - 0.5
        xy = (jitter * streets.scale).flatten(0, 1)[:, None]
        xy = torch.cat([xy, torch.zeros_like(xy)], 1)
        labels = torch.tensor([FOREGROUND, NOTHING], device=device).expand(len(xy), 2)
        with torch.autocast(device.type, torch.bfloat16):
            embedding = encode(rgb)
            features = model.mask_decoder.features(embedding)
            loss, overlap, logits = single(features, xy, labels, truth)
            loss = loss + auxiliary(head, embedding, label)
            if args.others:
                some = lambda x: x.unflatten(0, (args.batch, -1))[:, : args.others].flatten(0, 1)
                prompt = further(KINDS[step % len(KINDS)], some(xy), some(truth), some(logits))
                own, second = several_loss(model, features, *prompt, some(truth))
                loss = loss + 0.5 * own
        optimizer.zero_grad(set_to_none=True)
        loss.backward()
        norm = torch.nn.utils.clip_grad_norm_(parameters, 1.0)
        optimizer.step()
        keep = min(0.9995, (step + 1) / (step + 10))
        with torch.no_grad():
            torch._foreach_lerp_([theirs[i] for i in floats], [mine[i] for i in floats], 1 - keep)
        sums += torch.stack([loss.detach(), overlap, second if args.others else overlap, norm])
        step += 1
        if step % 250 == 0 or step in (50, 100):
            loss, overlap, second, norm = (sums / (step - since)).tolist()
            print(
                f"step {step} loss {loss:.4f} IoU {overlap:.4f}, other prompts {second:.4f},"
                f" gradient {norm:.2f}, {time.time() - started:.0f} s",
                flush=True,
            )
            sums.zero_()
            since = step
        if time.time() - saved > 120:
            checkpoint()
            saved = time.time()
    checkpoint()
    print(f"{step} of {args.steps} steps, {time.time() - began:.0f} s", flush=True)
    if args.judge:
        report(averaged, args.judge, device)


def report(model, file, device, most=None):
    values, regions = figures(model, Streets(file, device, most))
    for weather, row, count in zip(("day", "dusk", "night", "rain", "fog"), values, regions):
        best, chosen, boxed, error = row.tolist()
        print(
            f"{weather}: {int(count)} regions, best of three {best:.4f}, chosen {chosen:.4f},"
            f" by box {boxed:.4f}, estimates off by {error:.4f}",
            flush=True,
        )


if __name__ == "__main__":
    main()
