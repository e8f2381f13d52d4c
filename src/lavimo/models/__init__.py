"""The systems of the papers and their parts, in torch."""

import difflib
import importlib
from typing import TYPE_CHECKING, Any

from lavimo.errors import ConfigError

if TYPE_CHECKING:
    from torch import Tensor

    from lavimo.models.configs import LossConfig
    from lavimo.runtime.config import ModelConfig

SYSTEMS = {"lavimo": "lavimo.models.lavimo:Lavimo"}
"""System -> class; imported on use, so that listing names costs no torch."""


def build(config: "ModelConfig", loss: "LossConfig", sentence_bank: "Tensor") -> Any:
    """A system by the name in its config, freshly initialised. Raises ConfigError when unknown."""
    if config.system not in SYSTEMS:
        near = difflib.get_close_matches(config.system, SYSTEMS, n=1)
        hint = f"; did you mean {near[0]}?" if near else "."
        raise ConfigError(
            f"There is no system {config.system!r}; known: {', '.join(SYSTEMS)}{hint}"
        )
    module, name = SYSTEMS[config.system].split(":")
    return getattr(importlib.import_module(module), name)(config, loss, sentence_bank)
