"""Throwing, catching, swinging and other moves with an imagined ball or club."""

from lavimo.data.choreography.action import HANDS, Action
from lavimo.data.choreography.programme import Event
from lavimo.data.choreography.score import Stage


def throw_overarm(stage: Stage, event: Event) -> None:
    """Hand back behind the head, step with the far foot, throw."""
    leg = stage.figure.leg
    for _ in range(event.count):
        stage.move(
            0.35,
            near_arm=(0.5, 0.3, -0.25, 0.2),
            far_arm=(0.1, 0.0, 0.75),
            spine=(-0.15, 0, 0.55),
            pelvis=(0, 0, 0.3),
            sway=(0.05, -0.08),
        )
        stage.tread("far", 0.25, (0, 0.5 * leg, 0))
        stage.move(0.22, root=(0, 0.2 * leg, 0), near_arm=(0.45, 0.55, -0.2, 0.2), height=0.97)
        stage.move(0.1, near_arm=(0.15, 0.6, 0.7), spine=(0.15, 0, -0.2), pelvis=(0.1, 0, -0.1))
        stage.move(
            0.13,
            near_arm=(-0.3, -0.35, 0.75),
            spine=(0.4, 0, -0.55),
            pelvis=(0.15, 0, -0.3),
            far_arm=(0.25, -0.7, -0.3),
            root=(0, 0.3 * leg, 0),
            sway=(0, 0),
        )
        stage.move(0.25, near_arm=(-0.35, -0.75, 0.3))
        stage.tread("far", 0.32)
        stage.move(
            0.35,
            root=(0, 0, 0),
            spine=(0, 0, 0),
            pelvis=(0, 0, 0),
            height=1.0,
            near_arm=None,
            far_arm=None,
        )
    stage.settle(0.2)


def throw_underarm(stage: Stage, event: Event) -> None:
    """Hand swung back low, then forward and up."""
    leg = stage.figure.leg
    for _ in range(event.count):
        stage.move(0.35, near_arm=(0.15, -0.7, -0.62), spine=(0.25, 0, 0.25), height=0.95)
        stage.tread("far", 0.28, (0, 0.45 * leg, 0))
        stage.move(0.25, root=(0, 0.2 * leg, 0), height=0.88, spine=(0.35, 0, 0.1))
        stage.move(0.16, near_arm=(0.05, -0.75, 0.6), spine=(0.25, 0, -0.1))
        stage.move(0.14, near_arm=(0.0, 0.25, 0.92), spine=(0.05, 0, -0.2), height=0.95)
        stage.move(0.25)
        stage.tread("far", 0.32)
        stage.move(0.35, root=(0, 0, 0), spine=(0, 0, 0), height=1.0, near_arm=None)
    stage.settle(0.2)


def bowl(stage: Stage, event: Event) -> None:
    """Deep lunge with the ball swung low along the floor."""
    leg = stage.figure.leg
    stage.move(0.4, near_arm=(-0.05, -0.3, 0.55), far_arm=(-0.15, -0.3, 0.5), spine=(0.15, 0, 0))
    stage.tread("near", 0.3, (0, 0.35 * leg, 0))
    stage.move(0.35, root=(0, 0.2 * leg, 0), near_arm=(0.1, -0.85, 0.2), far_arm=(0.45, -0.6, 0.1))
    stage.tread("far", 0.4, (0, 1.0 * leg, 0))
    stage.move(
        0.25,
        root=(0, 0.5 * leg, 0),
        near_arm=(0.15, -0.65, -0.68),
        spine=(0.4, 0, 0.2),
        height=0.84,
    )
    stage.move(
        0.2,
        root=(0, 0.75 * leg, 0),
        height=0.68,
        spine=(0.65, 0.1, 0.1),
        pelvis=(0.25, 0, 0),
        near_arm=(0.05, -0.95, 0.1),
        far_arm=(0.75, -0.2, -0.2),
    )
    stage.move(0.2, near_arm=(0.0, 0.1, 0.97), spine=(0.5, 0, -0.2))
    stage.move(0.35)
    stage.tread("near", 0.45, (0, 1.0 * leg, 0))
    stage.move(0.5, root=(0, 1.0 * leg, 0), height=1.0, pelvis=(0, 0, 0))
    stage.settle(0.35)


