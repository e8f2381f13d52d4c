"""What a model is made of, as data: the same record builds the torch model and its numpy twin."""

import msgspec

SIDE_WIDTH = 6
"""Four axes, and one number a side that keeps every row at length one."""


VIDEO_KINDS = ("pose", "frames")


class Record(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Configs are immutable and refuse fields that they do not know."""


class Tower(Record, frozen=True):
    """A transformer encoder over a sequence with one learned token in front.

    `pool` "cls" takes the token's output; "cls+mean" adds the mean of the others to it. "mean" is
    the temporal tower of films, which has no such token.
    """

    layers: int
    dim: int
    heads: int
    ff: int
    dropout: float
    norm: str
    pool: str


class MotionInput(Record, frozen=True):
    """How 263 numbers a frame become tokens.

    `columns` "all" keeps the 263 columns; "no_rotations" leaves out the 6D block, whose twist is
    arbitrary and which is not heading-invariant (METHOD.md A5). `patch` frames are one token.
    `clip` bounds normalised values. Clips over `max_frames` are cut in training and averaged over
    windows at inference.
    """

    columns: str
    patch: int
    max_frames: int
    clip: float


class TextInput(Record, frozen=True):
    """Where token states come from: `minilm` (frozen, cached) or a DistilBERT by name or folder."""

    backbone: str
    train_backbone: bool
    max_tokens: int
    width: int
    add_sentence: bool


class SentenceSpace(Record, frozen=True):
    """A second space beside the joint one: the motion tower regresses the sentence vector.

    `share` is the part of the cosine that this space has in the embedding (0 = none), `weight`
    that of its loss, `temperature` that of its softmax over all training captions. `linear` weighs
    a closed-form line from the clip's statistics beside the tower's own vector (0 = none): it
    knows less, and knows it on any rig.
    """

    share: float
    weight: float
    temperature: float
    linear: float
    width: int


class SideSpace(Record, frozen=True):
    """A small space for directions: left/right, forward/backward, up/down, clockwise or not.

    A sentence's signs are read from its words, a motion's are regressed; `share` is its part of
    the cosine (0 = none), `weight` that of its loss.
    """

    share: float
    weight: float


class PoseVideo(Record, frozen=True):
    """Films as limb directions (`features.directions`), read by one tower for films and motions.

    Rows of either are projected on their own; `patch` rows (10 Hz) are one token. Films and clips
    over `max_rows` are cut in training and averaged over windows at inference. `dim` is the width
    of the pose space; `share` is its part of a motion's squared length, `film_share` of a film's.
    """

    dim: int
    patch: int
    max_rows: int
    tower: Tower
    share: float
    film_share: float


class FramesVideo(Record, frozen=True):
    """Films as `frames` pictures: an image model a picture, then a temporal tower (B5).

    `backbone`: CLIP by hub name or folder; "silhouette" is a fixed pyramid of the person's outline
    as the landmark network sees it, which stands in where there is no CLIP. `width` numbers a
    picture, `positions` in the table.
    """

    backbone: str
    train_backbone: bool
    frames: int
    width: int
    positions: int
    tower: Tower


class ModelConfig(Record, frozen=True):
    """Everything that a LAVIMO checkpoint needs to be rebuilt.

    Without `pose` and `frames` it knows text and motion alone; with both, a film is read twice.
    """

    system: str
    dim: int
    motion: MotionInput
    motion_tower: Tower
    text: TextInput
    text_tower: Tower
    sentence: SentenceSpace
    sides: SideSpace
    pose: PoseVideo | None = None
    frames: FramesVideo | None = None

    @property
    def video(self) -> tuple[str, ...]:
        """The ways in which films are read: of `pose` and `frames` those that are there."""
        return tuple(kind for kind in VIDEO_KINDS if getattr(self, kind) is not None)

    @property
    def embedding_dim(self) -> int:
        """Length of an embedding: the pose space, then the rest."""
        return self.rest_dim + (0 if self.pose is None else self.pose.dim)

    @property
    def rest_dim(self) -> int:
        """Length without the pose space: the joint space and those of sentence and sides."""
        sentence = self.sentence.width if self.sentence.share > 0 else 0
        return self.dim + sentence + (SIDE_WIDTH if self.sides.share > 0 else 0)
