"""Postures to begin in: standing, on a chair, on the ground, kneeling, lying, on all fours."""

from lavimo.data.choreography.score import Stage


def take_posture(stage: Stage, posture: str) -> None:
    """Put the performer into a posture at time 0."""
    stage.posture = posture
