"""A command is its options: a pydantic model whose fields are the flags; settings come from file and flags alike."""

import difflib
import inspect
import logging
import re
from argparse import ArgumentParser, RawDescriptionHelpFormatter
from collections.abc import Mapping
from pathlib import Path
from typing import Any, ClassVar, Final, Self

from pydantic import Field, ValidationError
from pydantic_settings import (
    BaseSettings,
    CliSettingsSource,
    PydanticBaseSettingsSource,
    SettingsConfigDict,
    SettingsError,
)

from bridge.config import Config, explain, paths, read_settings, worn
from bridge.errors import BridgeError
from bridge.sources import FaceOptions, SourceOptions, pair_from, source_from

log = logging.getLogger("eyebridge")


class _Help(RawDescriptionHelpFormatter):
    """A page that begins with what the command is for, not with a screen of brackets."""

    def add_usage(self, usage: str | None, actions: Any, groups: Any, prefix: str | None = None) -> None:
        words = " ".join(action.metavar or action.dest for action in actions if not action.option_strings)
        super().add_usage(f"%(prog)s {words} [options]".replace("  ", " "), actions, groups, prefix)

    def add_text(self, text: str | None) -> None:
        super().add_text(inspect.cleandoc(text) if text else text)

    def format_help(self) -> str:
        return re.sub(r"tuple\[[\w.,]+\]", "numbers", super().format_help())


class Command(BaseSettings):
    """One verb: its fields are its flags, `execute` does it."""

    model_config = SettingsConfigDict(
        cli_implicit_flags=True,
        cli_kebab_case=True,
        cli_avoid_json=True,
        cli_hide_none_type=True,
        cli_exit_on_error=False,
        extra="forbid",
        frozen=True,
    )
    verb: ClassVar[str]

    def execute(self) -> int:
        """Do it; returns the exit code. Raises BridgeError with a sentence for the user."""
        raise NotImplementedError

    @classmethod
    def read(cls, words: list[str]) -> Self:
        """The command that these words ask for. Raises BridgeError when they do not fit; --help exits."""
        stored = cls._stored(words)
        try:
            flags: CliSettingsSource[ArgumentParser] = CliSettingsSource(
                cls, cli_prog_name=f"eyebridge {cls.verb}", cli_parse_args=words, formatter_class=_Help
            )
            return cls(_cli_settings_source=flags, **stored)
        except ValidationError as error:
            raise BridgeError(f"{explain(error, cls)}; see: eyebridge {cls.verb} --help") from error
        except SettingsError as error:
            raise BridgeError(f"{_misspelt(str(error), cls)}; see: eyebridge {cls.verb} --help") from error

    @classmethod
    def _stored(cls, words: list[str]) -> dict[str, Any]:
        return {}

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """Flags (always first) and the settings file, which comes in as init values; no environment variables."""
        return (init_settings,)


class ConfiguredCommand(Config, Command):
    """A verb that runs the pipeline: every setting is a flag, and the settings file is read first."""

    config: Path | None = Field(None, description="settings file to use (TOML) instead of your own one")

    @classmethod
    def _stored(cls, words: list[str]) -> dict[str, Any]:
        early = ArgumentParser(add_help=False, exit_on_error=False, allow_abbrev=False)
        early.add_argument("--config", type=Path)
        path = early.parse_known_args(words)[0].config
        stored = read_settings(path)
        try:
            Config.model_validate(stored)
        except ValidationError as error:
            raise BridgeError(f"{path or 'your settings file'}: {explain(error, Config)}") from error
        return stored

    @property
    def settings(self) -> Config:
        """The settings alone, without the verb's own flags."""
        return Config.model_validate({name: getattr(self, name) for name in Config.model_fields})

    @property
    def worn(self) -> Config:
        """The settings, and what is saved for the wearer's headset wherever file and flags say nothing."""
        try:
            return worn(self.settings, self.config)
        except BridgeError as error:  # cameras can be set up again: no reason to stay at home
            log.warning(str(error))
            return self.settings


SOURCE: Final = "camera (index, port, http:// or tcp:// address), video, folder or recording; the left eye's of two"
RIGHT: Final = "the right eye's camera, where each eye has one"


def source_for(text: str, right: str | None = None, **wanted: object) -> SourceOptions:
    """The source that a user typed, or the two cameras, used as wanted (realtime, loop, wait) where that has a meaning.

    Raises BridgeError when there is no such source.
    """
    return _used(source_from(text) if right is None else pair_from(text, right), wanted)


def chosen_source(settings: Config, text: str | None, right: str | None, **wanted: object) -> SourceOptions:
    """The source that settings and words name together: a face camera, or else eyes; see source_for.

    Raises BridgeError when there is no such source.
    """
    if settings.source.kind == "eyes":
        return _used(settings.cameras, wanted) if text is None else source_for(text, right, **wanted)
    if right is not None:
        raise BridgeError(f"a face camera is one camera: leave {right} out, or name eye cameras with --source.eyes")
    named = settings.source.model_dump(exclude={"kind"}) | ({} if text is None else {"camera": text})
    return FaceOptions.model_validate(named | wanted)


def _used(options: SourceOptions, wanted: Mapping[str, object]) -> SourceOptions:
    return options.model_copy(update={name: value for name, value in wanted.items() if hasattr(options, name)})


def _misspelt(message: str, command: type[Command]) -> str:
    unknown = re.search(r"unrecognized arguments: (\S+)", message)
    if unknown is None:
        return message.removeprefix("error parsing CLI: ")
    flags = [f"--{path.replace('_', '-')}" for path in paths(command)]
    near = difflib.get_close_matches(unknown[1], flags, n=1, cutoff=0.5)
    return f"there is no option {unknown[1]}" + (f"; did you mean {near[0]}?" if near else "")
