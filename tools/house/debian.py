"""Programs from Debian's own packages, unpacked into the cache: nothing is installed, no root is needed.

They run with the C library and the loader of their own suite, so that the machine may be an older Debian. Which
packages are needed is derived: from what the programs ask of the loader, one round after the other.
"""

from __future__ import annotations

import platform
import re
import shutil
from collections.abc import Callable
from pathlib import Path

from house.steps import SetupError, run, say

SUITES = ("forky", "sid")
"""Where Asterisk 22 is: the suite that is to be the next stable, else the one that comes before it."""

LOADER = "usr/lib64/ld-linux-x86-64.so.2"
LIBRARIES = "usr/lib/x86_64-linux-gnu"
ROUNDS = 8
KEYRING = Path("/usr/share/keyrings/debian-archive-keyring.gpg")

APT = """\
Dir::State "{here}"; Dir::State::status "{here}/status"; Dir::State::lists "{here}/lists";
Dir::Cache "{here}"; Dir::Cache::archives "{here}/archives"; Dir::Cache::pkgcache ""; Dir::Cache::srcpkgcache "";
Dir::Etc "{here}/etc"; Dir::Etc::sourcelist "{here}/etc/sources.list"; Dir::Etc::sourceparts "/dev/null";
Dir::Etc::parts "/dev/null"; Dir::Etc::preferencesparts "/dev/null";
APT::Architecture "amd64"; APT::Architectures {{"amd64";}}; APT::Install-Recommends "false"; APT::Sandbox::User "root";
Acquire::Languages "none"; Acquire::Retries "3"; Acquire::Check-Valid-Until "false";
Acquire::IndexTargets::deb::DEP-11 {{ DefaultEnabled "false"; }};
"""


class PrivateApt:
    """An apt that knows one suite and no installed package; what it downloads is in `archives`."""

    def __init__(self, here: Path, mirror: str, suite: str) -> None:
        self.archives = here / "archives"
        self._env = {"APT_CONFIG": str(here / "apt.conf")}
        self.suite = suite
        for folder in ("lists/partial", "archives/partial", "etc"):
            (here / folder).mkdir(parents=True)
        (here / "status").touch()
        (here / "apt.conf").write_text(APT.format(here=here), encoding="utf-8")
        source = f"deb [signed-by={KEYRING} arch=amd64] {mirror} {suite} main\n"
        (here / "etc" / "sources.list").write_text(source, encoding="utf-8")

    def update(self) -> None:
        """The suite's list of packages is there.  Raises SetupError."""
        run(["apt-get", "update", "-qq"], what=f"Debian {self.suite}: list of packages", env=self._env, tries=3)

    def names(self) -> set[str]:
        """All packages of the suite."""
        return set(run(["apt-cache", "pkgnames"], what="names of packages", env=self._env).split())

    def download(self, names: list[str]) -> list[Path]:
        """The files of these packages.  Raises SetupError."""
        before = set(self.archives.glob("*.deb"))
        what = f"Debian {self.suite}: {len(names)} packages"
        run(["apt-get", "download", "-qq", *names], what=what, cwd=self.archives, env=self._env, tries=3)
        return sorted(set(self.archives.glob("*.deb")) - before)

    def download_all_that_needs(self, names: list[str]) -> list[Path]:
        """The files of packages and of all on which they depend, directly or not.  Raises SetupError."""
        before = set(self.archives.glob("*.deb"))
        command = ["apt-get", "install", "-y", "-qq", "--download-only", "--no-install-recommends", *names]
        run(command, what=f"Debian {self.suite}: {names[0]} and all it depends on", env=self._env, tries=3)
        return sorted(set(self.archives.glob("*.deb")) - before)


def mirror() -> str:
    """The package mirror that this machine's own apt uses.  Raises SetupError where there is none."""
    if platform.machine() != "x86_64":
        raise SetupError(f"a real telephone switch is fetched for x86_64 only, and this is {platform.machine()}")
    if shutil.which("apt-get") is None:
        raise SetupError("a real telephone switch is fetched from Debian's packages: this machine has no apt-get")
    if not KEYRING.exists():
        raise SetupError(f"Debian's packages cannot be checked: {KEYRING} is missing (debian-archive-keyring)")
    command = ["apt-get", "indextargets", "--format", "$(SITE) $(RELEASE)", "Identifier: Packages"]
    for line in run(command, what="package mirror").splitlines():
        site, _, release = line.partition(" ")
        if not release.endswith(("-security", "-updates", "-backports")):
            return site
    raise SetupError("this machine's apt has no Debian mirror from which its packages could be fetched")


