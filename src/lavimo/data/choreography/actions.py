"""The table of all actions."""

from lavimo.data.choreography import actions_combat, actions_gestures, actions_locomotion
from lavimo.data.choreography.action import Action

ACTIONS: dict[str, Action] = {
    **actions_locomotion.ACTIONS,
    **actions_gestures.ACTIONS,
    **actions_combat.ACTIONS,
}
"""Every action by name; captions, programmes and tests go through this table."""
