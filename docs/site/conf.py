"""How Sphinx makes the website of the pages that pages.py writes; `make site` calls both."""

from importlib.util import find_spec
from pathlib import Path
from zipfile import ZipFile

from sphinx.application import Sphinx
from sphinx.util.fileutil import copy_asset

SLIDES = tags.has("slides")  # noqa: F821 (Sphinx gives the names of the editions as tags)

project = author = "Demystifying Deep Learning"
html_title = project
if tags.has("instructor"):  # noqa: F821
    html_title += " · instructor edition"
language = "en"
extensions = ["myst_nb", "sphinx_revealjs" if SLIDES else "sphinx_copybutton"]
exclude_patterns = ["notebooks/original"]

nb_execution_mode = "off"  # the stored outputs are shown
nb_merge_streams = True
nb_mime_priority_overrides = [
    ("revealjs", kind, priority)
    for priority, kind in enumerate(("image/png", "text/html", "text/latex", "text/plain"))
]
myst_enable_extensions = ["amsmath", "colon_fence", "deflist", "dollarmath"]
copybutton_selector = "div.cell_input div.highlight pre, div.highlight-python div.highlight pre"

html_theme = "sphinx_book_theme"
html_static_path = ["style.css", "try.js"]
html_css_files = ["style.css"]
html_copy_source = False  # the original notebook is offered instead
html_show_sphinx = False
html_theme_options = {
    "show_toc_level": 2,
    "use_download_button": False,
    "use_fullscreen_button": False,
    # The theme would else show a second bar with a second search in it.
    **{f"navbar_{place}": [] for place in ("start", "center", "end", "persistent")},
}

revealjs_style_theme = "white-contrast"
revealjs_static_path = ["slides.css"]
revealjs_css_files = ["revealjs/plugin/highlight/zenburn.css", "slides.css"]
revealjs_script_conf = {"width": 1120, "height": 720, "margin": 0.02, "center": False}
revealjs_script_conf |= {"hash": True, "slideNumber": "c/t", "transition": "none"}
revealjs_script_plugins = [
    {"name": "RevealNotes", "src": "revealjs/plugin/notes/notes.js"},
    {"name": "RevealHighlight", "src": "revealjs/plugin/highlight/highlight.js"},
]

MATHJAX = Path(find_spec("sphinx-mathjax-offline").submodule_search_locations[0], "static/mathjax")
mathjax_path = "mathjax/tex-chtml.js"


def add_mathjax(app: Sphinx, error: Exception | None) -> None:
    """Copy of MathJax what the pages use, so that nothing is asked of another host."""
    target = Path(app.outdir, "_static", "mathjax")
    copy_asset(MATHJAX / "tex-chtml.js", target)
    fonts = "output/chtml/fonts/woff-v2"
    copy_asset(MATHJAX / fonts, target / fonts)


def add_engine(app: Sphinx, error: Exception | None) -> None:
    """Pack the engine for the page on which it is tried."""
    package = Path(__file__).parents[2] / "dlcourse"
    with ZipFile(Path(app.outdir, "_static", "engine.zip"), "w") as packed:
        for file in (package / "__init__.py", *sorted((package / "autograd").glob("*.py"))):
            packed.write(file, file.relative_to(package.parent))


def setup(app: Sphinx) -> None:
    """Add MathJax and the engine when the pages are written."""
    app.connect("build-finished", add_mathjax)
    if not SLIDES:
        app.connect("build-finished", add_engine)
