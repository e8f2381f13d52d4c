"""What every gallery backend promises; a new backend is tested by being in the table."""

import hashlib
import sqlite3
import zlib
from pathlib import Path

import numpy as np
import pytest

from lavimo.errors import GalleryError, QueryError
from lavimo.gallery import Caption, FileRecord, NewItem, NewWindow
from lavimo.gallery.contract import Backend
from lavimo.gallery.sqlite import SqliteGallery

BACKENDS = {"sqlite": SqliteGallery}
DIM = 16
RANDOM = np.random.default_rng(7)


def unit(*shape):
    values = RANDOM.normal(size=shape).astype(np.float32)
    return values / np.linalg.norm(values, axis=-1, keepdims=True)


def sentence(text):
    values = np.random.default_rng(zlib.crc32(text.encode())).normal(size=384).astype(np.float32)
    return values / np.linalg.norm(values)


def item(clip="", *, start=0.0, end=8.0, captions=(), windows=0, **options):
    frames = round((end - start) * 20)
    positions = np.cumsum(RANDOM.normal(0, 0.01, (frames, 22, 3)), axis=0).astype(np.float32)
    return NewItem(
        clip=clip,
        start=start,
        end=end,
        fps=30.0,
        vector=unit(DIM),
        positions=positions,
        captions=tuple(Caption(text) for text in captions),
        windows=tuple(NewWindow(start + i, start + i + 4, unit(DIM)) for i in range(windows)),
        **options,
    )


def record(path, *items, content=None, error=None):
    sha = hashlib.sha256((content or str(path)).encode()).hexdigest()
    return FileRecord(Path(path), sha, 10, 20, "bvh", error, items, signature="s")


@pytest.fixture(params=BACKENDS)
def backend(request):
    return BACKENDS[request.param]


@pytest.fixture
def gallery(backend, tmp_path):
    with backend.create(tmp_path / "g.gallery", "model-a", DIM) as opened:
        yield opened


@pytest.fixture
def filled(gallery):
    records = [
        record(
            f"/m/{number}.bvh",
            item(
                captions=[f"walk number {number}", "a person kicks" if number % 2 else "sits down"],
                windows=2 if number % 3 == 0 else 0,
                end=9.0 if number % 3 == 0 else 3.0 + number / 10,
                source="CMU" if number < 5 else "HDM05",
                licence="MIT",
                tags=("walking",) if number < 8 else ("jump", "walking"),
                travel=float(number),
                attrs={"turn": 10.0 * number, "action": f"act {number % 2}"},
            ),
        )
        for number in range(10)
    ]
    texts = {c.text for r in records for i in r.items for c in i.captions}
    assert gallery.add(records, {text: sentence(text) for text in texts}) == 10
    return gallery


def test_the_class_has_all_that_the_contract_names(backend):
    promised = {name for name in vars(Backend) if not name.startswith("_")}
    assert promised - set(dir(backend)) == set()


def test_a_scan_gives_every_row_with_its_cosine(filled):
    seqs, cosines = filled.scan(query := unit(DIM))
    assert len(seqs) == 10 + 2 * 4
    assert (np.diff(seqs) > 0).all()
    np.testing.assert_allclose(cosines, filled.vectors(seqs) @ query, atol=1e-6)
    hits, values = filled.search(query, 3)
    assert hits.tolist() == seqs[np.argsort(-cosines, kind="stable")[:3]].tolist()
    assert values.tolist() == sorted(cosines.tolist(), reverse=True)[:3]


