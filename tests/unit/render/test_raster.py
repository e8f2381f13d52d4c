"""The rasteriser on shapes whose pictures are known by formula."""

import numpy as np
import pytest

pytest.importorskip("numba", reason="the raster needs the extra `video`")

from lavimo.render.camera import look_at
from lavimo.render.raster import Body, Light, Raster, pack_textures
from lavimo.render.shade import to_linear, to_srgb

WHITE = np.full((2, 2, 3), 255, np.uint8)
SUN = np.ones(3, np.float32)
DARK = np.zeros(3, np.float32)


def body(triangles, uv=None, texture=WHITE, vertices=0):
    triangles = np.asarray(triangles, np.int32)
    count = max(vertices, int(triangles.max()) + 1)
    uv = np.full((count, 2), 0.5, np.float32) if uv is None else np.asarray(uv, np.float32)
    texels, pages = pack_textures([texture])
    return Body(triangles, uv, np.zeros(len(triangles), np.uint8), texels, pages)


def flat_light(shadow=0.0, direction=(0, 1, 0), sun=DARK, sky=SUN, ground=SUN):
    direction = np.asarray(direction, np.float32)
    direction = direction / np.linalg.norm(direction)
    return Light(direction, sun, sky, ground, shadow)


def front(distance, height=0.0, focal=1.0):
    camera = look_at(0.0, 0.0, (0.0, height, distance))
    return type(camera)(camera.eye, camera.axes, focal)


def cube(half=0.5):
    v = half * np.array([(x, y, z) for x in (-1, 1) for y in (-1, 1) for z in (-1, 1)], np.float32)
    quads = [(0, 1, 3, 2), (4, 6, 7, 5), (0, 4, 5, 1), (2, 3, 7, 6), (0, 2, 6, 4), (1, 5, 7, 3)]
    return v, body([t for a, b, c, d in quads for t in ((a, b, c), (a, c, d))])


def sphere(rings=48, radius=0.5):
    up = np.linspace(0, np.pi, rings + 1)
    around = np.linspace(0, 2 * np.pi, 2 * rings + 1)
    p, a = np.meshgrid(up, around, indexing="ij")
    unit = np.stack([np.sin(p) * np.sin(a), np.cos(p), np.sin(p) * np.cos(a)], -1)
    unit = unit.reshape(-1, 3).astype(np.float32)
    n = 2 * rings + 1
    i, j = np.meshgrid(np.arange(rings), np.arange(2 * rings), indexing="ij")
    a, b, c, d = i * n + j, (i + 1) * n + j, (i + 1) * n + j + 1, i * n + j + 1
    triangles = np.stack([np.stack([a, b, c], -1), np.stack([a, c, d], -1)], 2).reshape(-1, 3)
    return radius * unit, unit, body(triangles)


def draw(raster, shape, vertices, camera, light, normals=None, background=0):
    normals = np.zeros_like(vertices) if normals is None else normals
    behind = np.full((1, raster.height, raster.width, 3), background, np.uint8)
    return raster.draw(shape, vertices[None], normals[None], [camera], light, behind)[0]


def test_a_cube_seen_square_on_covers_exactly_its_pixels():
    vertices, shape = cube()
    raster = Raster(64, 64)
    covered = raster.silhouette(shape, vertices, front(2.5))
    expected = np.zeros((64, 64), bool)
    expected[16:48, 16:48] = True  # one metre two metres away: half of the picture
    assert np.array_equal(covered, expected)


def test_neighbours_leave_no_hole_and_share_no_sample():
    rng = np.random.default_rng(5)
    n = 12
    x, y = np.meshgrid(np.linspace(-1, 1, n), np.linspace(-1, 1, n))
    inner = np.zeros((n, n), bool)
    inner[1:-1, 1:-1] = True
    jitter = rng.uniform(-0.03, 0.03, (2, n, n)) * inner
    vertices = np.stack([x + jitter[0], y + jitter[1], 0 * x], -1).reshape(-1, 3)
    vertices = vertices.astype(np.float32)
    i, j = np.meshgrid(np.arange(n - 1), np.arange(n - 1), indexing="ij")
    a, b, c, d = i * n + j, i * n + j + 1, (i + 1) * n + j + 1, (i + 1) * n + j
    triangles = np.stack([np.stack([a, b, c], -1), np.stack([a, c, d], -1)], 2).reshape(-1, 3)
    raster, camera = Raster(90, 90), front(1.7)
    whole = raster.ids(body(triangles), vertices, camera) >= 0
    assert whole.all()  # the plane reaches beyond the picture
    each = [
        (raster.ids(body(t[None], vertices=n * n), vertices, camera) >= 0).sum() for t in triangles
    ]
    assert sum(each) == whole.sum()


