"""A class on one server: an account for every learner, and one clone of the course for all.

`docs/class.md` says how to set it up. The clone and the data may be read-only: what is a learner's
own, the copies of the lessons and the progress, lies in their home.
"""

import sys
from pathlib import Path

BIN = Path(sys.executable).parent  # of the clone's environment, which has JupyterHub as well
ONE_THREAD = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "NUMEXPR_NUM_THREADS")

c = get_config()  # noqa: F821  which JupyterHub offers

c.JupyterHub.bind_url = "http://127.0.0.1:8000"  # a web server in front of it speaks TLS
c.LocalAuthenticator.allowed_groups = {"learners"}  # the group of the class on this machine

# A learner's server begins with their copies of the lessons, brought up to the course's edition.
begin = f'"{BIN}/python" -m dlcourse.copies; exec "{BIN}/jupyterhub-singleuser" "$@"'
c.Spawner.cmd = ["/bin/sh", "-c", begin, "learner"]
c.Spawner.notebook_dir = "~/dlcourse"
c.Spawner.default_url = "/lab/tree/00_start_here.ipynb"
c.Spawner.environment = {
    "DLCOURSE_MY": "~/dlcourse",
    "DLCOURSE_DATA": "/srv/dlcourse-data",  # fetched once, by `dlcourse data fetch`
    "PATH": f"{BIN}:/usr/local/bin:/usr/bin:/bin",  # with `dlcourse` in a terminal
    **dict.fromkeys(ONE_THREAD, "1"),
}
c.Spawner.start_timeout = c.Spawner.http_timeout = 180  # for a class that begins at once
c.Spawner.args = [  # a server that nobody uses gives its memory back after two hours
    "--MappingKernelManager.cull_idle_timeout=3600",
    "--ServerApp.shutdown_no_activity_timeout=3600",
]
