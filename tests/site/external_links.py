"""Asks every address elsewhere that the built site links to, once. What answers that it is gone is a mistake; what cannot be
reached is said, since a machine may have no network.

    tests/site/external_links.py target/site
"""

from __future__ import annotations

import html.parser
import pathlib
import sys
import urllib.error
import urllib.request
from concurrent.futures import ThreadPoolExecutor

SECONDS = 10
GONE = (404, 410)
# Links to files of this repository are checked against its files, in tests/repository.
OWN = "https://github.com/importgate/importgate"


class Links(html.parser.HTMLParser):
    """The addresses of a page's links."""

    def __init__(self) -> None:
        """Begins with none."""
        super().__init__()
        self.found: set[str] = set()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Takes the address of a link."""
        address = dict(attrs).get("href") or ""
        if tag == "a" and address.startswith("http") and not address.startswith(OWN):
            self.found.add(address.partition("#")[0])


def answer(address: str) -> str | int:
    """The status that an address answers with, or why it could not be asked."""
    request = urllib.request.Request(address, headers={"User-Agent": "importgate-docs"})
    try:
        with urllib.request.urlopen(request, timeout=SECONDS) as response:
            return response.status
    except urllib.error.HTTPError as error:
        return error.code
    except (OSError, ValueError) as error:
        return str(error)


def main() -> None:
    """Asks them all, several at a time."""
    links = Links()
    for page in pathlib.Path(sys.argv[1]).rglob("*.html"):
        links.feed(page.read_text())
    addresses = sorted(links.found)
    with ThreadPoolExecutor(8) as pool:
        answers = dict(zip(addresses, pool.map(answer, addresses)))
    gone = [address for address, said in answers.items() if said in GONE]
    unreachable = sum(isinstance(said, str) for said in answers.values())
    print(f"{len(addresses)} links to elsewhere: {len(gone)} gone, {unreachable} not reached")
    if gone:
        sys.exit("\n".join(gone))


if __name__ == "__main__":
    main()
