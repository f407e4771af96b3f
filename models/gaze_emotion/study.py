"""From what was seen to the faces that count, and the list of all that does not."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from models.gaze_emotion.pseudo import Seen
from models.gaze_emotion.relations import Faces
from models.gaze_emotion.sets import LEFT_OUT, Listing, Picture
from models.listing import Trouble, counted_once


@dataclass(frozen=True, slots=True)
class Study:
    """A set, worked on."""

    layout: str
    pictures: tuple[Picture, ...]
    "Those that count, row for row with `faces`."
    faces: Faces
    troubles: tuple[Trouble, ...]
    looked_at: int
    "Files and labels of which the set consists: those that count and those that were left out."


def study_of(listing: Listing, seen: Mapping[str, Seen]) -> Study:
    """Pictures left out are listed; the same bytes under two emotions are labelled twice, under one they count once."""
    troubles = list(listing.troubles)
    looked: list[Picture] = []
    for picture in listing.pictures:
        one = seen[picture.name]
        if one.kind:
            troubles.append(Trouble(one.kind, picture.name, one.detail))
        else:
            looked.append(picture)
    counting, doubled = counted_once(looked, lambda one: seen[one.name].digest, lambda one: one.emotion)
    troubles += doubled
    for picture in counting:
        one = seen[picture.name]
        if one.faces > 1:
            troubles.append(Trouble("several faces", picture.name, str(one.faces)))
        if not np.isfinite(one.turned):
            troubles.append(Trouble("no points", picture.name))
    rows = [seen[picture.name] for picture in counting]
    faces = Faces(
        np.array([picture.emotion for picture in counting], np.int64),
        np.array([(one.pitch, one.yaw) for one in rows], np.float64).reshape(-1, 2),
        np.array([one.turned for one in rows], np.float64),
    )
    left_out = sum(trouble.kind in LEFT_OUT or trouble.kind == "copy" for trouble in troubles)
    return Study(listing.layout, tuple(counting), faces, tuple(troubles), len(counting) + left_out)
