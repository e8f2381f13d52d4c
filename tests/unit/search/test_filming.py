"""Films as items of a gallery: indexed, found by words, motions and other films, never exported."""

import sqlite3
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from lavimo.cli import main
from lavimo.errors import DataError, GalleryError, VideoError
from lavimo.features.directions import Poses, from_motion
from lavimo.formats import write
from lavimo.gallery import Gallery
from lavimo.motion.clip import Motion
from lavimo.search import films, matching
from lavimo.search.asking import TEMPO, Watching, encode
from lavimo.search.films import Film
from lavimo.search.index import index
from lavimo.search.query import parse
from lavimo.search.reindex import reindex
from lavimo.search.searcher import Searcher
from lavimo.search.take_home import take_home

Make = Callable[[int, int], Poses]


class Seeing:
    """A model that reads films: a vector is the mean pose, words are found by their letters."""

    model_id = "seeing"
    dim = 27
    modalities: tuple[str, ...] = ("text", "motion", "video")

    def __init__(self) -> None:
        self.calibration: dict[str, object] = {}

    def encode_poses(self, poses: Sequence[Poses], side: str) -> np.ndarray:
        assert side == "film"
        rows = np.stack([one.limbs.mean(axis=0) for one in poses])
        return rows / np.linalg.norm(rows, axis=1, keepdims=True)

    def encode_positions(self, clips: Sequence[np.ndarray]) -> np.ndarray:
        return self.encode_poses([from_motion(clip, 20.0) for clip in clips], "film")

    def encode_motion(self, motions: Sequence[Motion]) -> np.ndarray:
        return self.encode_positions([motion.positions for motion in motions])

    def encode_text(self, texts: Sequence[str]) -> np.ndarray:
        return np.tile(np.eye(1, self.dim, dtype=np.float32), (len(texts), 1))

    def encode_sentences(self, texts: Sequence[str]) -> np.ndarray:
        rows = np.zeros((len(texts), 384), np.float32)
        for row, text in zip(rows, texts, strict=True):
            for word in text.lower().split():
                row += np.random.default_rng(list(word.encode())).normal(size=384)
        return rows / np.linalg.norm(rows, axis=1, keepdims=True)


class Blind(Seeing):
    """The same without films."""

    model_id = "blind"
    modalities: tuple[str, ...] = ("text", "motion")


@pytest.fixture
def shot(
    tmp_path: Path, some_poses: Make, walk: Motion, monkeypatch: pytest.MonkeyPatch
) -> dict[str, Poses]:
    """A folder with two films and a motion; what the networks would see is made up."""
    seen = {
        "dance_01.mp4": some_poses(95, 3),
        "stroll.mov": from_motion(walk.positions, walk.fps),
    }
    folder = tmp_path / "shots"
    folder.mkdir()
    for name in [*seen, "nobody.mkv"]:
        (folder / name).write_text(name)
    (folder / "preview.gif").write_text("not indexed with its folder")
    (folder / "stroll.txt").write_text("somebody strolls along\n")
    write(walk, folder / "walking.bvh")

    def read(path: Path, *, start: float = 0.0, end: float | None = None, **_: object) -> Film:
        if path.name not in seen:
            raise VideoError(f"{path.name} shows nobody who could be followed.")
        return Film(str(path), seen[path.name], start=start + 0.5, fps=25.0)

    monkeypatch.setattr(films, "read", read)
    monkeypatch.setattr(films, "cannot", lambda: "")
    return seen


