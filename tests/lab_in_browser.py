"""Use JupyterLab in a real browser, as a learner does, and print as JSON what came of it.

test_lab.py runs `lab_in_browser.py CHROMIUM ADDRESS NOTEBOOK...` with the Python of the website,
whose environment has Playwright. The server offers its application to scripts of the page
(`--LabApp.expose_app_in_browser=True`).
"""

import json
import sys
import time
from typing import Any
from urllib.request import ProxyHandler, build_opener

from playwright.sync_api import Page, sync_playwright
from site_in_browser import OPTIONS

PATIENCE = 600_000  # milliseconds, on however busy a machine
HERE = build_opener(ProxyHandler({}))  # this machine, whatever proxy is set

CURRENT = "jupyterapp.shell.currentWidget"
LOADED = f"() => window.jupyterapp && {CURRENT}?.content?.model?.cells?.length > 0"
KERNEL = f"{CURRENT}.context.sessionContext.session?.kernel"
READY = f"() => {KERNEL}?.status === 'idle'"
FINISHED = f"""() => {KERNEL}.status === "idle" && {CURRENT}.content.widgets.every(({{model}}) =>
    model.type !== "code" || !model.sharedModel.source.trim() || model.executionCount)"""
OUTPUTS = f"""{CURRENT}.content.widgets.flatMap(({{model}}) =>
    model.type === "code" ? model.outputs.toJSON() : [])"""
ERRORS = f"""{OUTPUTS}.filter(out => out.output_type === "error").map(out => out.evalue)"""
PRINTED = f"""{OUTPUTS}.filter(out => out.name === "stdout").map(out => [out.text].flat().join(""))
    .join("")"""


def use(tab: Page, address: str, notebook: str) -> dict[str, Any]:
    """Open a notebook, run it from the top, move its first slider, and close its tab."""
    if tab.url == "about:blank":
        tab.goto(address, wait_until="load")  # the first page names its notebook itself
    else:
        tab.goto(f"{address}/lab/tree/{notebook}?reset", wait_until="load")
    tab.wait_for_function(LOADED, timeout=PATIENCE)
    tab.wait_for_function(READY, timeout=PATIENCE)
    opened = tab.evaluate(f"{CURRENT}.context.path")
    seen: dict[str, Any] = {"notebook": notebook, "opened": opened}
    seen["changed"] = tab.evaluate(f"{CURRENT}.context.model.dirty")
    # The command ends when all cells have run, or with the first error.
    tab.evaluate("jupyterapp.commands.execute('notebook:run-all-cells').then(() => true)")
    tab.wait_for_function(FINISHED, timeout=PATIENCE)
    seen |= {"errors": tab.evaluate(ERRORS), "printed": tab.evaluate(PRINTED)}
    seen["slider"] = moved(tab)
    tab.evaluate("jupyterapp.commands.execute('docmanager:save')")
    tab.evaluate("jupyterapp.commands.execute('application:close')")
    seen["kernels"] = kernels(address)
    return seen


def moved(tab: Page) -> dict[str, Any]:
    """Return what a slider is called, and whether an arrow key on it changes its figure."""
    handle = tab.locator(".widget-slider .noUi-handle").first
    handle.scroll_into_view_if_needed(timeout=PATIENCE)
    box = tab.locator(".widget-vbox", has=handle).first
    figure = box.locator("img").first
    figure.wait_for(timeout=PATIENCE)
    before = figure.get_attribute("src")
    handle.focus()
    handle.press("ArrowRight")
    deadline = time.monotonic() + PATIENCE / 1000
    while (after := figure.get_attribute("src")) == before and time.monotonic() < deadline:
        tab.wait_for_timeout(200)
    label = box.locator("label, .widget-label").first.text_content()
    return {"name": label, "aria": handle.get_attribute("aria-label"), "changed": after != before}


def kernels(address: str) -> int:
    """Return how many kernels are left once a tab was closed."""
    deadline = time.monotonic() + 60
    while (left := len(json.load(HERE.open(f"{address}/api/kernels")))) and (
        time.monotonic() < deadline
    ):
        time.sleep(0.5)
    return left


def main(chromium: str, address: str, *notebooks: str) -> None:
    """Print what each notebook showed."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=list(OPTIONS))
        tab = browser.new_page(viewport={"width": 1280, "height": 900})
        print(json.dumps([use(tab, address, notebook) for notebook in notebooks]))


if __name__ == "__main__":
    main(*sys.argv[1:])
