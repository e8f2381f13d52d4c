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
    """Reconstruction through fusion and decoder (B16-B18); weight 0 or fusion "none" leaves it out.

    `fusion` "token": keys are token sequences; "vector": the single embeddings, the paper's letter.
    """

    weight: float
    fusion: str
    fusion_heads: int
    layers: int
    heads: int
    ff: int
    dropout: float


class Video(Record, frozen=True):
    """What films add: `align` weighs L^mv + L^tv, `side` the sentence and side losses of films
    against those of motions, `pose` the pairing of motions and films in the pose space, with a
    learnable `temperature` of its own. `pull` is the share of the films' alignment that also moves
    motions and sentences: 1 in the paper, 0 where films learn towards them and leave them alone.
    """

    align: float = 1.0
    pull: float = 1.0
    side: float = 0.5
    pose: float = 1.0
    temperature: float = 0.07


class LossConfig(Record, frozen=True):
    """What is minimised."""

    align: Align
    reconstruction: Reconstruction
    video: Video = Video()

    @property
    def reconstructs(self) -> bool:
        """Is there a reconstruction term?"""
        return self.reconstruction.weight > 0 and self.reconstruction.fusion != "none"
