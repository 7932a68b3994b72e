"""The command line: reads the words, calls the command, prints a summary, gives the exit code.

Exit codes: 0 success; 1 a failure while working; 2 usage or unreadable input, one clear line;
130 interrupted (`serve`, `register serve` and `demo` end with 0 on Ctrl-C).
"""

from __future__ import annotations

import argparse
import os
import select
import sys
import traceback
from collections.abc import Callable, Sequence
from pathlib import Path

from features.errors import ChinhchuError, InputError
from models.errors import JudgementError
from service.arguments import Parser, speak_the_readers_language
from service.cli import books, living
from service.cli.check import check
from service.cli.explain import explain
from service.cli.forget import forget
from service.cli.graph import graph
from service.cli.model import model
from service.cli.policy import policy
from service.cli.replay import replay
from service.cli.rings import rings
from service.cli.watch import watch
from service.cli.weights import weights
from service.errors import SettingsError
from service.interruption import interruptible
from service.settings import Settings
from service.words import reason, said

_USAGE_ERRORS = (InputError, SettingsError, JudgementError)


def main(words: Sequence[str] | None = None) -> int:
    """Runs one command; gives the exit code."""
    # A library that waits on a busy core would slow every score on a small machine.
    os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")
    options = _parser().parse_args(words)
    run: Callable[[Settings, argparse.Namespace], int] = options.run
    with interruptible() as came:
        try:
            code = run(Settings.from_environment(os.environ), options)
            sys.stdout.flush()
        except KeyboardInterrupt:
            return _interrupted()
        except Exception as error:  # noqa: BLE001  # never a traceback at a user
            return _interrupted() if came else _failed(error)
        return code


def _interrupted() -> int:
    print(said("đã dừng", "interrupted"), file=sys.stderr)
    return 130


def _failed(error: Exception) -> int:
    """One line on standard error, with no text that may hold a name; gives the exit code."""
    if isinstance(error, BrokenPipeError) and _nobody_reads():
        return 1
    if isinstance(error, OSError):
        where = f"{error.filename}: " if error.filename else ""
        text = where + (reason(error) if error.strerror else str(error))
    elif isinstance(error, ChinhchuError):
        text = said(error.vietnamese, str(error))
    elif isinstance(error, MemoryError):
        text = said("không đủ bộ nhớ", "not enough memory")
    else:
        frame = traceback.extract_tb(error.__traceback__)[-1]
        where = f"{Path(frame.filename).name}:{frame.lineno}"
        text = (
            f"{said('lỗi không lường trước', 'unexpected error')}: {type(error).__name__} ({where})"
        )
    print("chinhchu: " + " ".join(text.split()), file=sys.stderr)
    return 2 if isinstance(error, _USAGE_ERRORS) else 1


def _nobody_reads() -> bool:
    """Whether standard output is a pipe that was closed (`| head`); what is left for it is let go."""
    output = select.poll()
    output.register(sys.stdout.fileno(), 0)
    if not output.poll(0):
        return False
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    return True


def _parser() -> argparse.ArgumentParser:
    speak_the_readers_language()
    parser = Parser(prog="chinhchu", description=said(*_DESCRIPTION))
    commands = parser.add_subparsers(required=True, metavar="COMMAND")
    for add in (
        *(living.demo, books.simulate, books.population, books.book),
        *(check, books.train, books.backtest, books.campaign),
        *(
            weights,
            watch,
            model,
            policy,
            replay,
            explain,
            rings,
            graph,
            forget,
            living.serve,
            living.register,
            living.key,
        ),
    ):
        add(commands)
    return parser


_DESCRIPTION = (
    (
        "Kiểm tra tài khoản ngân hàng và SIM có đúng chính chủ không. "
        "Dữ liệu của chương trình nằm trong một thư mục (CHINHCHU_HOME)."
    ),
    (
        "Screens bank accounts and SIM cards: is the registration in the hands of its rightful "
        "holder? All data of the program lies in one folder (CHINHCHU_HOME)."
    ),
)
