"""Clips filmed on avatars: sides, sizes, sameness, damage, refusals."""

import dataclasses
import subprocess
import sys

import msgspec
import numpy as np
import pytest

pytest.importorskip("numba", reason="the raster needs the extra `video`")

from lavimo.errors import RenderError
from lavimo.motion.clip import mirror_positions
from lavimo.render import avatar, grade, scene, shot, skin, studio
from lavimo.render.view import Backdrop, Panel, View, default_view, draw_view

FRONT = View(avatar="a01", yaw=0.0)


@pytest.fixture(scope="module")
def standing():
    """Two seconds of standing on the spot in a body like SMPL's, arms down."""
    from lavimo.motion import rotations as rot
    from lavimo.motion.clip import from_rotations
    from lavimo.motion.skeleton import SMPL_22

    local = rot.identity(40, 22)
    for joint, turn in ((16, -1.2), (17, 1.2)):
        local[:, joint] = rot.from_axis_angle(np.array([0.0, 0.0, 1.0]), np.full(40, turn))
    root = np.tile(np.float32([0, 0.9, 0]), (40, 1))
    return from_rotations(SMPL_22, local, 20.0, root=root).positions


@pytest.fixture(scope="module")
def left_arm_up(standing):
    """The same with the left arm straight out to the side."""
    raised = standing.copy()
    raised[:, [18, 20]] = standing[:, [16]] + np.float32([[[0.26, 0, 0], [0.51, 0, 0]]])
    return raised


def picture(positions, view, frame=0, **options):
    return next(iter(studio.shoot(positions, 20.0, view, frames=[frame], **options)))


def test_a_left_arm_is_on_the_right_of_a_picture_from_the_front(left_arm_up):
    take = studio.Take(left_arm_up, 20.0, FRONT, size=128)
    columns = np.flatnonzero(take.silhouette(5).any(axis=0))
    pelvis = take.shot.camera(5).project(take.posed.joints[5, :1], 128, 128)[0, 0]
    assert columns[-1] - pelvis > 1.5 * (pelvis - columns[0])


def test_a_mirrored_motion_is_no_flipped_picture(left_arm_up):
    plain = studio.Take(left_arm_up, 20.0, FRONT, size=128)
    mirrored = studio.Take(mirror_positions(left_arm_up), 20.0, FRONT, size=128)
    outline = plain.silhouette(5)
    flipped = mirrored.silhouette(5)[:, ::-1]
    assert (outline & flipped).sum() / (outline | flipped).sum() > 0.9  # the other arm is out
    # The print on the shirt and the light stay where they are.
    assert np.abs(plain.picture(5).astype(int) - mirrored.picture(5)[:, ::-1]).mean() > 2


