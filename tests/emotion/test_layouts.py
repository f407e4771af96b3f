"""The sets in their published layouts, from small files; all that can be wrong with them is listed."""

from collections.abc import Iterable
from pathlib import Path

import pytest

from bridge.errors import BridgeError
from models.emotion.classes import CLASSES, ORDER, class_of, raf_compound
from models.emotion.faces import LEFT_OUT, NOTED, Choice, Listing
from models.emotion.layouts import find_faces


def touch(folder: Path, *names: str) -> Path:
    for name in names:
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).touch()
    return folder


def found(listing: Listing) -> dict[str, tuple[str, str]]:
    return {face.name: (CLASSES[face.emotion], face.person) for face in listing.faces}


def compared(listing: Listing) -> list[str]:
    """Neutral pictures that are not asked about."""
    assert {CLASSES[face.emotion] for face in listing.neutrals} <= {"neutral"}
    return sorted(face.name for face in listing.neutrals)


def kinds(listing: Listing) -> dict[str, list[str]]:
    listed: dict[str, list[str]] = {}
    for trouble in listing.troubles:
        assert trouble.kind in LEFT_OUT or trouble.kind in NOTED
        listed.setdefault(trouble.kind, []).append(trouble.name)
    return {kind: sorted(names) for kind, names in listed.items()}


def rafd(camera: str, person: int, emotion: str, gaze: str = "frontal") -> str:
    return f"Rafd{camera}_{person:02d}_Caucasian_female_{emotion}_{gaze}.jpg"


def test_rafd(tmp_path: Path) -> None:
    front = [rafd("090", 1, "angry"), rafd("090", 1, "neutral"), f"more/{rafd('090', 57, 'happy')}"]
    others = [rafd("045", 1, "angry"), rafd("135", 1, "angry"), rafd("180", 1, "angry"), rafd("090", 1, "sad", "left")]
    touch(tmp_path, *front, *others, rafd("090", 1, "contemptuous"), rafd("090", 2, "bored"), "Rafd090.jpg", "list.txt")
    listing = find_faces(tmp_path, "rafd", Choice())
    assert found(listing) == {
        front[0]: ("anger", "01"),
        front[1]: ("neutral", "01"),
        front[2]: ("happiness", "57"),
    }
    assert kinds(listing) == {
        "contempt": [rafd("090", 1, "contemptuous")],
        "other view": sorted(others),
        "unknown class": [rafd("090", 2, "bored")],
        "unlabelled": ["Rafd090.jpg"],
        "no picture": ["list.txt"],
    }
    kept = find_faces(tmp_path, "rafd", Choice(contempt=True))
    assert ("contempt", "01") in found(kept).values()
    side = find_faces(tmp_path, "rafd", Choice(view="semi-profile"))  # one of the two sides is drawn
    assert list(found(side).values()) == [("anger", "01")]
    assert len(kinds(side)["not drawn"]) == 1
    drawn = {
        name for seed in range(8) for name in found(find_faces(tmp_path, "rafd", Choice("semi-profile", seed=seed)))
    }
    assert drawn == set(others[:2])


def test_further_neutral_pictures_are_there_to_be_compared_with(tmp_path: Path) -> None:
    """Of those who are asked about, from the same side; whether they look there or are asked about does not matter."""
    aside = [rafd("090", 1, "neutral", gaze) for gaze in ("left", "right")]
    touch(tmp_path / "r", rafd("090", 1, "angry"), rafd("090", 1, "neutral"), *aside, rafd("045", 1, "neutral"))
    touch(tmp_path / "r", rafd("090", 2, "neutral", "left"), rafd("090", 1, "sad", "left"))
    assert compared(find_faces(tmp_path / "r", "rafd", Choice())) == aside
    assert compared(find_faces(tmp_path / "r", "rafd", Choice(neutral=False))) == sorted(
        [*aside, rafd("090", 1, "neutral")]
    )
    touch(tmp_path / "k", *(f"{session}F01{code}S.JPG" for session in "AB" for code in ("NE", "HA")))
    listing = find_faces(tmp_path / "k", "kdef", Choice())
    assert {*compared(listing), *(name for name, (of, _) in found(listing).items() if of == "neutral")} == {
        "AF01NES.JPG",
        "BF01NES.JPG",
    }
    touch(tmp_path / "f", "happy/a.png", "neutral/b.png")
    assert not find_faces(tmp_path / "f", "folders", Choice(neutral=False)).neutrals, "nobody knows whose it is"