def test_the_nearest_triangle_is_seen_and_of_equals_the_first():
    quad = np.array([(-1, -1, 0), (1, -1, 0), (1, 1, 0), (-1, 1, 0)], np.float32)
    behind, twice = quad - [0, 0, 0.5], quad
    vertices = np.concatenate([behind, quad, twice]).astype(np.float32)
    two = np.array([(0, 1, 2), (0, 2, 3)])
    shape = body(np.concatenate([two, two + 4, two + 8]))
    raster = Raster(16, 16)
    assert set(np.unique(raster.ids(shape, vertices, front(1.2)))) == {2, 3}
    depth = raster.depth(shape, vertices, front(1.2))
    assert np.abs(depth - 1.2).max() < 1e-5


def test_what_is_behind_the_eye_is_left_out():
    vertices = np.array([(-1, -1, 3), (1, -1, 3), (0, 1, 3)], np.float32)
    assert not Raster(16, 16).silhouette(body([(0, 1, 2)]), vertices, front(2.0)).any()


def test_a_texture_keeps_its_orientation():
    texture = np.zeros((8, 8, 3), np.uint8)
    texture[:4, :4], texture[:4, 4:], texture[4:, :4] = (255, 0, 0), (0, 255, 0), (0, 0, 255)
    vertices = np.array([(-1, -1, 0), (1, -1, 0), (1, 1, 0), (-1, 1, 0)], np.float32)
    uv = [(0, 1), (1, 1), (1, 0), (0, 0)]  # v goes down, as glTF has it
    picture = draw(
        Raster(32, 32),
        body([(0, 1, 2), (0, 2, 3)], uv, texture),
        vertices,
        front(2.0),
        flat_light(),
    )
    assert picture[8, 8].tolist() == [255, 0, 0]
    assert picture[8, 24].tolist() == [0, 255, 0]
    assert picture[24, 8].tolist() == [0, 0, 255]
    assert picture[24, 24].tolist() == [0, 0, 0]


def test_edges_are_averaged_in_linear_light():
    # One metre is 16.5 pixels: the right edge lies in the middle of a pixel.
    vertices = np.array([(-1, -1, 0), (0.5, -1, 0), (0.5, 1, 0), (-1, 1, 0)], np.float32)
    picture = draw(Raster(32, 32), body([(0, 1, 2), (0, 2, 3)]), vertices,
                   front(1.0, focal=17 / 32), flat_light())  # fmt: skip
    assert picture[16, 24].tolist() == [188, 188, 188]  # half the light, not half the value
    assert picture[16, 23].tolist() == [255, 255, 255]
    assert picture[16, 25].tolist() == [0, 0, 0]


@pytest.mark.parametrize("direction", [(1, 0.5, 0.6), (-0.7, 0.7, 0.2), (0, 1, 0)])
def test_a_sphere_is_shaded_as_the_formula_says(direction):
    vertices, normals, shape = sphere()
    sky, ground = np.float32([0.3, 0.3, 0.3]), np.float32([0.1, 0.1, 0.1])
    light = flat_light(0.0, direction, np.float32([0.6, 0.5, 0.4]), sky, ground)
    camera = front(2.0, focal=1.6)
    picture = draw(Raster(96, 96), shape, vertices, camera, light, normals)
    at = (np.arange(96) + 0.5 - 48) / 96 / 1.6
    x, y = np.meshgrid(at, -at)
    ray = np.stack([x, y, -np.ones_like(x)], -1)
    a = (ray**2).sum(-1)  # |(0, 0, 2) + t ray| = 0.5
    root = 16 - 4 * a * 3.75
    hit = root > 0.15  # away from the rim, where a polygon differs from a circle
    t = (4 - np.sqrt(np.where(hit, root, 1))) / (2 * a)
    normal = (np.array([0, 0, 2.0]) + t[..., None] * ray) / 0.5
    key = np.maximum((normal * light.direction).sum(-1), 0)[..., None]
    sway = 0.5 + 0.5 * normal[..., 1:2]
    expected = 255 * to_srgb((light.sun * key + ground + (sky - ground) * sway).astype(np.float32))
    off = np.abs(picture.astype(float) - expected)[hit]
    assert hit.sum() > 2000
    assert (off <= 2.5).mean() > 0.995, np.quantile(off, [0.5, 0.99, 1])


