"""Language models by name: a folder, a hub name, or a tiny random one for tests (ASSETS.md 1)."""

import os
from pathlib import Path
from typing import Any

import torch
from torch import Tensor, nn

from lavimo.errors import MissingExtra, ModelError
from lavimo.shapes import Bool, Float

TINY = "tiny:distilbert"


class DistilBert(nn.Module):
    """Texts to token states (B, L, width) and their mask; trainable, as the paper fine-tunes it.

    Source: LAVIMO section 3.1; METHOD.md B3.
    """

    def __init__(self, spec: str, max_tokens: int, train: bool) -> None:
        super().__init__()
        self.model, self.tokenizer = _tiny() if spec == TINY else _pretrained(spec)
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


def _pretrained(spec: str) -> tuple[Any, Any]:
    try:
        from transformers import AutoTokenizer, DistilBertModel
    except ImportError as error:
        raise MissingExtra(f"The language model {spec}", "hub") from error
    local = Path(spec).is_dir()
    offline = local or os.environ.get("HF_HUB_OFFLINE") == "1"
    for only_local in (True, False):
        if not only_local and offline:
            break
        try:
            model = DistilBertModel.from_pretrained(spec, local_files_only=only_local)
            tokenizer = AutoTokenizer.from_pretrained(spec, local_files_only=only_local)
            return model, tokenizer.backend_tokenizer
        except (OSError, ValueError):
            continue
    place = "in this folder" if local else "in the hub's cache, and the hub did not answer"
    raise ModelError(
        f"The language model {spec} was not found {place}; give a folder that holds it with "
        "--set model.text.backbone=FOLDER, or train lavimo_small_2modal, which needs none."
    )


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