def test_kdef_draws_one_session(tmp_path: Path) -> None:
    touch(tmp_path, "AF01/AF01ANS.JPG", "BF01/BF01ANS.JPG", "AM01/AM01ANS.JPG", "AF01/AF01SUS.JPG", "AF01/AF01AFHL.JPG")
    touch(tmp_path, "AF31/AF31V.JPG", "AF01/Thumbs.db")
    listing = find_faces(tmp_path, "kdef", Choice())
    assert sorted(found(listing).values()) == [("anger", "F01"), ("anger", "M01"), ("surprise", "F01")]
    listed = kinds(listing)
    assert listed.pop("not drawn")[0] in ("AF01/AF01ANS.JPG", "BF01/BF01ANS.JPG")
    assert listed == {
        "other view": ["AF01/AF01AFHL.JPG"],
        "unlabelled": ["AF31/AF31V.JPG"],
        "no picture": ["AF01/Thumbs.db"],
    }
    assert listing == find_faces(tmp_path, "kdef", Choice())


def write_raf_db(folder: Path) -> Path:
    lines = ["train_00001.jpg 5", "train_00002.jpg 7", "test_0001.jpg 4", "test_0002.jpg 4", "test_0002.jpg 5"]
    touch(folder, *(f"basic/Image/aligned/{line.split('.')[0]}_aligned.jpg" for line in lines))
    touch(folder, "compound/Image/aligned/test_0001_aligned.jpg", "compound/Image/aligned/train_0001_aligned.jpg")
    for part, given in (("basic", lines), ("compound", ["test_0001.jpg 1", "train_0001.jpg 11", "train_0002.jpg 12"])):
        (folder / part / "EmoLabel").mkdir()
        (folder / part / "EmoLabel/list_patition_label.txt").write_text("\n".join(given))
    return folder


def test_raf_db_and_its_compound_part(tmp_path: Path) -> None:
    write_raf_db(tmp_path)
    listing = find_faces(tmp_path, "raf-db", Choice())
    parts = {face.path.name: (CLASSES[face.emotion], face.part) for face in listing.faces}
    assert parts == {
        "train_00001_aligned.jpg": ("sadness", "train"),
        "train_00002_aligned.jpg": ("neutral", "train"),
        "test_0001_aligned.jpg": ("happiness", "test"),
    }
    assert {kind: len(names) for kind, names in kinds(listing).items()} == {
        "labelled twice": 1,
        "compound": 2,
        "unknown class": 1,
    }
    compound = find_faces(tmp_path, "raf-db", Choice(compound=True)).faces
    assert {CLASSES[face.emotion] for face in compound} >= {"happily surprised", "disgustedly surprised"}
    assert len({face.name for face in compound}) == 5
    assert find_faces(tmp_path / "basic", "raf-db", Choice()).faces[0].name.startswith("Image/aligned")


def test_cfee_by_names(tmp_path: Path) -> None:
    touch(tmp_path, "Happy/0012_a.jpg", "Happily_Surprised/0012_b.jpg", "05/05_sad.jpg", "all/S7-angrily disgusted.png")
    touch(tmp_path, "07_Fearfully_Surprised/3.jpg", "Happy/sad_3.jpg", "thing.jpg", "Awed/9.jpg")
    listing = find_faces(tmp_path, "cfee", Choice())
    assert found(listing) == {"Happy/0012_a.jpg": ("happiness", "12"), "05/05_sad.jpg": ("sadness", "5")}
    assert kinds(listing) == {
        "compound": [
            "07_Fearfully_Surprised/3.jpg",
            "Awed/9.jpg",
            "Happily_Surprised/0012_b.jpg",
            "all/S7-angrily disgusted.png",
        ],
        "labelled twice": ["Happy/sad_3.jpg"],
        "unlabelled": ["thing.jpg"],
    }
    assert len(find_faces(tmp_path, "cfee", Choice(compound=True)).faces) == 6


def write_sequence(folder: Path, name: str, frames: int, *labels: str) -> None:
    person, sequence = name.split("/")
    stem = f"{person}_{sequence}"
    touch(folder / "cohn-kanade-images" / name, *(f"{stem}_{frame:08d}.png" for frame in range(1, frames + 1)))
    (folder / "Emotion" / name).mkdir(parents=True)
    for number, label in enumerate(labels):
        (folder / "Emotion" / name / f"{stem}_{frames - number:08d}_emotion.txt").write_text(label)