def catch(stage: Stage, event: Event) -> None:
    """Both hands reach out and draw the ball to the chest."""
    for _ in range(event.count):
        stage.move(0.35, both_arm=(-0.05, 0.0, 0.85), spine=(0.08, 0, 0), height=0.96)
        stage.move(0.2)
        stage.move(0.16, both_arm=(-0.2, -0.25, 0.35, 0.3), spine=(0.2, 0, 0), height=0.92)
        stage.move(0.35)
        stage.move(0.3, both_arm=(0.0, -0.5, 0.4), spine=(0, 0, 0), height=1.0)
    stage.settle(0.3)


def dribble(stage: Stage, event: Event) -> None:
    """One hand bounces a ball at the near side."""
    stage.move(
        0.4,
        height=0.9,
        spine=(0.3, 0.06, 0),
        head=(-0.15, 0, 0),
        near_arm=(0.15, -0.45, 0.5),
        far_arm=(0.3, -0.6, 0.3),
    )
    for _ in range(event.count):
        stage.move(0.2, near_arm=(0.15, -0.85, 0.4), height=0.88)
        stage.move(0.22, near_arm=(0.15, -0.4, 0.52), height=0.9)
    stage.settle(0.4)


def shoot_basket(stage: Stage, event: Event) -> None:
    """Ball from the chest over the head, wrist flick, a little off the heels."""
    for _ in range(event.count):
        stage.move(0.35, both_arm=(-0.18, -0.25, 0.45, 0.3), height=0.82, spine=(0.2, 0, 0))
        stage.toes(0.25, 0.0, 0.6)
        stage.move(
            0.25,
            near_arm=(-0.1, 0.55, 0.45, 0.3),
            far_arm=(-0.2, 0.5, 0.4, 0.3),
            height=1.03,
            spine=(-0.1, 0, 0),
            head=(-0.3, 0, 0),
        )
        stage.move(0.14, near_arm=(0.0, 0.8, 0.58), far_arm=(0.05, 0.65, 0.5))
        stage.move(0.3)
        stage.toes(0.2, 0.0, 0.0)
        stage.move(0.3, both_arm=(0.1, -0.5, 0.5), height=1.0, spine=(0, 0, 0), head=(0, 0, 0))
    stage.settle(0.3)


def golf(stage: Stage, event: Event) -> None:
    """Club back over the near shoulder, swung down and through to the far side."""
    stage.tread("near", 0.3, wide=1.9)
    stage.move(
        0.35,
        both_arm=(-0.38, -0.85, 0.35),
        spine=(0.4, 0, 0),
        pelvis=(0.2, 0, 0),
        height=0.94,
        head=(0.2, 0, 0),
    )
    for _ in range(event.count):
        stage.move(0.35)
        stage.move(
            0.6,
            near_arm=(0.35, 0.35, 0.2, 0.4),
            far_arm=(-0.72, 0.3, 0.4, 0.2),
            spine=(0.3, 0, 0.8),
            pelvis=(0.15, 0, 0.4),
            sway=(0.06, 0),
        )
        stage.move(
            0.16,
            both_arm=(-0.38, -0.85, 0.35),
            spine=(0.4, 0, 0),
            pelvis=(0.2, 0, -0.1),
            sway=(-0.02, 0),
        )
        stage.move(
            0.16,
            near_arm=(-0.7, -0.1, 0.55),
            far_arm=(0.25, -0.1, 0.75, 0.1),
            spine=(0.25, 0, -0.6),
            pelvis=(0.1, 0, -0.4),
            sway=(-0.08, 0),
        )
        stage.move(
            0.16,
            near_arm=(-0.72, 0.4, 0.3, 0.2),
            far_arm=(0.3, 0.4, 0.1, 0.4),
            spine=(0.0, 0, -0.85),
            pelvis=(0, 0, -0.6),
            head=(0, 0, -0.3),
        )
        stage.move(0.4)
        stage.move(
            0.45,
            both_arm=(-0.38, -0.85, 0.35),
            spine=(0.4, 0, 0),
            pelvis=(0.2, 0, 0),
            head=(0.2, 0, 0),
            sway=(0, 0),
        )
    stage.tread("near", 0.3)
    stage.settle(0.4)