@pytest.mark.parametrize(
    ("where", "paths"),
    [
        ("turn > 65", {7, 8, 9}),
        ("source = 'cmu' and turn >= 20", {2, 3, 4}),
        ("tag = 'jump'", {8, 9}),
        ("not tag = 'jump' and turn > 50", {6, 7}),
        ("caption ~ 'kicking' and travel < 4", {1, 3}),
        ("path like '%/7.bvh'", {7}),
        ("action in ('act 0') and duration > 8", {0, 6}),
        ("caption = 'Sits Down' and kind = 'window'", {0, 6}),
        (
            "mirrored_of is null and source != 'CMU' and format = 'bvh'",
            {5, 6, 7, 8, 9},
        ),
        ("turn > 1000", set()),
    ],
)
def test_filters_choose_rows(filled, where, paths):
    query = unit(DIM)
    seqs, cosines = filled.scan(query, where)
    found = {int(Path(row.path).stem) for row in filled.rows(seqs)}
    # Windows carry what is said of their clip, and only what was measured of themselves.
    assert found == paths
    everything = dict(zip(*filled.scan(query), strict=True))
    np.testing.assert_allclose(cosines, [everything[seq] for seq in seqs], atol=1e-6)
    assert (np.diff(seqs) > 0).all()


def test_sentence_scores_take_the_best_caption_and_windows_have_their_clips(filled):
    query = sentence("a person kicks")
    seqs, scores, texts = filled.sentence_scores(query)
    assert seqs.tolist() == filled.scan(unit(DIM))[0].tolist()
    names = filled.texts()
    for row, score, text in zip(filled.rows(seqs), scores, texts, strict=True):
        cosines = [float(sentence(c.text) @ query) for c in row.captions]
        assert score == pytest.approx(max(cosines), abs=2e-3)
        assert names[text] == row.captions[int(np.argmax(cosines))].text
    some, _, _ = filled.sentence_scores(query, "turn > 65")
    assert some.tolist() == filled.scan(unit(DIM), "turn > 65")[0].tolist()


def test_a_penalty_can_leave_a_text_out(filled):
    names = filled.texts()
    penalty = np.array([np.inf if name == "a person kicks" else 0 for name in names], np.float32)
    _, _, texts = filled.sentence_scores(sentence("a person kicks"), None, penalty)
    assert "a person kicks" not in {names[text] for text in texts}


def test_a_row_without_caption_has_no_sentence(gallery):
    gallery.add([record("/m/a.bvh", item(windows=1))])
    seqs, scores, texts = gallery.sentence_scores(sentence("walk"))
    assert (len(seqs), scores.tolist(), texts.tolist()) == (2, [-1, -1], [-1, -1])


def test_rows_come_in_the_order_asked_for_with_all_they_have(filled):
    seqs, _ = filled.search(unit(DIM), 18)
    rows = filled.rows(seqs)
    assert [row.seq for row in rows] == seqs.tolist()
    window = next(row for row in rows if row.kind == "window")
    clip = filled.row(window.parent)
    assert (clip.kind, clip.parent) == ("clip", None)
    assert window.captions == clip.captions
    assert window.duration == clip.duration == 9.0
    assert window.end - window.start == 4
    assert clip.attrs["action"].startswith("act")
    assert clip.sha256 == window.sha256
    assert len(clip.sha256) == 64
    owners = filled.owners(seqs)
    assert owners[[row.seq for row in rows].index(window.seq)] == clip.seq
    assert owners[[row.seq for row in rows].index(clip.seq)] == clip.seq


def test_ids_are_stable_and_their_beginning_is_enough(backend, gallery, tmp_path):
    gallery.add([record("/m/a.bvh", item(), content="same")])
    (row,) = gallery.rows(gallery.scan(unit(DIM))[0])
    with backend.create(tmp_path / "other.gallery", "model-a", DIM) as other:
        other.add([record("/elsewhere/b.bvh", item(), content="same")])
        assert other.row(row.id).path == "/elsewhere/b.bvh"
    assert gallery.row(row.id[:6].upper()).seq == row.seq
    for wrong in ("zzzz", row.id[:3], "", "%"):
        with pytest.raises(GalleryError, match="no row with the id"):
            gallery.row(wrong)


def test_positions_of_a_window_are_a_slice_of_its_clip(gallery):
    stored = item(start=2.0, end=12.0, windows=3)
    gallery.add([record("/m/a.bvh", stored)])
    seqs, _ = gallery.scan(unit(DIM))
    assert np.abs(gallery.positions(int(seqs[0])) - stored.positions).max() < 0.00051
    third = gallery.positions(int(seqs[3]))
    assert np.abs(third - stored.positions[40:120]).max() < 0.00051