def test_ck_plus(tmp_path: Path) -> None:
    write_sequence(tmp_path, "S005/001", 11, "   3.0000000e+00\n")
    write_sequence(tmp_path, "S005/002", 4, "   7.0000000e+00\n")
    write_sequence(tmp_path, "S010/001", 3)
    write_sequence(tmp_path, "S010/002", 5, "1.0", "6.0")
    write_sequence(tmp_path, "S010/003", 5, "8.0")
    write_sequence(tmp_path, "S010/004", 5, "happy")
    write_sequence(tmp_path, "S010/005", 0, "5.0")
    write_sequence(tmp_path, "S011/001", 6, "2.0")
    write_sequence(tmp_path, "S012/001", 6, "5.0")
    write_sequence(tmp_path, "S012/002", 2)
    (tmp_path / "Emotion/S012/001/S012_001_00000006_emotion.txt").rename(
        tmp_path / "Emotion/S012/001/S012_001_00000004_emotion.txt"
    )
    listing = find_faces(tmp_path, "ck+", Choice())
    assert {Path(name).name: of for name, of in found(listing).items()} == {
        "S005_001_00000001.png": ("neutral", "S005"),
        "S005_001_00000011.png": ("disgust", "S005"),
        "S005_002_00000004.png": ("surprise", "S005"),
        "S011_001_00000001.png": ("neutral", "S011"),
        "S012_001_00000001.png": ("neutral", "S012"),
        "S012_001_00000006.png": ("happiness", "S012"),
    }
    assert {kind: len(names) for kind, names in kinds(listing).items()} == {
        "unlabelled": 4,
        "labelled twice": 1,
        "bad line": 2,
        "missing": 1,
        "contempt": 1,
        "other peak": 1,
    }
    # of people who are asked about, what begins their other sequences, labelled well or not
    assert [Path(name).name for name in compared(listing)] == ["S005_002_00000001.png", "S012_002_00000001.png"]
    peaks = find_faces(tmp_path, "ck+", Choice(contempt=True, neutral=False))
    assert len(compared(peaks)) == 5, "each neutral face, and of nobody else"
    assert sorted(emotion for emotion, _ in found(peaks).values()) == ["contempt", "disgust", "happiness", "surprise"]
    assert len(kinds(peaks)["neutral"]) == 3
    with pytest.raises(BridgeError, match="cohn-kanade-images"):
        find_faces(tmp_path / "Emotion", "ck+", Choice())


def test_folders(tmp_path: Path) -> None:
    touch(tmp_path, "happy/a.png", "6/b.png", "contempt/c.png", "bored/d.png")
    listing = find_faces(tmp_path, "folders", Choice())
    assert found(listing) == {"happy/a.png": ("happiness", ""), "6/b.png": ("anger", "")}
    assert kinds(listing) == {"contempt": ["contempt/c.png"], "unknown class": ["bored/d.png"]}


@pytest.mark.parametrize("layout", ["rafd", "kdef", "raf-db", "cfee", "folders", "rendered"])
def test_a_folder_without_faces_is_one_sentence(layout: str, tmp_path: Path) -> None:
    touch(tmp_path, "readme.txt", "x.jpg")
    with pytest.raises(BridgeError) as refused:
        find_faces(tmp_path, layout, Choice())
    assert "\n" not in str(refused.value)
    with pytest.raises(BridgeError, match="there is no folder"):
        find_faces(tmp_path / "none", layout, Choice())


def test_every_word_for_every_class() -> None:
    assert [CLASSES[number] for number in ORDER[:8]] == [
        *("neutral", "anger", "disgust", "fear", "happiness", "sadness", "surprise", "contempt"),
    ]
    assert len(set(ORDER)) == len(CLASSES) == 23
    words: Iterable[tuple[str, str]] = (
        ("Happily_Surprised", "happily surprised"),
        ("AFRAID", "fear"),
        ("contemptuous", "contempt"),
        ("3", "disgust"),
    )
    for word, name in words:
        number = class_of(word)
        assert number is not None
        assert CLASSES[number] == name
    assert class_of("12") is class_of("") is class_of("smirk") is raf_compound("0") is raf_compound("x") is None
    assert [raf_compound(str(n)) for n in range(1, 12)] == list(range(9, 20))
