"""Named numbers: what a run is made of, each preset with its source.

Precedence, lowest first: preset, file, `--set train.lr=3e-4`. The resolved record is written into
the run folder before the first step.
"""

import difflib
from pathlib import Path
from typing import Any

import msgspec

from lavimo.errors import ConfigError
from lavimo.models.configs import Align, LossConfig, Reconstruction, Video
from lavimo.runtime.config import (
    FramesVideo,
    ModelConfig,
    MotionInput,
    PoseVideo,
    Record,
    SentenceSpace,
    SideSpace,
    TextInput,
    Tower,
)


class Augment(Record, frozen=True):
    """What may change in a clip without changing what its caption says; zeros turn a step off.

    `mirror` (probability; the caption is mirrored with it), `speed` (0.2: 0.8 to 1.25 times as
    fast), `crop` (probability of a window of 60-100 %), `in_place` (probability that the root's
    path is taken away), `rig` (metres by which a rig's joints sit elsewhere, constant over a clip).
    """

    mirror: float
    speed: float
    crop: float
    in_place: float
    rig: float


class Sampling(Record, frozen=True):
    """How an epoch visits the data.

    Every real clip `repeats` times, `synthetic` choreographed clips drawn anew each epoch from a
    pool of `synthetic_pool`; a measured caption replaces a given one with probability `measured`.
    Films: `video` "own" shows each clip's own, "shuffled" that of another clip of the batch,
    "noise" rows of noise (both to see whether films help or only compute does), "off" none.
    `pairs`: motions with their films for the pose space, the batch's own clips among them; of the
    others a share of `near` moves like the batch's own, a share of `twins` are their mirror images.
    """

    batch: int
    repeats: int
    synthetic: int
    synthetic_pool: int
    measured: float
    video: str = "off"
    pairs: int = 0
    near: float = 0.0
    twins: float = 0.0


class Filming(Record, frozen=True):
    """How a clip's film differs from its motion in training; the motion side keeps its window.

    `tracks`: share of a clip's visits in which a landmark track of one of its `views` renders is
    taken (real clips only), else its own joints with landmark-like `damage` (1: as large as
    measured). `damaged`: further renders of each clip, whose pictures suffer in one of the ways of
    `data.tracks.DAMAGES`. `crop`: probability that the film shows only `crop_least` to 1 of the
    window; `speed` (0.25: 0.78 to 1.28 times as fast); `path_drop`: probability a side that its
    travel is unknown. At most `clips` training clips are filmed (0: all), drawn by name.
    """

    tracks: float = 0.0
    views: int = 0
    damaged: int = 0
    clips: int = 0
    damage: float = 1.0
    crop: float = 0.0
    crop_least: float = 0.45
    speed: float = 0.0
    path_drop: float = 0.0


class Linear(Record, frozen=True):
    """The closed-form line from statistics to sentences: ridge `penalty`, fitted over `passes`
    augmented visits of every real clip and one of `synthetic` clips, each weighing `weight`.
    """

    penalty: float
    passes: int
    synthetic: int
    weight: float


class Train(Record, frozen=True):
    """Optimisation: AdamW; `schedule` "paper" holds lr for `hold` epochs, then falls linearly to
    `final_lr`; "cosine" warms up over `warmup` of all steps and falls to `final_lr`.

    `ema` is the decay of the averaged weights that are judged and kept (0: the weights themselves).
    Pretrained backbones that are trained stand still for `backbone_hold` epochs, then move at
    `backbone_mult` of the rate.
    """

    seed: int
    epochs: int
    lr: float
    final_lr: float
    schedule: str
    hold: int
    warmup: float
    weight_decay: float
    clip_norm: float
    ema: float
    precision: str
    judge_every: int
    backbone_mult: float = 1.0
    backbone_hold: int = 0


class Preset(Record, frozen=True):
    """Everything that decides a run but its data folder."""

    name: str
    source: str
    model: ModelConfig
    loss: LossConfig
    sampling: Sampling
    augment: Augment
    linear: Linear
    train: Train
    filming: Filming = Filming()


_PAPER_TOWER = Tower(layers=6, dim=512, heads=4, ff=1024, dropout=0.1, norm="post", pool="cls")

