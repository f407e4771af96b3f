"""Labelled faces of a set, which of them are wanted, and why others were left out."""

from dataclasses import dataclass
from pathlib import Path
from typing import Final, Literal

from models.listing import Trouble

View = Literal["frontal", "semi-profile", "profile"]

# Why a picture was left out, or what else should be known of it; in the report's order.
LEFT_OUT: Final = {
    "broken": "cannot be read as a picture",
    "no face": "no face was found",
    "not fitted": "a face was found, but no expression could be read from it",
    "unlabelled": "has no label, or a name that says none",
    "labelled twice": "labelled with different emotions",
    "unknown class": "its label is none of the emotions that are known",
    "missing": "labelled, but the picture is not there",
    "bad line": "a line of a label file that is no label",
    "symbolic link": "a symbolic link, which is not followed",
    "copy": "the same picture again, counted once",
    "compound": "of a compound emotion, which --compound keeps",
    "contempt": "of contempt, which the paper's seven emotions leave out and --contempt keeps",
    "neutral": "neutral, which --no-neutral leaves out",
    "other view": "seen from another side than asked, or looking aside",
    "not drawn": "the same emotion of the same person again; another one was drawn",
    "no other neutral": "there is no other neutral picture of its person to subtract; --absolute keeps it",
}
NOTED: Final = {
    "repeated": "labelled more than once with the same emotion, counted once",
    "several faces": "more than one face; the best was taken",
    "no picture": "a file that is no picture by its name",
    "other peak": "the label names another frame than the last, which was taken",
}


@dataclass(frozen=True, slots=True)
class Choice:
    """Which of a set's pictures are wanted."""

    view: View = "frontal"
    "Of RaFD and KDEF."
    contempt: bool = False
    compound: bool = False
    neutral: bool = True
    seed: int = 0
    "Of what is drawn."


@dataclass(frozen=True, slots=True)
class Face:
    """A picture with one label."""

    path: Path
    name: str
    "As the report calls it: its path inside the set."
    emotion: int
    "A number of CLASSES."
    person: str = ""
    "Who it is, as the set calls them; empty where nobody knows."
    part: str = ""
    "'train' or 'test' where the set says so."
    asked: bool = True
    "False for a further neutral picture of somebody, with which their faces are only compared."


@dataclass(frozen=True, slots=True)
class Listing:
    """A set as it was found on disk."""

    layout: str
    faces: tuple[Face, ...]
    "That are asked about."
    neutrals: tuple[Face, ...]
    "Further neutral pictures of known people, with which those are only compared."
    troubles: tuple[Trouble, ...]