def bat(stage: Stage, event: Event) -> None:
    """A bat over the near shoulder, swung level across the body."""
    stage.tread("far", 0.3, (0, 0.3 * stage.figure.leg, 0), wide=1.4)
    stage.move(
        0.4,
        near_arm=(0.2, 0.15, 0.2, 0.8),
        far_arm=(-0.62, 0.12, 0.35, 0.2),
        spine=(0.1, 0, 0.7),
        pelvis=(0, 0, 0.35),
        head=(0, 0, -0.7),
        height=0.93,
    )
    for _ in range(event.count):
        stage.move(0.35, spine=(0.1, 0, 0.85), sway=(0.03, -0.05))
        stage.move(
            0.14,
            near_arm=(-0.2, -0.15, 0.85),
            far_arm=(-0.25, -0.15, 0.85),
            spine=(0.12, 0, 0.0),
            pelvis=(0, 0, -0.1),
            sway=(0, 0.06),
        )
        stage.move(
            0.14,
            near_arm=(-0.75, -0.02, 0.4),
            far_arm=(0.35, 0.0, 0.55, 0.2),
            spine=(0.08, 0, -0.8),
            pelvis=(0, 0, -0.5),
            head=(0, 0, 0.2),
        )
        stage.move(0.35)
        if event.count > 1:
            stage.move(
                0.5,
                near_arm=(0.2, 0.15, 0.2, 0.8),
                far_arm=(-0.62, 0.12, 0.35, 0.2),
                spine=(0.1, 0, 0.7),
                pelvis=(0, 0, 0.35),
                head=(0, 0, -0.7),
                sway=(0, 0),
            )
    stage.tread("far", 0.3)
    stage.move(0.3, height=1.0, pelvis=(0, 0, 0), sway=(0, 0))
    stage.settle(0.4)


def racket(stage: Stage, event: Event) -> None:
    """Forehand: racket arm back at hip height, swung forward and up across."""
    for _ in range(event.count):
        stage.tread("far", 0.35, (0.05, 0.35 * stage.figure.leg, 0))
        stage.move(
            0.4,
            near_arm=(0.75, -0.4, -0.4),
            far_arm=(0.0, -0.2, 0.7),
            spine=(0.1, 0, 0.75),
            pelvis=(0, 0, 0.3),
            height=0.93,
        )
        stage.move(
            0.17,
            near_arm=(0.35, -0.25, 0.85),
            spine=(0.12, 0, 0.0),
            root=(0, 0.15, 0),
            far_arm=(0.3, -0.4, 0.3),
        )
        stage.move(0.17, near_arm=(-0.5, 0.35, 0.55), spine=(0.08, 0, -0.65), pelvis=(0, 0, -0.3))
        stage.move(0.25)
        stage.tread("far", 0.3)
        stage.move(
            0.35,
            root=(0, 0, 0),
            height=1.0,
            spine=(0, 0, 0),
            pelvis=(0, 0, 0),
            near_arm=(0.1, -0.6, 0.35),
        )
    stage.settle(0.3)


