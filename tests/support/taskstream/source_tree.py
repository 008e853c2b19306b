import os
import shutil
import subprocess

from .places import ROOT


class SourceTree:
    """A copy of the sources, in which bugs are planted and removed again. Only what a bug touches is compiled anew."""

    def __init__(self, root, preset, target, *settings):
        self.root = root
        self._preset, self._target = preset, target
        listed = subprocess.run(["git", "ls-files", "-co", "--exclude-standard", "-z"], cwd=ROOT, check=True, capture_output=True)
        for name in filter(None, listed.stdout.decode().split("\0")):
            if (ROOT / name).is_file():
                (root / name).parent.mkdir(parents=True, exist_ok=True)
                shutil.copy2(ROOT / name, root / name)
        self._run("cmake", "--preset", preset, *settings)

    @property
    def programs(self):
        return self.root / "build" / self._preset / "bin"

    def build(self):
        self._run("cmake", "--build", f"build/{self._preset}", "--target", self._target, "-j", str(os.cpu_count()))

    def patch(self, path, *more):
        self._run("patch", "-p1", "--fuzz=0", "--batch", *more, "-i", path)

    def _run(self, *command):
        done = subprocess.run(command, cwd=self.root, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, timeout=900)
        assert done.returncode == 0, f"{' '.join(map(str, command))}:\n{done.stdout[-3000:]}"
