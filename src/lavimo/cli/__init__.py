"""The command line: a user's words into calls, answers into tables and JSON.

stdout carries the answer, stderr the progress. Exit 0: done; 1: nothing found where that is an
answer; 2: wrong use, in one sentence.
"""

import argparse
import importlib
import os
import sys
from typing import NamedTuple, NoReturn

from lavimo.errors import LavimoError


class Command(NamedTuple):
    """Where a command lives: `module` holds `name_options(parser)` and `name(args) -> int`."""

    module: str
    summary: str


COMMANDS: dict[str, Command] = {
    "search": Command("search", "find motion by a sentence, a motion file or a gallery id"),
    "index": Command("index", "put folders, files and manifests of motion into a gallery"),
    "export": Command("search", "take a hit home as BVH, GLB or NPY"),
    "info": Command("motion", "say what a motion file holds and what is wrong with it"),
    "convert": Command("motion", "turn a motion file into another format or onto another rig"),
    "features": Command("motion", "write the 263 numbers a frame of HumanML3D"),
    "show": Command("show", "draw a motion as a film or a page"),
    "render": Command("render", "film a motion, or a whole data set, on an avatar"),
    "gallery": Command("index", "look after a gallery: stats, verify, backup, compact"),
    "demo": Command("demo", "build the synthetic gallery, ask it, and write a page"),
    "data": Command("study", "prepare data sets, and check captions against motions"),
    "train": Command("train", "train a model from a preset"),
    "evaluate": Command("study", "judge a model on a test split"),
    "explain": Command("explain", "show which words and moments a motion looks at"),
}


class _Parser(argparse.ArgumentParser):
    def error(self, message: str) -> NoReturn:
        self.exit(2, f"lavimo: {message}; `{self.prog} --help` shows the use.\n")


def main(argv: list[str] | None = None) -> int:
    """Run one command and return its exit code."""
    argv = sys.argv[1:] if argv is None else argv
    name = argv[0] if argv else "--help"
    if name in ("-h", "--help"):
        print(_overview())
        return 0
    if name == "--version":
        from lavimo import __version__

        print(f"lavimo {__version__}")
        return 0
    if name not in COMMANDS:
        print(f"lavimo: there is no command {name!r}{_nearest(name)}", file=sys.stderr)
        return 2
    return _run(name, argv[1:])


def _run(name: str, rest: list[str]) -> int:
    command = COMMANDS[name]
    module = importlib.import_module(f"lavimo.cli.{command.module}")
    parser = _Parser(
        prog=f"lavimo {name}",
        description=command.summary[0].upper() + command.summary[1:] + ".",
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--debug", action="store_true", help="show the traceback of an error")
    getattr(module, f"{name}_options")(parser)
    args = parser.parse_args(rest)
    try:
        code: int = getattr(module, name)(args)
        return code
    except LavimoError as error:
        if args.debug:
            raise
        print(f"lavimo: {error}", file=sys.stderr)
        return 2
    except KeyboardInterrupt:
        print("\nlavimo: stopped; run the same command again to go on.", file=sys.stderr)
        return 130
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0


def _overview() -> str:
    width = max(map(len, COMMANDS))
    lines = [f"  {name:<{width}}  {command.summary}" for name, command in COMMANDS.items()]
    return "\n".join(
        [
            "usage: lavimo COMMAND ... [--help] [--version]",
            "",
            "Find human motion by sentence, by film and by example.",
            "",
            *lines,
            "",
            'example: lavimo search "a person kicks with the left leg"',
        ]
    )


def _nearest(name: str) -> str:
    import difflib

    near = difflib.get_close_matches(name, COMMANDS, n=1)
    hint = f"; did you mean `lavimo {near[0]}`?" if near else "."
    return hint + " `lavimo --help` lists them all."
