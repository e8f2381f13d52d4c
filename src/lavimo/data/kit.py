"""KIT-ML in HumanML3D's layout, in either of the two forms that exist.

251 numbers a frame, 21 MMM joints, 12.5 fps (Guo et al.; what LAVIMO's tables use), or 263 numbers,
22 joints, 20 fps, extracted again from AMASS (TMR's release). The arrays say which. METHOD.md A4.
"""

from dataclasses import replace
from pathlib import Path

import numpy as np

from lavimo.data.humanml3d import HUMANML3D, Filter, Items, Layout, Loaded
from lavimo.data.humanml3d import load as load_layout
from lavimo.errors import DataError
from lavimo.progress import Progress

MMM_UNIT = 0.75 / 480
"""Metres per unit of the MMM model."""

KIT_251 = Layout("kit", width=251, joints=21, fps=12.5, min_frames=24, metres=MMM_UNIT)
KIT_263 = replace(HUMANML3D, name="kit")


def layout_of(folder: str | Path) -> Layout:
    """Which of the two forms a folder holds, by the width of its first array.

    Raises DataError when it has no arrays or they are of neither form.
    """
    place = Path(folder) / "new_joint_vecs"
    first = next(iter(sorted(place.glob("*.npy"))), None) if place.is_dir() else None
    if first is None:
        raise DataError(f"{place} holds no arrays; give the folder of KIT-ML.")
    try:
        width = np.load(first, mmap_mode="r", allow_pickle=False).shape[-1]
    except (OSError, ValueError) as error:
        raise DataError(f"{first} is no array of numbers ({error}); fetch it again.") from error
    for layout in (KIT_251, KIT_263):
        if width == layout.width:
            return layout
    raise DataError(f"{first} has {width} numbers a frame; KIT-ML has 251, or 263 from AMASS.")


def load(
    folder: str | Path,
    split: str,
    *,
    rule: Filter = "lavimo",
    items: Items = "all",
    progress: Progress | None = None,
) -> Loaded:
    """Samples of one split of KIT-ML, as `humanml3d.load`; positions in metres."""
    return load_layout(
        folder, split, layout=layout_of(folder), rule=rule, items=items, progress=progress
    )