@pytest.mark.parametrize("model", [Seeing(), Blind()])
def test_films_are_indexed_and_found(shot: dict[str, Poses], tmp_path: Path, model: Seeing) -> None:
    place = tmp_path / "g.gallery"
    report = index([tmp_path / "shots"], place, model, workers=1)
    assert (report.files, report.clips, report.windows) == (3, 3, 4)
    assert [Path(one.path).name for one in report.failures] == ["nobody.mkv"]
    assert "shows nobody" in report.failures[0].reason
    again = index([tmp_path / "shots"], place, model, workers=1)
    assert (again.files, again.skipped) == (0, 3)
    with Gallery.open(place) as gallery:
        assert gallery.verify() == []
        assert gallery.stats().films == 2
        items = gallery.rows(gallery.films())
        dance = next(item for item in items if item.path.endswith("dance_01.mp4"))
        assert (dance.span, dance.fps, dance.format) == ((0.5, 10.0), 25.0, "mp4")
        assert [caption.text for caption in dance.captions] == ["dance"]
        lengths = np.linalg.norm(gallery.vectors(gallery.films()), axis=1)
        np.testing.assert_allclose(lengths, float(isinstance(model, Seeing) and "video"
                                                  in model.modalities), atol=1e-3)  # fmt: skip
        searcher = Searcher(gallery, model)
        # By words, by another film, by a motion file, by its id.
        assert searcher.search("somebody strolls along", k=1)[0].item.path.endswith("stroll.mov")
        film = Film("query.mp4", shot["dance_01.mp4"].cut(10, 80))
        hit = searcher.search(film, k=1)[0]
        assert (hit.item.path, hit.item.film) == (dance.path, True)
        assert hit.film_span is not None
        # Rows begin at 0.5 s of the found film; the query begins a second later.
        assert hit.span[0] - hit.film_span[0] == pytest.approx(1.5, abs=0.4)
        walking = str(tmp_path / "shots" / "walking.bvh")
        by_motion = searcher.search(walking, k=3, by="motion", expand=True)
        assert {Path(hit.item.path).name for hit in by_motion[:2]} == {"walking.bvh", "stroll.mov"}
        stroll = next(item for item in items if item.path.endswith("stroll.mov"))
        like = searcher.search(f"id:{stroll.id}", k=2, by="motion")
        assert Path(like[0].item.path).name == "walking.bvh"
        assert searcher.search(film, where="kind = 'film'").searched == 2
        with pytest.raises(GalleryError, match=r"dance_01.mp4 is a film.*copy the film itself"):
            take_home(gallery, dance, tmp_path / "out.bvh")
        assert not (tmp_path / "out.bvh").exists()


