"""The error tree. Every message is one sentence: which file or option, what is wrong, what to do.

LavimoError
├── FormatError      a motion file cannot be read or written
├── SkeletonError    a skeleton is no humanoid, or a rig does not fit
├── MotionError      an operation that this clip does not allow (too short, not finite)
├── DataError        a data set, manifest, split or caption file
├── ConfigError      a preset, an option or a value of `--set`
├── ModelError       a checkpoint that is missing, damaged or of another kind
├── GalleryError     a gallery that is missing, locked, damaged or made by another model
├── QueryError       a search query or filter that cannot be understood
├── EvaluationError  a protocol that cannot be run on this data
├── RenderError      a picture, film or page that cannot be made
├── VideoError       a film that cannot be read
└── MissingExtra     an optional library that this call needs

`lavimo.cli` prints the sentence and exits with 2; anything outside this tree is a bug of ours
and keeps its traceback.
"""


class LavimoError(Exception):
    """Base of everything that a user can cause and mend."""


class FormatError(LavimoError):
    """A motion file cannot be read or written."""


class SkeletonError(LavimoError):
    """A skeleton is no humanoid, or a rig does not fit the motion."""


class MotionError(LavimoError):
    """An operation that this clip does not allow."""


class DataError(LavimoError):
    """A data set, manifest, split or caption file is missing or wrong."""


class ConfigError(LavimoError):
    """A preset, an option or a `--set` value is unknown or wrong."""


class ModelError(LavimoError):
    """A checkpoint is missing, damaged or of another kind."""


class GalleryError(LavimoError):
    """A gallery is missing, locked, damaged or was made by another model."""


class QueryError(LavimoError):
    """A query or a filter cannot be understood."""


class EvaluationError(LavimoError):
    """A protocol cannot be run on this data."""


class RenderError(LavimoError):
    """A picture, film or page cannot be made."""


class VideoError(LavimoError):
    """A film that cannot be read."""


class MissingExtra(LavimoError):
    """An optional library is not installed."""

    def __init__(self, need: str, extra: str) -> None:
        super().__init__(f'{need} needs an optional part: run `pip install "lavimo[{extra}]"`.')
        self.extra = extra
