#!/bin/sh
# Make the environment in .venv, once; where nothing changed it says nothing and takes a moment.
#
#   scripts/setup.sh run      what meetrec needs to run
#   scripts/setup.sh dev      also what tests and checks need, in Python and from the system
#   scripts/setup.sh bench    also what the benchmarks compare with
#
# PYTHON names the interpreter to use; otherwise the newest one found, 3.11 or later.
set -eu
cd "$(dirname "$0")/.."
kind=${1:-run}
case $kind in
    run) groups="" ;;
    dev) groups="dev" ;;
    bench) groups="dev bench" ;;
    *) echo "setup: there is no set-up called $kind" >&2; exit 2 ;;
esac
python=.venv/bin/python
new_enough='import sys; sys.exit(sys.version_info < (3, 11))'

say() { echo "setup: $*" >&2; }
die() { say "$@"; exit 1; }

as_root() {
    if [ "$(id -u)" = 0 ]; then "$@"; elif sudo -n true 2>/dev/null; then sudo -n "$@"; else return 1; fi
}

apt() {
    as_root env DEBIAN_FRONTEND=noninteractive apt-get -q -o Acquire::Retries=1 -o Acquire::http::Timeout=30 \
        -o DPkg::Lock::Timeout=120 "$@" >>.venv/apt.log 2>&1 </dev/null
}

# Install Debian packages where we may; nothing is ever removed for them (they could replace the user's sound server).
install_packages() {
    command -v apt-get >/dev/null 2>&1 && as_root true || return 1
    say "installing from the system's packages: $*"
    mkdir -p .venv
    apt install -y --no-remove --no-install-recommends "$@" && return
    apt update || true # a source that is out of reach is no reason to give up
    apt install -y --no-remove --no-install-recommends "$@" && return
    for package in "$@"; do apt install -y --no-remove --no-install-recommends "$package" || true; done
}

find_python() {
    for candidate in ${PYTHON:+"$PYTHON"} python3 python3.14 python3.13 python3.12 python3.11 python; do
        if "$candidate" -c "$new_enough" >/dev/null 2>&1; then echo "$candidate"; return; fi
    done
    return 1
}

make_venv() {
    found=$(find_python) || die "meetrec needs Python 3.11 or later; install it, or name it: make PYTHON=/path/to/python3"
    say "making .venv with $("$found" --version 2>&1)"
    rm -rf .venv
    if ! "$found" -c 'import ensurepip, venv' >/dev/null 2>&1; then
        version=$("$found" -c 'import sys; print("python%d.%d" % sys.version_info[:2])')
        install_packages "$version-venv" || true
    fi
    rm -rf .venv
    "$found" -m venv .venv >/dev/null 2>&1 && return
    rm -rf .venv
    "$found" -m virtualenv -q .venv >/dev/null 2>&1 && return
    rm -rf .venv
    # Without ensurepip, a pip installed beside the interpreter can still fill the environment.
    "$found" -m venv --without-pip .venv && "$found" -m pip --python "$python" install -q pip >/dev/null 2>&1 && return
    rm -rf .venv
    die "this Python cannot make environments; install its venv module (Debian, Ubuntu: apt-get install python3-venv)"
}

# The names of the packages a dependency group lists: any pip understands those, only a new one understands groups.
requirements() {
    "$python" - "$@" <<'END'
import pathlib, sys, tomllib
groups = tomllib.loads(pathlib.Path("pyproject.toml").read_text("utf-8"))["dependency-groups"]
print("\n".join(requirement for name in sys.argv[1:] for requirement in groups[name]))
END
}

install_python_packages() {
    stamp=.venv/.ready-$kind
    key="$kind $(cksum <pyproject.toml) $(pwd)"
    [ "$(cat "$stamp" 2>/dev/null)" = "$key" ] && return
    say "installing Python packages into .venv (once)"
    requirements $groups >.venv/requirements.txt
    "$python" -m pip install -qq --disable-pip-version-check -r .venv/requirements.txt --editable . \
        || die "pip could not install the packages; see its words above, and run make again"
    echo "$key" >"$stamp"
}

install_system_packages() {
    missing=$("$python" -m tests.needs)
    [ -n "$missing" ] || return 0
    # What could not be installed last time is not tried again and again.
    if [ "$(cat .venv/.refused 2>/dev/null)" != "$missing" ]; then
        install_packages $missing || true
        missing=$("$python" -m tests.needs)
        echo "$missing" >.venv/.refused
    fi
    [ -n "$missing" ] || return 0
    [ "${CI:-}" = true ] && then=fail || then="are skipped"
    say "missing on this machine, so tests that need them $then:" $missing \
        "(names of Debian packages; install them with the system's package manager)"
}

"$python" -c "$new_enough; import pip" >/dev/null 2>&1 || make_venv
install_python_packages
[ "$kind" = run ] || install_system_packages
