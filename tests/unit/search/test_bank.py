"""The bank of a gallery: in step with it, saved and found again."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from lavimo.features import bank as features_bank
from lavimo.features import signature
from lavimo.features.bank import Likeness, make
from lavimo.features.directions import Poses, from_motion
from lavimo.gallery import Caption, FileRecord, Gallery, NewItem
from lavimo.search import bank
from lavimo.search.bank import BankOf

Make = Callable[[int, int], Poses]


class TestBankOf:
    """The bank of a gallery."""

    @pytest.fixture
    def add(self, gallery: Gallery, walk: object) -> Callable[..., None]:
        positions = walk.positions  # type: ignore[attr-defined]

        def store(name: str, *, speed: int = 1, posed: bool = True) -> None:
            mine = np.ascontiguousarray(positions[::speed])
            item = NewItem(
                clip="",
                start=0.0,
                end=len(mine) / 20,
                fps=20.0,
                vector=np.eye(gallery.dim, dtype=np.float32)[0],
                positions=mine,
                captions=(Caption(name),),
                poses=from_motion(mine, 20.0).rows if posed else None,
            )
            content = f"{len(name)}{speed}".rjust(64, "0")
            gallery.add([FileRecord(Path("/m") / name, content, 1, 1, items=(item,))])

        return store

    def test_it_follows_the_gallery(self, gallery: Gallery, add: Callable[..., None]) -> None:
        add("a.bvh")
        add("bb.bvh", speed=2)
        of = BankOf(gallery)
        first = of.get()
        assert first.seqs.tolist() == gallery.seqs().tolist()
        assert of.get() is first
        add("ccc.bvh", speed=3)
        gallery.remove(paths=["/m/a.bvh"])
        second = of.get()
        assert second.seqs.tolist() == gallery.seqs().tolist()
        fresh = make(second.seqs, of.poses(second.seqs.tolist()), second.metric)
        np.testing.assert_array_equal(second.rows, fresh.rows)
        np.testing.assert_array_equal(second.starts, fresh.starts)
        np.testing.assert_array_equal(second.spans, fresh.spans)

    def test_a_saved_bank_is_used_and_a_damaged_one_made_again(
        self, gallery: Gallery, add: Callable[..., None], monkeypatch: pytest.MonkeyPatch
    ) -> None:
        add("a.bvh")
        add("bb.bvh", speed=2)
        made = BankOf(gallery).get()
        file = gallery.path / "cache" / bank.CACHE
        content = file.read_bytes()
        with monkeypatch.context() as patch:
            patch.setattr(features_bank, "_make", lambda *_: pytest.fail("it was saved"))
            np.testing.assert_array_equal(BankOf(gallery).get().rows, made.rows)
        for torn in (content[: len(content) // 2], b"", content[:-1]):
            file.write_bytes(torn)
            np.testing.assert_array_equal(BankOf(gallery).get().rows, made.rows)
            assert file.read_bytes() == content

    def test_missing_pose_rows_are_computed(
        self, gallery: Gallery, add: Callable[..., None]
    ) -> None:
        add("a.bvh", posed=False)
        add("bb.bvh", speed=2)
        of = BankOf(gallery)
        assert len(of.get()) == 2
        assert of.computed == 1
        add("a.bvh")  # the same again, now with rows
        exact = of.poses([int(gallery.seqs()[0])])[0]
        assert len(exact) > 10

    def test_an_empty_gallery_has_an_empty_bank(self, gallery: Gallery, some_poses: Make) -> None:
        made = BankOf(gallery).get()
        assert len(made) == 0
        assert made.scores(signature.windows(some_poses(20, 0)), Likeness(15.0)).shape[2] == 0
