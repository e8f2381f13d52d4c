"""What a file's or clip's name says, as words: `CharacterArmature|Kick_Left` is "kick left"."""

import re

# fmt: off
_NOISE = frozenset({
    "anim", "animation", "armature", "bip", "bvh", "cap", "char", "character", "clip", "cmu",
    "export", "file", "final", "frames", "glb", "hik", "human", "humanoid", "large", "loop",
    "mocap", "medium", "mixamo", "motion", "motionbuilder", "new", "npy", "original", "part",
    "rec", "recording", "rig", "root", "scene", "skel", "skeleton", "small", "subject", "take",
    "test", "tmp", "trial", "untitled", "version",
})
# fmt: on
"""Words of export tools and catalogues that say nothing of the motion."""

_PIECES = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+|[^\W\d_A-Za-z]+")


def words_of(name: str) -> str:
    """The words of a name in lower case; empty when it is but numbers and noise.

    What follows the last `|` counts (glTF exporters put the rig before it); numbers, single
    letters and words of export tools are left out. Camel case is taken apart.
    """
    pieces = (piece.lower() for piece in _PIECES.findall(name.rpartition("|")[2]))
    return " ".join(piece for piece in pieces if len(piece) > 1 and piece not in _NOISE)
