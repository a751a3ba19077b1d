"""Look at pages of the website in a real browser and print as JSON what each has to be held to.

test_site.py runs `site_in_browser.py CHROMIUM FOLDER PAGE... -- PAGE...` with the Python of the
website, whose environment has Playwright.
"""

import json
import sys
import threading
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from importlib.resources import files
from typing import Any

from playwright.sync_api import Page, Response, sync_playwright

OPTIONS = ("--no-sandbox", "--disable-gpu", "--disable-background-networking", "--no-first-run")
AXE = (files("axe_playwright_python") / "axe.min.js").read_text(encoding="utf-8")
VIOLATIONS = """axe.run({resultTypes: ["violations"], preload: false}).then(({violations}) =>
    violations.flatMap(({impact, id, nodes}) => nodes.map(({target}) => [impact, id, target[0]])))
"""
"""What axe finds; without `preload` it fetches no style sheets, some of which it looks for in vain.
"""

MEASURED = """() => ({
    formulas: document.querySelectorAll("mjx-container").length,
    broken: document.querySelectorAll("mjx-merror").length,
    sideways: document.documentElement.scrollWidth - innerWidth,
})"""

TALL = """() => !window.Reveal ? [] : Reveal.getSlides().map((slide, at) => {
    const {h, v} = Reveal.getIndices(slide);
    Reveal.slide(h, v);
    return [at + 1, slide.scrollHeight];
}).filter(([at, found]) => found > Reveal.getConfig().height)"""
"""The slides of a deck that are taller than the screen, and how tall they are."""


class Quiet(SimpleHTTPRequestHandler):
    """Serves files without a word about each."""

    def log_message(self, *_: Any) -> None:
        """Say nothing."""


def look(tab: Page, host: str, page: str) -> dict[str, Any]:
    """Return what a page shows when everything in it is unfolded, and what it asks for."""
    elsewhere: list[str] = []
    errors: list[str] = []

    def note(response: Response) -> None:
        if not response.url.startswith((host, "data:", "blob:")):
            elsewhere.append(response.url)
        if response.status >= 400:
            errors.append(f"{response.status} {response.url}")

    tab.on("response", note)
    tab.on("pageerror", lambda error: errors.append(str(error)))
    tab.goto(f"{host}/{page}", wait_until="load")
    tab.evaluate("window.MathJax && MathJax.startup.promise.then(() => true)")
    tab.evaluate("document.querySelectorAll('details').forEach(each => each.open = true)")
    seen = {"page": page, **tab.evaluate(MEASURED), "tall": tab.evaluate(TALL)}
    return {**seen, "elsewhere": elsewhere, "errors": errors}


def audit(tab: Page, host: str, page: str) -> dict[str, Any]:
    """Return what axe finds amiss: how grave, which rule, where."""
    seen = look(tab, host, page)
    tab.evaluate(AXE)
    return {**seen, "axe": tab.evaluate(VIOLATIONS)}


def tried(tab: Page, host: str, page: str) -> str:
    """Return what the page on which the engine is tried says once its button was pressed."""
    tab.goto(f"{host}/{page}", wait_until="load")
    tab.get_by_role("button", name="Run", exact=True).click()
    tab.wait_for_function("document.getElementById('run').disabled === false")
    return tab.locator("#told").inner_text()


def main(chromium: str, folder: str, *pages: str) -> None:
    """Print what is seen of all pages on a phone, and of those after `--` at a desk, by axe."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), partial(Quiet, directory=folder))
    threading.Thread(target=server.serve_forever, daemon=True).start()
    host = f"http://127.0.0.1:{server.server_port}"
    cut = pages.index("--")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=list(OPTIONS))
        phone = browser.new_context(viewport={"width": 390, "height": 844})
        seen = [look(phone.new_page(), host, page) for page in pages[:cut]]
        for scheme in ("light", "dark"):
            desk = browser.new_context(color_scheme=scheme)
            seen += [audit(desk.new_page(), host, page) for page in pages[cut + 1 :]]
        told = tried(browser.new_page(), host, "try.html")
    print(json.dumps({"seen": seen, "tried": told}))


if __name__ == "__main__":
    main(*sys.argv[1:])