def test_only_of_a_film_is_it_said_that_it_is_strange(
    shot: dict[str, Poses], tmp_path: Path, walk: Motion, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(matching, "STRANGE", 1e6)  # everything is like nothing
    index([tmp_path / "shots"], tmp_path / "g.gallery", Seeing(), workers=1)
    with Gallery.open(tmp_path / "g.gallery") as gallery:
        searcher = Searcher(gallery, Seeing())
        filmed = searcher.search(Film("query.mp4", shot["stroll.mov"]))
        assert sum("Nobody in this gallery" in note for note in filmed.notes) == 1
        assert not searcher.search(walk).notes


def test_a_new_model_reads_films_from_their_pose_rows(
    shot: dict[str, Poses], tmp_path: Path
) -> None:
    place = tmp_path / "g.gallery"
    index([tmp_path / "shots"], place, Blind(), workers=1)
    assert reindex(place, Seeing()) == 7
    with Gallery.open(place) as gallery:
        seqs = gallery.films()
        expected = Seeing().encode_poses([shot["dance_01.mp4"], shot["stroll.mov"]], "film")
        found = gallery.vectors(seqs)
        assert sorted(np.argmax(found @ expected.T, axis=1)) == [0, 1]
        np.testing.assert_allclose((found @ expected.T).max(axis=1), 1, atol=1e-3)
        assert gallery.verify() == []


def test_films_wait_for_the_extra_and_are_not_remembered_as_failed(
    shot: dict[str, Poses], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    place = tmp_path / "g.gallery"
    with monkeypatch.context() as patch:
        patch.setattr(films, "cannot", lambda: 'Reading films needs `pip install "lavimo[video]"`.')
        report = index([tmp_path / "shots"], place, Seeing(), workers=1)
        assert report.files == 1
        assert len(report.failures) == 3
        assert "is a film. Reading films needs" in report.failures[0].reason
        with pytest.raises(DataError, match="is a film"):
            index([tmp_path / "shots" / "stroll.mov"], tmp_path / "o.gallery", Seeing(), workers=1)
    assert index([tmp_path / "shots"], place, Seeing(), workers=1).files == 2


def test_parts_of_a_film_are_items_of_their_own(shot: dict[str, Poses], tmp_path: Path) -> None:
    manifest = tmp_path / "shots" / "manifest.jsonl"
    manifest.write_text(
        '{"file": "dance_01.mp4", "start": 2, "end": 4, "captions": ["a jump"], "licence": "MIT"}\n'
        '{"file": "dance_01.mp4", "start": 5, "captions": ["a spin"], "id": "b"}\n'
    )
    index([manifest], tmp_path / "g.gallery", Seeing(), workers=1)
    with Gallery.open(tmp_path / "g.gallery") as gallery:
        items = gallery.rows(gallery.films())
        assert [item.captions[0].text for item in items] == ["a jump", "a spin"]
        assert [item.start for item in items] == [2.5, 5.5]
        assert items[0].licence == "MIT"


def test_what_cannot_is_one_sentence(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(films, "LIBRARIES", ("no_such_library",))
    assert films.cannot() == (
        'Reading films needs an optional part: run `pip install "lavimo[video]"`.'
    )
    monkeypatch.setattr(films, "LIBRARIES", ("subprocess", "json"))
    from lavimo.video import model_files

    monkeypatch.setattr(model_files, "FOLDER", Path("/nowhere"))
    assert "fetch_pose_models" in films.cannot()


def test_movement_tells_calm_from_lively(some_poses: Make) -> None:
    lively = some_poses(40, 1)
    calm = replace(lively, limbs=np.tile(lively.limbs[:1], (40, 1)))
    assert films.movement(calm) == 0
    assert films.movement(lively) > films.CALM


def test_pose_rows_that_are_missing_are_added_and_the_model_stays(
    walk: Motion, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    write(walk, tmp_path / "walk.bvh")
    index([tmp_path / "walk.bvh"], tmp_path / "g.gallery", Blind(), workers=1)
    database = sqlite3.connect(tmp_path / "g.gallery" / "gallery.sqlite")
    database.executescript("DROP TABLE pose; DROP INDEX item_film; PRAGMA user_version=1;")
    database.close()
    assert main(["gallery", "reindex", str(tmp_path / "g.gallery")]) == 0
    assert "pose rows of 1 clips; its model stays" in capsys.readouterr().out
    with Gallery.open(tmp_path / "g.gallery") as gallery:
        assert gallery.model_id == "blind"
        assert gallery.unposed() == []
        (rows,) = gallery.poses(gallery.seqs())
        assert rows is not None
        np.testing.assert_allclose(
            rows[:, :27], from_motion(gallery.positions(1), 20.0).limbs, atol=0.01
        )


def test_a_film_is_read_at_its_own_tempo_and_faster(some_poses: Make, tmp_path: Path) -> None:
    lengths: list[int] = []

    class Counting(Seeing):
        def encode_poses(self, poses: Sequence[Poses], side: str) -> np.ndarray:
            lengths.extend(len(one) for one in poses)
            return super().encode_poses(poses, side)

    with Gallery.create(tmp_path / "g.gallery", model_id="seeing", dim=27) as gallery:
        asked = encode(parse(Film("a.mp4", some_poses(60, 1))), gallery, Counting, Watching())
    assert lengths == [60, 43, 30]
    own, quicker, twice = asked.views
    assert own.cost == 0
    assert twice.cost == pytest.approx(TEMPO * np.log(2))
    assert own.cost < quicker.cost < twice.cost
    assert {view.film for view in asked.views} == {0}