def test_words_are_found_with_their_endings(filled):
    seqs, scores = filled.text("kicking walks", 20)
    assert len(seqs) == 10
    assert (np.diff(scores) <= 0).all()
    assert all("kicks" in row.captions[1].text for row in filled.rows(seqs[:5]))
    assert len(filled.text("kick", 20, "turn > 50")[0]) == 2
    assert len(filled.text('kick" OR NEAR(', 20)[0]) == 5
    with pytest.raises(QueryError):
        filled.text("...", 3)


def test_facets_count_clips(filled):
    assert filled.facets("tag") == {"walking": 10, "jump": 2}
    assert filled.facets("source", "turn > 30") == {"HDM05": 5, "CMU": 1}
    assert filled.facets("duration") == {"2-5 s": 6, "5-10 s": 4}
    assert filled.facets("action") == {"act 0": 5, "act 1": 5}
    with pytest.raises(QueryError, match=r"cannot be counted; choose one of .*tag"):
        filled.facets("nonsense")


def test_a_changed_file_replaces_what_was_there(filled):
    changed = record("/m/3.bvh", item(captions=["something new"]), content="changed")
    filled.add([changed], {"something new": sentence("something new")})
    assert filled.stats().clips == 10
    assert filled.scan(unit(DIM), "caption ~ 'number 3'")[0].size == 0
    assert filled.scan(unit(DIM), "caption ~ 'something'")[0].size == 1
    assert filled.verify() == []


def test_a_copy_adds_its_captions_and_survives_the_original(gallery):
    one = item(captions=["first name"])
    gallery.add([record("/m/a.bvh", one, content="same")], {"first name": sentence("first name")})
    two = item(captions=["second name", "first name"])
    texts = {"second name": sentence("second name")}
    gallery.add([record("/m/copy.bvh", two, content="same")], texts)
    (row,) = gallery.rows(gallery.scan(unit(DIM))[0])
    assert [caption.text for caption in row.captions] == ["first name", "second name"]
    gallery.remove(paths=["/m/a.bvh"])
    assert gallery.row(row.id).path == "/m/copy.bvh"
    gallery.remove(paths=["/m/copy.bvh"])
    assert gallery.stats().clips == 0
    assert gallery.verify() == []


def test_a_moved_file_only_changes_its_path(filled):
    filled.move("/m/3.bvh", "/n/three.bvh")
    (row,) = filled.rows(filled.scan(unit(DIM), "path = '/n/three.bvh' and kind = 'clip'")[0][:1])
    assert row.captions[0].text == "walk number 3"


def test_removed_rows_are_gone_everywhere(filled):
    assert filled.remove(where="turn < 45") == 5
    seqs, _ = filled.scan(unit(DIM))
    assert len(seqs) == 5 + 2 * 2
    assert min(int(Path(row.path).stem) for row in filled.rows(seqs)) == 5
    assert len(filled.text("walk", 99)[0]) == 5
    with pytest.raises(GalleryError, match="search again"):
        filled.rows([1])
    with pytest.raises(GalleryError, match="search again"):
        filled.vectors([1])
    assert filled.verify() == []
    filled.compact()
    assert filled.verify() == []
    assert len(filled.texts()) == 7


def test_failed_files_are_remembered(gallery):
    gallery.add([record("/m/bad.bvh", error="bad.bvh is empty."), record("/m/a.bvh", item())])
    known = {file.path.name: file for file in gallery.files()}
    assert known["bad.bvh"].error == "bad.bvh is empty."
    assert (known["a.bvh"].error, known["a.bvh"].items) == (None, 1)
    assert (gallery.stats().files, gallery.stats().failed) == (1, 1)


def test_a_failing_batch_leaves_nothing_behind(filled):
    bad = item()
    bad.positions[0, 3] = 99.0
    before = filled.stats()
    with pytest.raises(GalleryError, match="unit"):
        filled.add([record("/m/new.bvh", item()), record("/m/bad.bvh", bad)])
    assert filled.stats().clips == before.clips
    assert filled.verify() == []


