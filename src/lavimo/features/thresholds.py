"""Every number that `describe` decides by, in one table with unit and reason.

Lengths hold for the canonical body: legs 0.82 m, standing pelvis 0.9 m, head joint 1.5 m high.
"""

from typing import NamedTuple


class Threshold(NamedTuple):
    """One row of the table."""

    name: str
    value: float
    unit: str
    why: str


THRESHOLDS: tuple[Threshold, ...] = (
    # Travel
    Threshold("moving_speed", 0.15, "m/s", "swaying and shifting weight stay below"),
    Threshold("moving_time", 0.35, "s", "less is a shift of weight"),
    Threshold("moving_distance", 0.18, "m", "less is no step"),
    Threshold("feet_share", 0.45, "", "feet must move as far as this share of the pelvis: sitting "
              "down or bowing moves the pelvis alone"),
    Threshold("slow_speed", 0.75, "m/s", "below it walking looks slow"),
    Threshold("jogging_speed", 1.9, "m/s", "people change from walking to running about here"),
    Threshold("running_speed", 3.0, "m/s", "faster than a jog"),
    Threshold("flight_speed", 0.8, "m/s", "slower than a jog is no running, however it bounces"),
    Threshold("bounce", 0.25, "", "correlation of pelvis height with the distance of the feet: "
              "below zero in a walk, above in a run"),
    Threshold("sideways_angle", 55.0, "deg", "between heading and path: more is sideways"),
    Threshold("backward_angle", 125.0, "deg", "between heading and path: more is backwards"),
    Threshold("in_place_slide", 0.3, "m/s", "a standing foot that slides so is on a treadmill"),
    Threshold("in_place_one_way", 0.6, "", "net slide over total slide: a belt runs one way"),
    Threshold("in_place_share", 0.35, "", "pelvis speed over slide: more is real travel"),
    # Turns
    Threshold("turn", 30.0, "deg", "smaller changes of heading are swaying of the hips"),
    # Steps and jumps
    Threshold("step_length", 0.17, "m", "change of the distance between the ankles"),
    Threshold("step_lift", 0.045, "m", "a step on the spot lifts the ankle so far"),
    Threshold("step_speed", 0.3, "m/s", "a planted foot is slower"),
    Threshold("flight_clearance", 0.035, "m", "every foot joint above its own lowest level"),
    Threshold("flight_time", 0.14, "s", "three frames at 20 fps"),
    Threshold("leap_time", 0.34, "s", "a longer flight in a run is a leap"),
    Threshold("ballistic", -3.5, "m/s2", "a body in the air falls; -9.8 less noise and cartoons"),
    # Postures
    Threshold("crouch_pelvis", 0.71, "m", "pelvis above the lower foot; standing is 0.9"),
    Threshold("posture_time", 0.3, "s", "shorter postures belong to their neighbours"),
    Threshold("lying_tilt", 55.0, "deg", "trunk against the vertical"),
    Threshold("lying_pelvis", 0.36, "m", "pelvis above the floor"),
    Threshold("lying_neck", 0.55, "m", "neck above the floor"),
    Threshold("sitting_pelvis", 0.66, "m", "a chair is up to so high"),
    Threshold("sitting_behind", 0.17, "m", "trunk behind the ankles: the feet do not carry it"),
    Threshold("ground_pelvis", 0.24, "m", "pelvis so low with an upright trunk sits on the ground"),
    Threshold("knee_on_floor", 0.17, "m", "height of a knee that rests on the floor"),
    Threshold("hand_on_floor", 0.27, "m", "height of a wrist whose palm or fist is on the floor"),
    Threshold("fours_pelvis", 0.72, "m", "higher with hands on the floor is bending down"),
    Threshold("fours_tilt", 48.0, "deg", "trunk of a body on hands and knees"),
    Threshold("bend", 28.0, "deg", "forward tilt of the trunk of a standing body"),
    Threshold("tilt_time", 0.2, "s", "shorter bows and leans are sway"),
    Threshold("lean", 20.0, "deg", "sideways tilt of the trunk of a standing body"),
    # Hands
    Threshold("raised", 0.10, "m", "wrist above its shoulder"),
    Threshold("raised_bent", -0.06, "m", "the same with the forearm up: a hand beside the face"),
    Threshold("forearm_up", 0.17, "m", "wrist above its elbow"),
    Threshold("raised_time", 0.25, "s", "shorter is a swing"),
    Threshold("above_head", 0.12, "m", "wrist above the head joint, which is inside the skull"),
    Threshold("shoulder_band", 0.15, "m", "wrist below the shoulder but still at its height"),
    Threshold("both_share", 0.5, "", "overlap of two raised hands that counts as together"),
    Threshold("wave_swing", 0.07, "m", "sideways way of a wrist about its elbow in half a wave"),
    Threshold("wave_time", 0.8, "s", "half a wave takes less"),
    Threshold("wave_swings", 3.0, "", "fewer swings are no wave"),
    # Limbs
    Threshold("arm_range", 0.30, "m", "span of a wrist about its shoulder"),
    Threshold("leg_range", 0.30, "m", "span of an ankle about its hip"),
    Threshold("one_sided", 0.4, "", "path of the quieter limb over that of the busier one"),
    Threshold("symmetric", 0.6, "", "correlation of the mirrored velocities of two limbs"),
    Threshold("alternating", -0.35, "", "the same, opposite"),
    Threshold("repeat_share", 0.45, "", "share of the range that a repetition must swing"),
    Threshold("repeat_range", 0.18, "m", "smaller movements are not counted"),
    # Strikes
    Threshold("kick_lift", 0.25, "m", "ankle above the other ankle"),
    Threshold("kick_reach", 0.42, "m", "ankle away from the hip, on the ground plan"),
    Threshold("kick_straight", 0.80, "", "distance hip to ankle over the length of the leg"),
    Threshold("kick_speed", 2.4, "m/s", "of the ankle about the hip"),
    Threshold("kick_in_gait", 0.3, "m", "lower swings of a leg in a walk or run are steps"),
    Threshold("kick_in_turn", 0.45, "m", "the same where both legs swing in turn"),
    Threshold("knee_lift", 0.10, "m", "knee above the hip less this is raised"),
    Threshold("punch_bent", 0.78, "", "distance shoulder to wrist over the arm, before"),
    Threshold("punch_straight", 0.88, "", "the same at the end of the strike"),
    Threshold("punch_time", 0.45, "s", "from bent to straight"),
    Threshold("punch_speed", 1.6, "m/s", "at which the wrist leaves the shoulder"),
    Threshold("punch_slope", 40.0, "deg", "of the straight arm against the horizontal"),
    Threshold("clap_near", 0.19, "m", "between the wrists of clapping hands"),
    Threshold("clap_apart", 0.10, "m", "that the wrists part between two claps"),
    Threshold("clap_far", 0.27, "m", "between the wrists before each clap: a grip stays closer"),
    Threshold("clap_time", 1.2, "s", "between two claps"),
)  # fmt: skip

LIMIT: dict[str, float] = {row.name: row.value for row in THRESHOLDS}