LAVIMO_PAPER_2MODAL = Preset(
    name="lavimo_paper_2modal",
    source="arXiv 2403.00691, sections 3-4; METHOD.md B1-B4, B10-B19, B24",
    model=ModelConfig(
        system="lavimo",
        dim=512,
        motion=MotionInput(columns="all", patch=1, max_frames=200, clip=1e6),
        motion_tower=_PAPER_TOWER,
        text=TextInput(
            backbone="distilbert-base-uncased",
            train_backbone=True,
            max_tokens=64,
            width=768,
            add_sentence=False,
        ),
        text_tower=_PAPER_TOWER,
        sentence=SentenceSpace(share=0.0, weight=0.0, temperature=0.1, linear=0.0, width=384),
        sides=SideSpace(share=0.0, weight=0.0),
    ),
    loss=LossConfig(
        align=Align(kind="softmax", scale=10.0, epsilon=0.8, side_rule=False, temperature=0.07),
        reconstruction=Reconstruction(
            weight=0.1, fusion="token", fusion_heads=8, layers=6, heads=4, ff=1024, dropout=0.1
        ),
    ),
    sampling=Sampling(batch=64, repeats=1, synthetic=0, synthetic_pool=0, measured=0.0),
    augment=Augment(mirror=0.5, speed=0.0, crop=0.0, in_place=0.0, rig=0.0),
    linear=Linear(penalty=300.0, passes=0, synthetic=0, weight=0.0),
    train=Train(
        seed=0,
        epochs=400,
        lr=1e-4,
        final_lr=1e-5,
        schedule="paper",
        hold=100,
        warmup=0.0,
        weight_decay=0.01,
        clip_norm=1.0,
        ema=0.0,
        precision="float32",
        judge_every=1,
    ),
)

LAVIMO_SMALL_2MODAL = Preset(
    name="lavimo_small_2modal",
    source="ours; PROBE.md points 1-8: patches, MiniLM token states, side rule, sentence space",
    model=ModelConfig(
        system="lavimo",
        dim=256,
        motion=MotionInput(columns="no_rotations", patch=4, max_frames=200, clip=6.0),
        motion_tower=Tower(
            layers=4, dim=256, heads=4, ff=512, dropout=0.1, norm="pre", pool="cls+mean"
        ),
        text=TextInput(
            backbone="minilm", train_backbone=False, max_tokens=64, width=384, add_sentence=True
        ),
        text_tower=Tower(
            layers=2, dim=256, heads=4, ff=512, dropout=0.1, norm="pre", pool="cls+mean"
        ),
        sentence=SentenceSpace(share=0.4, weight=1.0, temperature=0.1, linear=1.0, width=384),
        sides=SideSpace(share=0.15, weight=1.0),
    ),
    loss=LossConfig(
        align=Align(kind="softmax", scale=10.0, epsilon=0.8, side_rule=True, temperature=0.07),
        reconstruction=Reconstruction(
            weight=0.1, fusion="token", fusion_heads=4, layers=1, heads=4, ff=512, dropout=0.0
        ),
    ),
    sampling=Sampling(batch=32, repeats=1, synthetic=300, synthetic_pool=4000, measured=0.1),
    augment=Augment(mirror=0.5, speed=0.15, crop=0.1, in_place=0.15, rig=0.008),
    linear=Linear(penalty=300.0, passes=4, synthetic=4000, weight=0.3),
    train=Train(
        seed=0,
        epochs=60,
        lr=5e-4,
        final_lr=1e-5,
        schedule="cosine",
        hold=0,
        warmup=0.03,
        weight_decay=0.05,
        clip_norm=1.0,
        ema=0.995,
        precision="bf16",
        judge_every=2,
    ),
)

_replace = msgspec.structs.replace

LAVIMO_PAPER = _replace(
    LAVIMO_PAPER_2MODAL,
    name="lavimo_paper",
    source="arXiv 2403.00691, sections 3-4; METHOD.md B1-B23, B29",
    model=_replace(
        LAVIMO_PAPER_2MODAL.model,
        frames=FramesVideo(
            backbone="openai/clip-vit-base-patch32",
            train_backbone=True,
            frames=8,
            width=512,
            positions=77,
            tower=Tower(layers=6, dim=512, heads=8, ff=2048, dropout=0.0, norm="pre", pool="mean"),
        ),
    ),
    sampling=_replace(LAVIMO_PAPER_2MODAL.sampling, video="own"),
)