def test_readers_see_commits_at_once_and_a_snapshot_does_not(backend, filled):
    with backend.open(filled.path) as reader:
        query = unit(DIM)
        assert len(reader.scan(query)[0]) == 18
        filled.add([record("/m/new.bvh", item())])
        assert len(reader.scan(query)[0]) == 19
        with reader.snapshot():
            before = reader.scan(query)[0]
            filled.add([record("/m/newer.bvh", item())])
            filled.remove(paths=["/m/1.bvh"])
            assert reader.scan(query)[0].tolist() == before.tolist()
            assert len(reader.rows(before)) == 19
        assert len(reader.scan(query)[0]) == 19
        assert reader.verify() == []
        with pytest.raises(GalleryError, match="opened for reading"):
            reader.add([record("/m/x.bvh", item())])


def test_the_cache_can_be_deleted_damaged_or_old(backend, filled):
    query = unit(DIM)
    expected = filled.scan(query)[1]
    path = filled.path
    filled.close()
    caches = sorted((path / "cache").glob("*.f16"))
    assert len(caches) == 2
    old = [cache.read_bytes() for cache in caches]
    with backend.open(path) as reader:
        np.testing.assert_allclose(reader.scan(query)[1], expected, atol=1e-6)
    for cache in caches:
        cache.write_bytes(b"torn")
    with backend.open(path, write=True) as writer:
        np.testing.assert_allclose(writer.scan(query)[1], expected, atol=1e-6)
        writer.remove(paths=["/m/2.bvh"])
        writer.add([record("/m/new.bvh", item())])
    for cache, content in zip(caches, old, strict=True):
        cache.write_bytes(content)
    with backend.open(path) as reader:
        assert reader.verify() == []
        assert len(reader.scan(query)[0]) == 18
        assert len(reader.sentence_scores(sentence("walk"))[0]) == 18


def test_another_model_is_refused_and_can_take_over(backend, filled):
    with pytest.raises(GalleryError, match=r"lavimo gallery reindex .*g.gallery --model"):
        filled.expect_model("model-b", DIM)
    with pytest.raises(GalleryError, match="a vector of 16 numbers and got 8"):
        filled.scan(unit(8))
    change = filled.remodel("model-b", 8)
    missing = change.missing()
    assert len(missing) == 18
    change.add(missing[:9], unit(9, 8))
    with pytest.raises(GalleryError, match=r"9 rows .* not encoded"):
        change.finish()
    assert len(filled.scan(unit(DIM))[0]) == 18  # the old model serves until the end
    change = filled.remodel("model-b", 8)
    change.add(change.missing(), unit(9, 8))
    change.finish()
    assert (filled.model_id, filled.dim) == ("model-b", 8)
    assert len(filled.scan(unit(8))[0]) == 18
    assert filled.verify() == []


def test_a_backup_is_a_gallery(backend, filled, tmp_path):
    copy = filled.backup(tmp_path / "copy.gallery")
    with backend.open(copy) as reader:
        assert reader.verify() == []
        assert reader.stats().clips == 10
    with pytest.raises(GalleryError, match="exists"):
        filled.backup(copy)


def test_paths_beside_the_gallery_move_with_it(backend, tmp_path):
    place = tmp_path / "one"
    with backend.create(place / "g.gallery", "m", DIM) as made:
        made.add([record(place / "clips" / "a.bvh", item()), record("/far/b.bvh", item())])
    place.rename(tmp_path / "two")
    with backend.open(tmp_path / "two" / "g.gallery") as moved:
        paths = {row.path for row in moved.rows(moved.scan(unit(DIM))[0])}
    assert paths == {str(tmp_path / "two" / "clips" / "a.bvh"), "/far/b.bvh"}


def film(path, *, seconds=9.0, vector=None):
    poses = np.clip(RANDOM.normal(0, 0.5, (round(10 * seconds), 31)), -1, 1).astype(np.float32)
    made = NewItem(
        clip="",
        start=0.0,
        end=seconds,
        fps=29.97,
        vector=unit(DIM) if vector is None else vector,
        positions=None,
        captions=(Caption("a film"),),
        poses=poses,
        windows=(NewWindow(2.0, 6.0, unit(DIM)),),
    )
    return record(path, made), poses


