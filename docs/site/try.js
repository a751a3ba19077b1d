// Runs the program of the page "Try the engine" by Pyodide, which lies in _static/pyodide.

const program = document.getElementById("program");
const button = document.getElementById("run");
const told = document.getElementById("told");
let ready;

/** Return Python with NumPy and the engine; it is loaded once. */
async function python() {
    let loadPyodide;
    try {
        ({ loadPyodide } = await import("./pyodide/pyodide.mjs"));
    } catch {
        throw Error(
            "This copy of the website does not hold Pyodide: unpack its release pyodide-*.tar.bz2, " +
            "from github.com/pyodide/pyodide/releases, in this website's folder _static, and serve " +
            "the website, for instance by python -m http.server.",
        );
    }
    const made = await loadPyodide();
    await made.loadPackage("numpy");
    const engine = await fetch(new URL("engine.zip", import.meta.url));
    made.unpackArchive(await engine.arrayBuffer(), "zip");
    return made;
}

async function run() {
    button.disabled = true;
    told.textContent = "Python is being loaded …";
    try {
        ready ??= python().catch((error) => {
            ready = undefined; // so that the next press tries again
            throw error;
        });
        const made = await ready;
        told.textContent = "";
        made.setStdout({ batched: (line) => (told.textContent += line + "\n") });
        await made.runPythonAsync(program.value);
    } catch (error) {
        if (!ready) told.textContent = "";
        told.textContent += error.message;
    }
    button.disabled = false;
}

button.addEventListener("click", run);
