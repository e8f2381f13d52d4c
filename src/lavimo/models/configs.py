"""What a system minimises, as data (its numbers live in `lavimo.presets`)."""

from lavimo.runtime.config import Record


class Align(Record, frozen=True):
    """The alignment loss: targets by caption similarity, learnable temperature (B10-B15)."""

    kind: str
    scale: float
    epsilon: float
    side_rule: bool
    temperature: float


class Reconstruction(Record, frozen=True):
    """Reconstruction through fusion and decoder (B16-B18); weight 0 leaves it out."""

    weight: float
    fusion: str
    fusion_heads: int
    layers: int
    heads: int
    ff: int
    dropout: float


class LossConfig(Record, frozen=True):
    """What is minimised."""

    align: Align
    reconstruction: Reconstruction