def test_pose_rows_come_back_and_windows_are_slices(gallery):
    rows = np.clip(RANDOM.normal(0, 0.5, (80, 31)), -1, 1).astype(np.float32)
    rows[:, 27] = 50.0  # beyond what is stored: at the end of the range
    gallery.add([record("/m/a.bvh", item(windows=2)), record("/m/b.bvh", item())])
    seqs = gallery.seqs()
    assert seqs.tolist() == gallery.scan(unit(DIM))[0].tolist()
    assert gallery.poses(seqs) == [None] * 4
    clips = seqs[gallery.owners(seqs) == seqs]
    assert gallery.unposed() == clips.tolist()
    before = gallery.generation
    gallery.add_poses(clips[:1], [rows])
    assert gallery.generation > before
    assert gallery.unposed() == [clips[1]]
    found = dict(zip(seqs.tolist(), gallery.poses(seqs), strict=True))
    whole = found[clips[0]]
    steps = np.repeat([1 / 127, 1 / 12, 1 / 25], [27, 1, 3])
    assert (np.abs(whole - rows) <= steps / 2 + 1e-6)[:, np.r_[:27, 28:31]].all()
    np.testing.assert_allclose(whole[:, 27], 127 / 12)
    second = gallery.rows(seqs)[2]
    assert second.kind == "window"
    np.testing.assert_array_equal(found[second.seq], whole[10:50])
    assert found[clips[1]] is None
    assert gallery.verify() == []


def test_a_film_is_a_row_without_positions(gallery):
    known, poses = film("/m/a.mp4")
    unknown, _ = film("/m/b.mp4", vector=np.zeros(DIM, np.float32))
    gallery.add([known, unknown, record("/m/c.bvh", item())], {"a film": sentence("a film")})
    rows = gallery.rows(gallery.seqs())
    assert [row.kind for row in rows] == ["film", "window"] * 2 + ["clip"]
    assert [row.film for row in rows] == [True] * 4 + [False]
    assert rows[0].id != rows[2].id
    np.testing.assert_allclose(gallery.poses([rows[0].seq])[0][:, :27], poses[:, :27], atol=0.004)
    assert len(gallery.poses([rows[1].seq])[0]) == 40
    with pytest.raises(GalleryError, match=r"a.mp4 is a film and has no joints"):
        gallery.positions(rows[1].seq)
    assert gallery.seqs("kind = 'film'").tolist() == [rows[0].seq, rows[2].seq]
    assert gallery.films().tolist() == [rows[0].seq, rows[2].seq]
    assert gallery.seqs("kind != 'window'").tolist() == [rows[at].seq for at in (0, 2, 4)]
    stats = gallery.stats()
    assert (stats.clips, stats.films, stats.windows, stats.unposed) == (3, 2, 2, 1)
    assert stats.seconds == 26.0
    assert gallery.verify() == []
    assert gallery.remove(where="kind = 'film'") == 2
    assert gallery.stats().files == 1


def test_an_empty_gallery_answers(gallery):
    assert [len(part) for part in gallery.scan(unit(DIM))] == [0, 0]
    assert [len(part) for part in gallery.search(unit(DIM), 5, "duration < 3")] == [0, 0]
    assert [len(part) for part in gallery.sentence_scores(sentence("x"))] == [0, 0, 0]
    assert gallery.verify() == []


def test_what_is_no_gallery_is_said(backend, tmp_path):
    with pytest.raises(GalleryError, match=r"is not there; make one with `lavimo index"):
        backend.open(tmp_path / "none")
    with pytest.raises(GalleryError, match="is no gallery"):
        backend.open(tmp_path)
    (tmp_path / "full").mkdir()
    (tmp_path / "full" / "x").write_text("x")
    with pytest.raises(GalleryError, match="no empty folder"):
        backend.create(tmp_path / "full", "m", DIM)
    assert [path.name for path in tmp_path.iterdir()] == ["full"]