def test_the_head_is_up_and_the_feet_meet_their_shadow(standing):
    take = studio.Take(standing, 20.0, FRONT, size=192)
    outline = take.silhouette(0)
    rows = np.flatnonzero(outline.any(axis=1))
    widths = outline[rows].sum(axis=1)
    assert widths[: len(rows) // 12].max() < 0.6 * widths.max()  # a head is narrow
    bare = msgspec.structs.replace(FRONT, shadow=0.0)
    dark = picture(standing, bare, size=192).astype(int) - take.picture(0)
    shade = (dark.sum(axis=2) > 20) & ~outline
    assert shade.any()
    beside = np.flatnonzero(shade.any(axis=1))
    assert abs(beside[-1] - rows[-1]) < 12


def test_the_same_call_gives_the_same_bytes(walk):
    view = draw_view("twice", avatars=avatar.names())
    first = list(studio.shoot(walk.positions, walk.fps, view, size=96, frames=[0, 9]))
    again = list(studio.shoot(walk.positions, walk.fps, view, size=96, frames=[0, 9]))
    assert all(np.array_equal(a, b) for a, b in zip(first, again, strict=True))


def test_chosen_frames_are_those_of_the_whole_film(walk):
    view = draw_view("some", view=4, avatars=avatar.names())
    whole = list(studio.shoot(walk.positions, walk.fps, view, size=64))
    some = list(studio.shoot(walk.positions, walk.fps, view, size=64, frames=[50, 7]))
    assert len(whole) == len(walk)
    assert np.array_equal(some[0], whole[50])
    assert np.array_equal(some[1], whole[7])


def test_several_frames_at_once_are_the_same(walk):
    view = View(avatar="a05", follow=True, tremor=1.0, noise=4.0)
    take = studio.Take(walk.positions, walk.fps, view, size=64)
    together = take.pictures([3, 30])
    assert np.array_equal(together[0], take.picture(3))
    assert np.array_equal(together[1], take.picture(30))


@pytest.mark.parametrize(
    ("aspect", "size", "expected"),
    [
        (1.0, 64, (64, 64)),
        (9 / 16, 64, (64, 36)),
        (16 / 9, 64, (36, 64)),
        (2.0, (50, 70), (70, 50)),
    ],
)
def test_sizes_follow_the_aspect(standing, aspect, size, expected):
    view = View(avatar="a02", aspect=aspect)
    assert picture(standing, view, size=size).shape == (*expected, 3)


def test_avatars_of_the_caller_come_first(standing):
    own = avatar.load("a09")
    view = View(avatar="mine")
    assert np.array_equal(
        picture(standing, view, size=64, avatars={"mine": own}),
        picture(standing, View(avatar="a09"), size=64),
    )


@pytest.mark.parametrize(
    ("change", "message"),
    [({"avatar": "nobody"}, "There is no avatar 'nobody'"),
     ({"backdrop": Backdrop(kind="photo", photo="none.jpg")}, "none.jpg cannot be read")],
)  # fmt: skip
def test_what_is_missing_is_said(standing, change, message):
    with pytest.raises(RenderError, match=message):
        picture(standing, msgspec.structs.replace(FRONT, **change), size=64)


def test_what_cannot_be_drawn_is_said(standing):
    broken = standing.copy()
    broken[3, 4] = np.nan
    with pytest.raises(RenderError, match="no numbers"):
        picture(broken, FRONT, size=64)
    with pytest.raises(RenderError, match="9000 x 9000"):
        picture(standing, FRONT, size=9000)


def test_skinning_is_that_of_the_avatar(standing):
    person = avatar.load("a04")
    take = studio.Take(standing, 20.0, View(avatar="a04"), size=64)
    rotations, joints = take.posed.rotations[7], take.posed.joints[7]
    vertices, normals = avatar.skin(person, rotations, joints)
    fast, turned = np.empty_like(vertices), np.empty_like(normals)
    skin.skin(person.vertices, person.normals, person.bones, person.weights, person.joints,
              rotations, joints, fast, turned)  # fmt: skip
    assert np.abs(fast - vertices).max() < 1e-5
    assert np.abs(turned - normals).max() < 1e-4


def test_large_textures_are_halved():
    person = avatar.load("a04")
    texture = np.zeros((2048, 4096, 3), np.uint8)
    texture[:, 2048:] = 200
    body = studio.body_of(dataclasses.replace(person, textures=(texture,)))
    assert body.pages.tolist() == [[0, 1024, 512]]
    assert body.texels[[0, 511, 512, 1023], 0].tolist() == [0, 0, 200, 200]


def test_surroundings_are_where_they_should_be(standing):
    panel = Panel(wall=0, left=0.2, right=0.8, bottom=0.4, top=0.9, colour=(1.0, 0.0, 0.0))
    room = Backdrop(kind="room", low=(0.2, 0.2, 0.2), high=(0.2, 0.2, 0.2), panels=(panel,))
    view = View(avatar="a01", yaw=0.0, focal=0.9, backdrop=room, elevation=5.0)
    seen = shot.fit(standing, 20.0, view, aspect=1.0)
    behind = scene.build(view, seen, standing).paint(seen.camera(0), 96, 96, 2).astype(int)
    red = (behind[..., 0] > 200) & (behind[..., 1] < 60)
    rows, columns = np.nonzero(red)
    assert 0.02 < red.mean() < 0.5
    assert abs(columns.mean() - 48) < 6  # it faces the camera
    assert rows.mean() < 48  # above the middle
    black = msgspec.structs.replace(view, backdrop=Backdrop(kind="black"))
    assert scene.build(black, seen, standing).paint(seen.camera(0), 32, 32).max() == 0


def test_a_photo_is_seen_upright_and_unflipped(standing, tmp_path):
    from PIL import Image

    pixels = np.zeros((64, 64, 3), np.uint8)
    pixels[:32, :32], pixels[:32, 32:] = (255, 0, 0), (0, 255, 0)
    Image.fromarray(pixels).save(tmp_path / "wall.png")
    photo = Backdrop(kind="photo", photo=str(tmp_path / "wall.png"))
    view = View(avatar="a01", elevation=0.0, backdrop=photo, yaw=130.0)
    seen = shot.fit(standing, 20.0, view, aspect=1.0)
    behind = scene.build(view, seen, standing).paint(seen.camera(0), 64, 64).astype(int)
    assert behind[6, 20].tolist() == [255, 0, 0]
    assert behind[6, 44].tolist() == [0, 255, 0]


def test_grading_does_what_it_says():
    rng = np.random.default_rng(1)
    plain = rng.integers(40, 200, (1, 64, 48, 3)).astype(np.uint8)

    def graded(**change):
        view = msgspec.structs.replace(View(avatar="a"), **change)
        return grade.graded(plain.copy(), [0], view).astype(float)

    assert np.array_equal(graded(), plain)
    assert graded(brightness=1.1).mean() == pytest.approx(1.1 * plain.mean(), rel=0.01)
    assert graded(contrast=0.8).std() == pytest.approx(0.8 * plain.std(), rel=0.02)
    noise = graded(noise=5.0) - plain
    assert noise.std() == pytest.approx(5, rel=0.05)
    assert abs(noise.mean()) < 0.2
    assert graded(blur=8.0).std() < 0.6 * plain.std()
    assert graded(blur=8.0).mean() == pytest.approx(plain.mean(), abs=1)
    assert 1 < np.abs(graded(jpeg=60) - plain).mean() < 40


def test_without_numba_one_sentence_says_what_to_install():
    script = (
        "import sys; sys.modules['numba'] = None\n"
        "from lavimo.cli import main\n"
        "sys.exit(main(['render', 'x.bvh', '-o', 'x.mp4']))"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True)
    assert done.returncode == 2
    assert done.stderr.count("\n") == 1
    assert 'pip install "lavimo[video]"' in done.stderr


def test_default_is_calm():
    view = default_view("a03")
    assert (view.jpeg, view.noise, view.blur, view.tremor, view.roll) == (0, 0.0, 0.0, 0.0, 0.0)
