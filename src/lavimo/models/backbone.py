"""Language and image models by name: a folder, a hub name, or a tiny random one for tests.

Source: ASSETS.md 1.
"""

import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import torch
from torch import Tensor, nn

from lavimo.errors import MissingExtra, ModelError
from lavimo.shapes import Bool, Float

TINY = "tiny:distilbert"
TINY_CLIP = "tiny:clip"


class DistilBert(nn.Module):
    """Texts to token states (B, L, width) and their mask; trainable, as the paper fine-tunes it.

    Source: LAVIMO section 3.1; METHOD.md B3.
    """

    def __init__(self, spec: str, max_tokens: int, train: bool) -> None:
        super().__init__()
        self.model, self.tokenizer = _tiny() if spec == TINY else _language_model(spec)
        self.max_tokens = max_tokens
        self.model.requires_grad_(train)

    def forward(
        self, texts: tuple[str, ...]
    ) -> tuple[Float[Tensor, "batch tokens width"], Bool[Tensor, "batch tokens"]]:
        """Last hidden states, special tokens included."""
        device = next(self.model.parameters()).device
        self.tokenizer.enable_truncation(self.max_tokens)
        self.tokenizer.enable_padding()
        rows = self.tokenizer.encode_batch(list(texts))
        ids = torch.tensor([row.ids for row in rows], device=device)
        mask = torch.tensor([row.attention_mask for row in rows], device=device)
        states = self.model(input_ids=ids, attention_mask=mask).last_hidden_state
        return states, mask.bool()


class ClipImages(nn.Module):
    """Pictures (B, F, 3 * edge * edge), normalised, to CLIP's projected features (B, F, width).

    Source: LAVIMO section 3.1; METHOD.md B5, B20.
    """

    def __init__(self, spec: str, train: bool) -> None:
        super().__init__()
        self.model = _tiny_clip() if spec == TINY_CLIP else _image_model(spec)
        self.edge = int(self.model.config.image_size)
        self.model.requires_grad_(train)

    def forward(
        self, pictures: Float[Tensor, "batch frames pixels"]
    ) -> Float[Tensor, "batch frames width"]:
        """One vector a picture."""
        batch, frames, _ = pictures.shape
        pixels = pictures.reshape(batch * frames, 3, self.edge, self.edge)
        return self.model(pixel_values=pixels).image_embeds.unflatten(0, (batch, frames))


def _language_model(spec: str) -> tuple[Any, Any]:
    transformers = _library(f"The language model {spec}")

    def read(only_local: bool) -> tuple[Any, Any]:
        model = transformers.DistilBertModel.from_pretrained(spec, local_files_only=only_local)
        tokenizer = transformers.AutoTokenizer.from_pretrained(spec, local_files_only=only_local)
        return model, tokenizer.backend_tokenizer

    remedy = "--set model.text.backbone=FOLDER, or train lavimo_small, which needs none"
    return _pretrained(spec, read, "language model", remedy)


def _image_model(spec: str) -> Any:
    transformers = _library(f"The image model {spec}")

    def read(only_local: bool) -> Any:
        kind = transformers.CLIPVisionModelWithProjection
        return kind.from_pretrained(spec, local_files_only=only_local)

    remedy = "--set model.frames.backbone=FOLDER, or read films as poses or silhouettes"
    return _pretrained(spec, read, "image model", remedy)


def _library(need: str) -> Any:
    try:
        import transformers
    except ImportError as error:
        raise MissingExtra(need, "hub") from error
    return transformers


def _pretrained(spec: str, read: Callable[[bool], Any], what: str, remedy: str) -> Any:
    """A folder, the hub's cache, then the hub. Raises ModelError when none has it."""
    local = Path(spec).is_dir()
    offline = local or os.environ.get("HF_HUB_OFFLINE") == "1"
    for only_local in (True, False):
        if not only_local and offline:
            break
        try:
            return read(only_local)
        except (OSError, ValueError):
            continue
    place = "in this folder" if local else "in the hub's cache, and the hub did not answer"
    raise ModelError(
        f"The {what} {spec} was not found {place}; give a folder that holds it with {remedy}."
    )


def _tiny_clip() -> Any:
    """Random weights of a fixed seed: for tests only."""
    from transformers import CLIPVisionConfig, CLIPVisionModelWithProjection

    config = CLIPVisionConfig(
        hidden_size=32,
        intermediate_size=64,
        num_hidden_layers=2,
        num_attention_heads=2,
        image_size=32,
        patch_size=8,
        projection_dim=24,
    )
    with torch.random.fork_rng():
        torch.manual_seed(0)
        return CLIPVisionModelWithProjection(config)


def _tiny() -> tuple[Any, Any]:
    """Random weights of a fixed seed and a word-level tokenizer: for tests only."""
    from tokenizers import Tokenizer, models, pre_tokenizers
    from transformers import DistilBertConfig, DistilBertModel

    plain = "a person walks runs left right jumps the to 0 1 2 3 4 5 6 7"
    words = ["[PAD]", "[UNK]", *plain.split(" ")]
    numbers = {word: number for number, word in enumerate(words)}
    tokenizer = Tokenizer(models.WordLevel(numbers, unk_token="[UNK]"))
    tokenizer.pre_tokenizer = pre_tokenizers.Whitespace()
    config = DistilBertConfig(
        vocab_size=120, dim=32, n_layers=2, n_heads=2, hidden_dim=64, max_position_embeddings=64
    )
    with torch.random.fork_rng():
        torch.manual_seed(0)
        return DistilBertModel(config), tokenizer