def kick_ball(stage: Stage, event: Event) -> None:
    """Two steps, leg swung from behind through the ball."""
    leg = stage.figure.leg
    stage.tread("near", 0.32, (0, 0.5 * leg, 0))
    stage.move(
        0.34, root=(0, 0.3 * leg, 0), near_arm=(0.15, -0.9, -0.3), far_arm=(0.1, -0.85, 0.35)
    )
    stage.tread("far", 0.3, (0, 1.05 * leg, 0))
    stage.move(0.3, root=(0, 0.8 * leg, 0), near_arm=(0.4, -0.6, 0.3), far_arm=(0.55, -0.55, -0.2))
    place = (0, 1.05 * leg, 0)
    stage.move(
        0.12,
        near_leg=(0.1, -0.6, -0.65, 0, 0.9),
        root=place,
        spine=(0.05, 0, 0.2),
        sway=(-0.06, 0),
        height=0.97,
    )
    stage.move(0.12, near_leg=(0.06, -0.92, 0.25, 0, 0.9), spine=(0.2, 0, 0))
    stage.move(
        0.13,
        near_leg=(-0.05, -0.5, 0.83, 0, 0.7),
        spine=(0.15, 0, -0.35),
        near_arm=(0.3, -0.75, -0.4),
        far_arm=(0.35, -0.3, 0.6),
        pelvis=(-0.1, 0, 0.2),
    )
    x, z, yaw = stage.spot("near", *place)
    stage.key(f"foot_{stage.side('near')}", stage.now, (x, 0.0, z, yaw, 0.0), stage.now - 0.05)
    stage.move(0.35, near_leg=None, spine=(0, 0, 0), pelvis=(0, 0, 0), sway=(0, 0), height=1.0)
    stage.settle(0.35)


ACTIONS = {
    "throw_overarm": Action(
        throw_overarm, ("{throw} a ball overarm with $hand", "{hurl} something forward with $arm",
                        "{throw} something overhand with $hand"),
        sides=HANDS, counts=(1, 2),
    ),
    "throw_underarm": Action(
        throw_underarm, ("{throw} a ball underarm with $hand",
                    "{toss} something from below with $hand",
                         "{throw} something underhand with $hand"),
        sides=HANDS, counts=(1, 2),
    ),
    "bowl": Action(
        bowl, ("{bowl} with $hand", "{roll} a bowling ball with $hand",
               "{go} bowling $how, releasing the ball with $hand"),
        sides=HANDS, styled=False,
    ),
    "catch": Action(
        catch, ("{catch} a ball with both hands", "{reach} out and {catch} something",
                "{catch} something and {pull} it to the chest"),
        counts=(1, 2, 3),
    ),
    "dribble": Action(
        dribble, ("{dribble} a basketball with $hand", "{bounce} a ball with $hand"),
        sides=HANDS, counts=(4, 6, 8),
    ),
    "shoot_basket": Action(
        shoot_basket, ("{shoot} a basketball at the hoop with $hand",
                    "{take} $n[basketball shot] with $hand"),
        sides=HANDS, counts=(1, 2), styled=False,
    ),
    "golf": Action(
        golf, ("{swing} a golf club back over $shoulder and through",
                    "{play} $n[golf stroke] from the $side",
               "{hit} a golf ball with a swing from the $side"),
        sides=HANDS, counts=(1, 2), styled=False,
    ),
    "bat": Action(
        bat, ("{swing} a baseball bat from $shoulder",
                    "{hit} a baseball with a bat swung from the $side",
              "{do} $n[baseball swing] from the $side"),
        sides=HANDS, counts=(1, 2), styled=False,
    ),
    "racket": Action(
        racket, ("{hit} $n[tennis forehand] with $hand", "{play} a tennis forehand with $arm",
                 "{swing} a tennis racket forward with $hand"),
        sides=HANDS, counts=(1, 2, 3), styled=False,
    ),
    "kick_ball": Action(
        kick_ball, ("{run} up and {kick} a ball with $foot",
                    "{take} a few steps and {kick} a soccer ball with $leg",
                    "{shoot} a football with $foot"),
        sides=HANDS, styled=False,
    ),
}  # fmt: skip