LAVIMO_SMALL = _replace(
    LAVIMO_SMALL_2MODAL,
    name="lavimo_small",
    source="ours; lavimo_small_2modal and films as limb directions (PROBE.md, Video)",
    model=_replace(
        LAVIMO_SMALL_2MODAL.model,
        pose=PoseVideo(
            dim=128,
            patch=2,
            max_rows=100,
            tower=Tower(
                layers=3, dim=160, heads=4, ff=320, dropout=0.1, norm="pre", pool="cls+mean"
            ),
            share=0.4,
            film_share=0.95,
        ),
    ),
    loss=_replace(LAVIMO_SMALL_2MODAL.loss, video=Video(pull=0.0)),
    sampling=_replace(LAVIMO_SMALL_2MODAL.sampling, video="own", pairs=112, near=0.5, twins=0.25),
    train=_replace(LAVIMO_SMALL_2MODAL.train, epochs=70),
    filming=Filming(
        tracks=0.7,
        views=2,
        damaged=1,
        damage=1.0,
        crop=0.7,
        crop_least=0.45,
        speed=0.35,
        path_drop=0.5,
    ),
)

LAVIMO_SMALL_FRAMES = _replace(
    LAVIMO_SMALL,
    name="lavimo_small_frames",
    source="lavimo_small with the paper's way to read films (METHOD.md B5) over silhouettes",
    model=_replace(
        LAVIMO_SMALL.model,
        pose=None,
        frames=FramesVideo(
            backbone="silhouette",
            train_backbone=False,
            frames=8,
            width=117,
            positions=77,
            tower=Tower(layers=3, dim=256, heads=4, ff=512, dropout=0.0, norm="pre", pool="mean"),
        ),
    ),
    loss=_replace(LAVIMO_SMALL.loss, video=Video()),
    sampling=_replace(LAVIMO_SMALL.sampling, pairs=0, near=0.0, twins=0.0),
    train=_replace(LAVIMO_SMALL.train, epochs=40),
    filming=_replace(LAVIMO_SMALL.filming, views=1, damaged=0),
)

PRESETS: dict[str, Preset] = {
    p.name: p
    for p in (
        LAVIMO_PAPER,
        LAVIMO_PAPER_2MODAL,
        LAVIMO_SMALL,
        LAVIMO_SMALL_2MODAL,
        LAVIMO_SMALL_FRAMES,
    )
}


def resolve(name: str, changes: list[str], file: Path | None = None) -> Preset:
    """A preset with a file's values and then `a.b=c` changes put over it.

    Raises ConfigError for an unknown preset, field or a value of the wrong type.
    """
    if name not in PRESETS:
        near = difflib.get_close_matches(name, PRESETS, n=1)
        hint = f"; did you mean {near[0]}?" if near else "."
        raise ConfigError(f"There is no preset {name!r}; known: {', '.join(PRESETS)}{hint}")
    tree: dict[str, Any] = msgspec.to_builtins(PRESETS[name])
    if file is not None:
        _overlay(tree, _from_file(file), str(file))
    for change in changes:
        path, equals, value = change.partition("=")
        if not equals:
            raise ConfigError(f"--set {change} has no '='; write it as --set train.lr=0.0003.")
        _put(tree, path.strip().split("."), _literal(value), change)
    try:
        return msgspec.convert(tree, Preset)
    except msgspec.ValidationError as error:
        raise ConfigError(f"The preset {name} does not take this change: {error}.") from error


def _from_file(file: Path) -> dict[str, Any]:
    try:
        found = msgspec.toml.decode(file.read_bytes())
    except (OSError, msgspec.DecodeError) as error:
        raise ConfigError(f"{file} cannot be read as TOML ({error}).") from error
    assert isinstance(found, dict)
    return found


def _overlay(tree: dict[str, Any], over: dict[str, Any], where: str) -> None:
    for key, value in over.items():
        if isinstance(value, dict) and isinstance(tree.get(key), dict):
            _overlay(tree[key], value, where)
        else:
            _put(tree, [key], value, where)


def _put(tree: dict[str, Any], path: list[str], value: Any, where: str) -> None:
    for key in path[:-1]:
        if not isinstance(tree.get(key), dict):
            raise ConfigError(f"{where}: there is no group {key!r} in the preset.")
        tree = tree[key]
    if path[-1] not in tree:
        near = difflib.get_close_matches(path[-1], tree, n=1)
        hint = f"; did you mean {near[0]}?" if near else f"; known: {', '.join(tree)}."
        raise ConfigError(f"{where}: there is no field {path[-1]!r}{hint}")
    tree[path[-1]] = value


def _literal(value: str) -> Any:
    try:
        return msgspec.json.decode(value.strip())
    except msgspec.DecodeError:
        return value.strip()
