"""Skeletons, rotations, kinematics and retargeting."""
