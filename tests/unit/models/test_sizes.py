"""Parameter counts of METHOD.md B27, and what its tests ask of the fusion (B16)."""

import pytest
import torch
from torch import nn

from lavimo.models.decoder import Decoder, DecoderLayer
from lavimo.models.fusion import Fusion, Source
from lavimo.models.layers import Layer
from lavimo.models.motion_encoder import MotionEncoder
from lavimo.models.text_encoder import TextEncoder
from lavimo.presets import LAVIMO_PAPER_2MODAL as PAPER


def size(module: nn.Module) -> int:
    return sum(p.numel() for p in module.parameters())


def test_counts_are_those_of_the_paper_preset() -> None:
    model = PAPER.model
    assert size(Layer(model.motion_tower)) == 2_102_784
    assert size(MotionEncoder(model.motion, model.motion_tower)) == 12_752_384
    assert size(TextEncoder(model.text, model.text_tower)) == 13_010_944
    recon = PAPER.loss.reconstruction
    assert size(DecoderLayer(512, recon.heads, recon.ff, 0.1)) == 3_154_432
    assert size(Decoder(263, recon.layers, 512, recon.heads, recon.ff, 0.1)) == 19_061_511
    assert size(Fusion(("motion", "text", "video"), 512, 8, 0.1)) == 3_151_872


def test_vector_fusion_ignores_the_query() -> None:
    torch.manual_seed(0)
    fusion = Fusion(("motion", "text"), 32, 4, 0.0).eval()
    motion, text = torch.randn(3, 32), torch.randn(3, 32)
    sources = {"motion": Source(motion[:, None]), "text": Source(text[:, None])}
    torch.testing.assert_close(fusion(motion, sources), fusion(torch.randn(3, 32), sources))


def test_token_fusion_does_not_know_the_order_of_tokens() -> None:
    torch.manual_seed(0)
    fusion = Fusion(("motion", "text"), 32, 4, 0.0).eval()
    motion, tokens = torch.randn(3, 32), torch.randn(3, 7, 32)
    seen = torch.ones(3, 7, dtype=torch.bool)
    there = fusion(motion, {"motion": Source(tokens, seen)})
    back = fusion(motion, {"motion": Source(tokens.flip(1), seen)})
    torch.testing.assert_close(there, back)


def test_a_missing_modality_drops_its_term() -> None:
    torch.manual_seed(0)
    fusion = Fusion(("motion", "text"), 32, 4, 0.0).eval()
    motion, tokens = torch.randn(3, 32), torch.randn(3, 7, 32)
    with_text = fusion(motion, {"motion": Source(tokens), "text": Source(tokens)})
    alone = fusion(motion, {"motion": Source(tokens)})
    text_only = fusion(motion, {"text": Source(tokens)})
    torch.testing.assert_close(with_text, alone + text_only)
    assert with_text.shape == (3, 32)


def test_padding_frames_are_decoded_to_zero() -> None:
    decoder = Decoder(12, 1, 32, 4, 64, 0.0).eval()
    seen = torch.tensor([[True, True, False]])
    made = decoder(torch.randn(1, 32), seen)
    assert made[0, 2].abs().max() == 0
    assert made[0, :2].abs().max() > 0
    with pytest.raises(AssertionError):
        torch.testing.assert_close(made[0, 0], made[0, 1])