def test_a_second_writer_is_refused(backend, gallery):
    with pytest.raises(GalleryError, match=r"is being written by process \d+ .* since"):
        backend.open(gallery.path, write=True)


class TestSqlite:
    """What only the embedded gallery promises."""

    @pytest.fixture
    def path(self, tmp_path):
        with SqliteGallery.create(tmp_path / "g.gallery", "m", DIM) as made:
            made.add([record("/m/a.bvh", item())])
        return tmp_path / "g.gallery"

    @pytest.mark.parametrize(
        ("pragma", "said"),
        [("user_version=3", "pip install --upgrade"), ("application_id=1", "another program")],
    )
    def test_foreign_and_newer_databases_are_refused(self, path, pragma, said):
        database = sqlite3.connect(path / "gallery.sqlite")
        database.execute(f"PRAGMA {pragma}")
        database.close()
        with pytest.raises(GalleryError, match=said):
            SqliteGallery.open(path)

    def test_a_gallery_of_version_1_is_read_and_a_writer_brings_it_up_to_date(self, path):
        database = sqlite3.connect(path / "gallery.sqlite")
        database.executescript(
            "DROP TABLE pose; DROP INDEX item_film; PRAGMA user_version=1; "
            "UPDATE meta SET value = '1' WHERE key = 'version'"
        )
        database.close()
        with SqliteGallery.open(path) as reader:
            (seq,) = reader.seqs().tolist()
            assert reader.poses([seq]) == [None]
            assert reader.unposed() == [seq]
            assert (reader.stats().unposed, reader.verify()) == (1, [])
            with SqliteGallery.open(path, write=True) as writer:
                writer.add_poses([seq], [np.zeros((80, 31), np.float32)])
            assert len(reader.poses([seq])[0]) == 80
        with SqliteGallery.open(path) as reader:
            assert (reader.unposed(), reader.verify()) == ([], [])
            meta = dict(reader._session.database.execute("SELECT key, value FROM meta"))
            assert meta["version"] == "2"

    @pytest.mark.parametrize("write", [False, True])
    def test_a_damaged_file_is_said(self, path, write):
        (path / "gallery.sqlite").write_bytes(b"no database at all" * 400)
        with pytest.raises(GalleryError, match="damaged"):
            SqliteGallery.open(path, write=write)
        (path / "writer.lock").unlink(missing_ok=True)

    def test_a_full_disk_loses_nothing_acknowledged(self, path):
        with SqliteGallery.open(path, write=True) as opened:
            database = opened._session.database
            pages = database.execute("PRAGMA page_count").fetchone()[0]
            database.execute(f"PRAGMA max_page_count={pages + 4}")
            with pytest.raises(GalleryError, match=r"disk of .* is full"):
                opened.add([record(f"/m/{n}.bvh", item(end=20.0)) for n in range(20)])
            assert opened.stats().clips == 1
            database.execute("PRAGMA max_page_count=100000")
            assert opened.add([record("/m/b.bvh", item())]) == 1
        with SqliteGallery.open(path) as opened:
            assert opened.verify() == []
            assert opened.stats().clips == 2

    def test_verify_finds_what_is_wrong(self, path):
        database = sqlite3.connect(path / "gallery.sqlite")
        database.execute("DELETE FROM vector")
        database.execute("UPDATE clip SET joints = x'00'")
        database.commit()
        database.close()
        with SqliteGallery.open(path) as opened:
            said = " ".join(opened.verify())
        assert "1 rows have no vector" in said
        assert "damaged" in said

    def test_every_file_of_the_folder_is_explained(self, path):
        with SqliteGallery.open(path) as opened:
            opened.scan(unit(DIM))
        readme = (path / "README.txt").read_text()
        for file in path.iterdir():
            named = file.name in readme or file.name.startswith("gallery.sqlite")
            assert named or file.name == "README.txt"

    def test_network_file_systems_are_refused(self, path, monkeypatch):
        from lavimo.gallery import schema

        monkeypatch.setattr(schema, "_file_system", lambda place: "nfs4")
        with pytest.raises(GalleryError, match="network file system"):
            SqliteGallery.open(path)
