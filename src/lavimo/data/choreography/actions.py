"""The table of all actions."""

from lavimo.data.choreography import (
    actions_combat,
    actions_daily,
    actions_dance,
    actions_exercise,
    actions_expression,
    actions_floor,
    actions_gestures,
    actions_jumps,
    actions_locomotion,
    actions_objects,
    actions_sports,
    actions_tumbling,
    actions_weapons,
)
from lavimo.data.choreography.action import Action

ACTIONS: dict[str, Action] = {
    **actions_locomotion.ACTIONS,
    **actions_jumps.ACTIONS,
    **actions_gestures.ACTIONS,
    **actions_expression.ACTIONS,
    **actions_combat.ACTIONS,
    **actions_weapons.ACTIONS,
    **actions_sports.ACTIONS,
    **actions_objects.ACTIONS,
    **actions_daily.ACTIONS,
    **actions_exercise.ACTIONS,
    **actions_floor.ACTIONS,
    **actions_tumbling.ACTIONS,
    **actions_dance.ACTIONS,
}
"""Every action by name; captions, programmes and tests go through this table."""
