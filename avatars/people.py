"""The thirteen people: who they are and what they wear."""

from dataclasses import dataclass

Colour = tuple[int, int, int]


@dataclass(frozen=True)
class Top:
    """Upper garment: `sleeve` 0 shoulder, 1 elbow, 2 wrist; `loose` metres off the skin."""

    sleeve: float
    neck: str
    style: str
    colour: Colour
    second: Colour
    loose: float


@dataclass(frozen=True)
class Bottom:
    """Trousers to limb position `length` (1 knee, 2 ankle), or a skirt to `hem` (canonical dm)."""

    colour: Colour
    length: float = 0.25
    loose: float = 0.0
    hem: float | None = None
    stripe: Colour | None = None


@dataclass(frozen=True)
class Person:
    """One avatar: body axes in 0..1 as the MakeHuman modifiers use them, then looks."""

    name: str
    male: float
    age: float
    muscle: float
    weight: float
    height: float
    race: tuple[float, float, float]  # African, Asian, Caucasian
    skin: Colour
    hair: str
    hair_colour: Colour
    top: Top
    bottom: Bottom
    shoes: Colour
    beard: Colour | None = None


_NAVY, _WHITE = (54, 60, 72), (240, 240, 240)

PEOPLE = (
    Person(
        "a01", 1, 0.5, 0.55, 0.45, 0.53, (0, 0, 1), (226, 178, 148), "short", (70, 45, 28),
        Top(0.62, "crew", "plain", (38, 70, 140), (38, 70, 140), 0.012),
        Bottom((58, 62, 78), 1.9, 0.5), (225, 225, 228),
    ),
    Person(
        "a02", 0, 0.5, 0.4, 0.4, 0.5, (0, 0, 1), (236, 196, 170), "long", (150, 95, 45),
        Top(1.82, "wide", "plain", (196, 52, 60), (196, 52, 60), 0.008),
        Bottom((35, 50, 90), 1.95, 0.15), (40, 36, 36),
    ),
    Person(
        "a03", 1, 0.52, 0.75, 0.55, 0.58, (1, 0, 0), (92, 58, 40), "buzz", (18, 14, 12),
        Top(0.12, "wide", "number", (235, 235, 235), (200, 30, 30), 0.012),
        Bottom((190, 28, 34), 0.85, 1.0), (20, 20, 24),
    ),
    Person(
        "a04", 0, 0.5, 0.45, 0.35, 0.48, (0, 1, 0), (232, 190, 152), "bob", (32, 26, 26),
        Top(0.55, "crew", "stripes", (250, 205, 60), (250, 250, 245), 0.012),
        Bottom((40, 70, 66), hem=-3.2), (245, 245, 245),
    ),
    Person(
        "a05", 1, 0.8, 0.4, 0.7, 0.47, (0, 0, 1), (222, 170, 142), "bald", (205, 205, 205),
        Top(1.86, "polo", "check", (112, 132, 90), (205, 200, 180), 0.02),
        Bottom((128, 100, 70), 1.92, 0.7), (70, 45, 30), (190, 188, 184),
    ),
    Person(
        "a06", 0, 0.5, 0.5, 0.6, 0.5, (1, 0, 0), (122, 78, 52), "afro", (26, 18, 14),
        Top(0.3, "v", "plain", (24, 150, 140), (24, 150, 140), 0.01),
        Bottom((236, 232, 220), 1.9, 0.4), (210, 120, 40),
    ),
    Person(
        "a07", 1, 0.5, 0.5, 0.35, 0.51, (0, 1, 0), (222, 180, 140), "short", (16, 15, 18),
        Top(1.88, "high", "hoodie", (60, 60, 64), (235, 120, 30), 0.028),
        Bottom((86, 96, 112), 1.93, 0.6), (235, 90, 40),
    ),
    Person(
        "a08", 0, 0.85, 0.35, 0.6, 0.46, (0, 0.4, 0.6), (228, 184, 158), "bun", (196, 196, 200),
        Top(1.6, "crew", "dots", (140, 90, 150), (235, 220, 235), 0.015),
        Bottom((70, 60, 90), hem=-5.6), (60, 50, 60),
    ),
    Person(
        "a09", 1, 0.5, 0.3, 0.9, 0.5, (0.3, 0.3, 0.4), (188, 132, 96), "short", (40, 28, 22),
        Top(0.66, "crew", "plain", (232, 110, 36), (232, 110, 36), 0.016),
        Bottom((66, 84, 60), 1.05, 1.0), (90, 90, 96), (40, 28, 22),
    ),
    Person(
        "a10", 0, 0.5, 0.7, 0.4, 0.55, (0.6, 0, 0.4), (160, 106, 72), "pony", (45, 28, 20),
        Top(0.0, "wide", "band", (210, 40, 120), (30, 30, 36), 0.003),
        Bottom((30, 30, 38), 1.75, 0.0, stripe=(210, 40, 120)), (180, 240, 60),
    ),
    Person(
        "a11", 1, 0.36, 0.4, 0.45, 0.45, (0, 0.3, 0.7), (238, 194, 164), "short", (196, 150, 80),
        Top(0.6, "crew", "stripes", (90, 180, 90), (245, 245, 235), 0.014),
        Bottom((50, 80, 150), 0.95, 0.9), (200, 40, 40),
    ),
    Person(
        "a12", 0, 0.5, 0.4, 0.5, 0.5, (0.3, 0.3, 0.4), (200, 150, 112), "scarf", (60, 110, 150),
        Top(1.9, "high", "plain", (226, 214, 190), (226, 214, 190), 0.022),
        Bottom((60, 110, 150), hem=-6.9), (50, 40, 36),
    ),
    Person(
        "a13", 1, 0.62, 0.5, 0.5, 0.6, (0, 0.15, 0.85), (216, 160, 130), "cap", (30, 44, 84),
        Top(1.86, "polo", "suit", _NAVY, _WHITE, 0.02),
        Bottom(_NAVY, 1.93, 0.5), (28, 24, 22), (120, 80, 50),
    ),
)  # fmt: skip