def fill(folder: Path, what: str, packages: list[str], files: Callable[[Path], list[Path]]) -> str:
    """Unpack `packages` and all libraries that `files` of them need into the folder; returns the suite.

    Raises SetupError with what failed in each suite.
    """
    site = mirror()
    problems = []
    for suite in SUITES:
        try:
            _from_suite(folder, PrivateApt(folder / "apt", site, suite), packages, files)
        except SetupError as problem:
            problems.append(f"{suite}: {problem}")
            say(f"  {what} from {suite}: {problem}")
            shutil.rmtree(folder)
            folder.mkdir()
        else:
            shutil.rmtree(folder / "apt")
            return suite
    raise SetupError(f"{what} could not be fetched.\n" + "\n".join(problems))


def _from_suite(folder: Path, apt: PrivateApt, packages: list[str], files: Callable[[Path], list[Path]]) -> None:
    apt.update()
    names = apt.names()
    _unpack(apt.download(packages), folder)
    tried: set[str] = set()
    for _ in range(ROUNDS):
        missing = missing_libraries(folder, files(folder))
        more = sorted({name for library in missing for name in packages_of(library, names)} - tried)
        if not more:
            break
        tried.update(more)
        _unpack(apt.download(more), folder)
    if missing:
        say(f"  no package found for {', '.join(sorted(missing))}: all that {packages[0]} depends on is fetched")
        _unpack(apt.download_all_that_needs(packages), folder)
        missing = missing_libraries(folder, files(folder))
    if missing:
        raise SetupError(f"the packages lack {', '.join(sorted(missing))}")


def _unpack(packages: list[Path], folder: Path) -> None:
    for package in packages:
        run(["dpkg-deb", "-x", package, folder], what=f"unpacking {package.name}")


def loaded(folder: Path, program: str) -> list[str]:
    """What runs a program of the folder, as usr/bin/sipp, with the loader and the libraries there."""
    return [*_loader(folder), "--argv0", Path(program).name, str(folder / program)]


def _loader(folder: Path) -> list[str]:
    libraries = f"{folder / LIBRARIES}:{folder / LIBRARIES / 'pulseaudio'}"
    return [str(folder / LOADER), "--inhibit-cache", "--library-path", libraries]


def missing_libraries(folder: Path, files: list[Path]) -> set[str]:
    """The names of the libraries that one of the files needs and that are not there.

    One that the loader finds among the machine's own does not count: that is of another suite, or not there next time.
    """
    only_list = {"LD_TRACE_LOADED_OBJECTS": "1"}
    missing: set[str] = set()
    for file in files:
        if not file.exists():
            raise SetupError(f"the packages have no {file.name}")
        listed = run([*_loader(folder), file], what=f"libraries of {file.name}", env=only_list)
        found = re.findall(r"^\s*(\S+) => (not found|/\S+)", listed, re.MULTILINE)
        missing.update(name for name, where in found if not where.startswith(str(folder)))
    return missing


NAMED_OTHERWISE = {"libz.so.1": "zlib1g", "libvorbis.so.0": "libvorbis0a"}
"""Libraries whose packages do not follow the rule."""


def packages_of(library: str, names: set[str]) -> list[str]:
    """The packages that may have a library, by Debian's rule for their names (Policy 8.1): libxml2.so.16 is in
    libxml2-16, libxslt.so.1 in libxslt1.1, libssl.so.3 in libssl3 or, since times have 64 bits, in libssl3t64."""
    base, _, version = library.replace("_", "-").lower().partition(".so")
    version = version.lstrip(".")
    stems = "|".join(re.escape(f"{base}{dash}{version}") for dash in ("", "-"))
    rule = re.compile(f"({stems}|{re.escape(base)})(\\.\\d+)*(-\\d+)?(t64|v5)?")
    named = NAMED_OTHERWISE.get(library)
    return [named] if named else sorted(name for name in names if rule.fullmatch(name))[:1]
