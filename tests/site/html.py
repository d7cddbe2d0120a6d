"""A page's HTML as tests read it: its words, its elements, and every address that it names."""

from dataclasses import dataclass, field
from html.parser import HTMLParser
from typing import Final

VOID: Final = {"area", "br", "col", "hr", "img", "input", "link", "meta", "source", "use", "wbr"}
UNSEEN: Final = {"script", "style", "template", "svg"}
ADDRESSES: Final = ("href", "src", "action", "poster")


@dataclass
class Element:
    """An element with its attributes; `inside` names the elements around it, the outermost first."""

    name: str
    attributes: dict[str, str]
    inside: tuple[str, ...] = field(default=())


class Page(HTMLParser):
    """What is in a page. `words` are those of `<main>` that people read."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.elements: list[Element] = []
        self.words: list[str] = []
        self._open: list[str] = []
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append(Element(tag, {name: value or "" for name, value in attrs}, tuple(self._open)))
        if tag not in VOID:
            self._open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        if tag in self._open:
            while self._open.pop() != tag:
                pass

    def handle_data(self, data: str) -> None:
        if "main" in self._open and not UNSEEN.intersection(self._open):
            self.words += data.split()

    def all(self, tag: str, /, **attributes: str) -> list[Element]:
        """Return the elements of this name that have these attributes."""
        wanted = attributes.items()
        return [e for e in self.elements if e.name == tag and wanted <= e.attributes.items()]

    def meta(self, name: str) -> str:
        """Return the content of the one `meta` of this name or property. Raises when there is not exactly one."""
        (found,) = [*self.all("meta", name=name), *self.all("meta", property=name)]
        return found.attributes["content"]

    def addresses(self) -> list[str]:
        """Return every address that the page loads, links or sends to."""
        found = [e.attributes[name] for e in self.elements for name in ADDRESSES if name in e.attributes]
        sets = [e.attributes["srcset"] for e in self.elements if "srcset" in e.attributes]
        return [*found, *(candidate.split()[0] for each in sets for candidate in each.split(","))]
