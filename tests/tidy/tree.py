"""The files of the repository, read once."""

import os
import subprocess

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))

# Files that are text, by ending or by whole name.
TEXT_ENDINGS = (
    ".h .cc .def .py .sh .cmake .txt .md .sql .test .json .yml .yaml .js .ts .java .properties"
).split()
TEXT_NAMES = {"Makefile", "t", "run", ".clang-format", ".clang-tidy", "NOTICE", ".gitignore"}


class Tree:
    """paths: every file that is or could be committed, relative to the root, sorted."""

    def __init__(self):
        self.paths = sorted(path for path in self._list() if os.path.isfile(self.full(path)))
        self._texts = {}

    @staticmethod
    def full(path):
        return os.path.join(ROOT, path)

    @staticmethod
    def _list():
        git = subprocess.run(
            ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
            cwd=ROOT,
            capture_output=True,
            text=True,
            check=False,
        )
        if git.returncode == 0:
            return set(filter(None, git.stdout.split("\0")))
        found = []
        for folder, folders, files in os.walk(ROOT):
            folders[:] = [name for name in folders if name not in (".git", "build")]
            found += [os.path.relpath(os.path.join(folder, name), ROOT) for name in files]
        return found

    def text(self, path):
        if path not in self._texts:
            with open(self.full(path), encoding="utf-8", errors="replace", newline="") as file:
                self._texts[path] = file.read()
        return self._texts[path]

    def having(self, *endings, under=("",)):
        """Paths with one of these endings below one of these folders ("" is everything)."""
        return [p for p in self.paths if p.endswith(endings) and p.startswith(tuple(under))]

    def text_files(self):
        return [
            p
            for p in self.paths
            if os.path.splitext(p)[1] in TEXT_ENDINGS or os.path.basename(p) in TEXT_NAMES
        ]

    def sources(self):
        return self.having(".h", ".cc", ".def", under=("src/", "tests/", "bench/"))

    def headers(self):
        return self.having(".h", under=("src/", "tests/", "bench/"))
