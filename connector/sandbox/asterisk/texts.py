"""The templates of this folder, rendered."""

from collections.abc import Mapping
from typing import Final

from jinja2 import Environment, PackageLoader, StrictUndefined

_ENVIRONMENT: Final = Environment(
    loader=PackageLoader("connector.sandbox.asterisk", "."),
    undefined=StrictUndefined,
    autoescape=False,  # noqa: S701 - configuration files, no HTML
    keep_trailing_newline=True,
    trim_blocks=True,
)


def render(template: str, values: Mapping[str, object]) -> str:
    """The text of a template, as baresip/config.j2."""
    return _ENVIRONMENT.get_template(template).render(values)


def templates(folder: str) -> list[str]:
    """The templates of a folder, as templates/ari.conf.j2."""
    return [name for name in _ENVIRONMENT.list_templates(extensions=["j2"]) if name.startswith(f"{folder}/")]
