"""What a page weighs: script, avatars, a second of motion, and whole pages.

    python benchmarks/pages.py [--clips 10]

Clips are choreographed (seeds 1 to N, two actions each), so the figures are the same anywhere.
"""

import argparse
import zlib

from lavimo.data.choreography import choreograph
from lavimo.render import avatar, embed, page


def cards(clips: list, cast: tuple[str, ...] | None) -> list[str]:
    """A card a clip, on avatars that take turns or as the figure."""
    return [
        page.card(
            clip.positions, title="a clip", fps=clip.fps,
            avatar=cast[number % len(cast)] if cast else None,
        )
        for number, clip in enumerate(clips)
    ]  # fmt: skip


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--clips", type=int, default=10)
    args = parser.parse_args()
    clips = [choreograph(seed, events=2) for seed in range(1, args.clips + 1)]
    seconds = sum(len(clip.positions) / clip.fps for clip in clips)
    bare = len(cards([choreograph(1, events=1)], None)[0]) - len(
        embed.clip_of(choreograph(1, events=1).positions, 20.0, None).joints
    )
    print(f"{args.clips} clips of {seconds:.0f} s in all; kB of HTML")
    script = len(page._script()) + len(page._asset("page.css"))
    print(f"script and style        {script / 1000:8.1f}")
    each = [len(embed.mesh_of(avatar.load(name)).html) / 1000 for name in avatar.names()]
    print(f"an avatar               {min(each):8.1f} to {max(each):.1f}")
    for name, cast in (("avatars", page.CAST), ("figures", None)):
        made = cards(clips, cast)
        second = (sum(map(len, made)) - bare * len(made)) / seconds
        html = page.page([("", "", made)], "Clips")
        packed = len(zlib.compress(html.encode())) / 1000
        print(f"a second, {name:13} {second / 1000:8.1f}")
        print(f"the page of {name:11} {len(html) / 1000:8.1f}   deflated {packed:.1f}")
        one = page.page([("", "", made[:1])], "A clip")
        print(
            f"the first clip alone    {len(one) / 1000:8.1f}   {len(clips[0].positions) / 20:.1f} s"
        )


if __name__ == "__main__":
    main()