def test_the_back_of_a_sheet_is_lit_from_its_own_side():
    vertices = np.array([(-1, -1, 0), (1, -1, 0), (1, 1, 0), (-1, 1, 0)], np.float32)
    normals = np.tile(np.float32([0, 0, 1]), (4, 1))
    shape = body([(0, 1, 2), (0, 2, 3)])
    light = flat_light(0.0, (0, 0, 1), SUN, DARK, DARK)
    faced = draw(Raster(8, 8), shape, vertices, front(2.0), light, normals)
    camera = look_at(np.pi, 0.0, (0.0, 0.0, -2.0))
    behind = draw(Raster(8, 8), shape, vertices, camera, light, normals)
    assert faced[4, 4, 0] == 255
    assert behind[4, 4, 0] == 0


def test_the_shadow_lies_away_from_the_light_and_touches_the_foot():
    vertices, shape = cube(0.25)
    vertices = vertices + np.float32([0, 0.25, 0])
    camera = look_at(0.0, 0.5, (0.0, 2.2, 3.5))
    raster = Raster(128, 128)
    light = flat_light(0.5, (1, 1, 0))
    picture = draw(raster, shape, vertices, camera, light, background=200)[..., 0].astype(int)
    inside = raster.silhouette(shape, vertices, camera)
    dark = (picture < 190) & ~inside
    columns = np.flatnonzero(inside.any(axis=0))
    assert dark[:, : columns[0]].sum() > 40  # light from the right: the shadow lies left
    assert dark[:, columns[-1] + 3 :].sum() == 0
    foot = np.flatnonzero(inside[:, columns[0] + 2])[-1]
    assert dark[foot - 3 : foot + 3, columns[0] - 3 : columns[0]].any()
    deepest = to_linear(np.float32([picture[dark].min() / 255]))[0]
    assert deepest == pytest.approx(0.5 * to_linear(np.float32([200 / 255]))[0], abs=0.02)


def test_pictures_are_the_same_bytes_and_leave_no_trace_of_the_last():
    vertices, normals, shape = sphere(16)
    raster, light = Raster(64, 48), flat_light(0.4, (1, 1, 1), SUN, DARK, DARK)
    camera = look_at(0.3, 0.4, (0.6, 1.3, 2.0))
    first = draw(raster, shape, vertices, camera, light, normals, 90)
    draw(raster, shape, vertices + np.float32([0.4, 0.3, 0]), camera, light, normals, 10)
    again = draw(raster, shape, vertices, camera, light, normals, 90)
    fresh = draw(Raster(64, 48), shape, vertices, camera, light, normals, 90)
    assert np.array_equal(first, again)
    assert np.array_equal(first, fresh)


@pytest.mark.parametrize("samples", [1, 2, 3])
def test_torch_draws_the_same_pictures(samples):
    pytest.importorskip("torch")
    from lavimo.training.raster import TorchRaster

    rng = np.random.default_rng(2)
    vertices, normals, shape = sphere(14)
    texture = rng.integers(0, 255, (16, 24, 3)).astype(np.uint8)
    uv = rng.uniform(-0.5, 1.5, (len(vertices), 2))
    shape = body(shape.triangles, uv, texture)
    light = flat_light(0.4, (1, 1, 1), SUN, 0.3 * SUN, 0.1 * SUN)
    cameras = [look_at(0.3, 0.4, (0.6, 1.3, 2.0)), look_at(-1.0, 0.2, (-1.5, 0.9, 0.8))]
    behind = rng.integers(0, 255, (2, 72, 96, 3)).astype(np.uint8)
    both = np.stack([vertices, vertices + np.float32([0.1, 0.6, 0])])
    args = (shape, both, np.stack([normals, normals]), cameras, light, behind)
    numba, torch = Raster(96, 72, samples).draw(*args), TorchRaster(96, 72, samples).draw(*args)
    off = np.abs(numba.astype(int) - torch)
    assert (off > 2).mean() < 1e-4
    assert (off > 0).mean() < 5e-3
