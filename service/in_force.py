"""What judges now: the champion and the policy in force, taken over while the service runs.

Two one-line files of the data folder say which: `models/champion` and `policies/in_force`. A thread
of its own looks whether one was switched, loads what it names and proves it; the lane takes `judges`
once a batch, so that one pair judges all of it. What cannot be used is told in one line, and what
judged before goes on.
"""

from __future__ import annotations

import hashlib
import logging
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path

from features.errors import ChinhchuError
from models import bundle, journal, policy, registry
from models.bundle import Bundle
from models.errors import JudgementError, PolicyError, UnknownModelError
from models.policy import Policy
from models.risk import RiskModel
from service.lane import log_defect
from service.words import said

_LOOK_EVERY = 1.0
_logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Judges:
    """One model and one policy; whoever judges takes both at once.

    `learned_until` is None of a model that stands in: it learned from a made-up world, and has no age.
    """

    model: RiskModel
    policy: Policy
    learned_until: datetime | None = None


class InForce:
    """Holds what judges; `judges` may be read by any thread at any time."""

    def __init__(self, home: Path, named: Path | None = None) -> None:
        """`named` is a policy file that wins over the adopted one, and is read this once.

        Raises:
            JudgementError: the champion or the policy in force cannot be used.
        """
        self._home = home
        self._named = named
        self._one_at_a_time = threading.Lock()
        self._seen = self._signs()
        self.judges = self._first()
        self._lent = False
        self.announce: Callable[[Judges], None] = lambda _: None
        """Is told of new judges before they judge."""

    def _first(self) -> Judges:
        """What judges at the start; where it cannot, the line names the command that mends it."""
        for left in cut_short(self._home, "model", "policy"):
            _logger.warning(left)
        try:
            chosen = self._champion()
        except JudgementError as error:
            raise _with_way(error, "model rollback", "model promote default") from error
        try:
            return _judges(chosen, self._policy())
        except JudgementError as error:
            if self._named is not None:
                raise
            raise _with_way(error, "policy rollback", "policy adopt FILE") from error

    @contextmanager
    def followed(self) -> Iterator[None]:
        """Looks once a second, on a thread of its own, until the end of the block."""
        stopping = threading.Event()

        def follow() -> None:
            while not stopping.wait(_LOOK_EVERY):
                self.look()

        thread = threading.Thread(target=follow, name="in force", daemon=True)
        thread.start()
        try:
            yield
        finally:
            stopping.set()
            thread.join()

    def lend(self, judges: Judges) -> None:
        """Lets others judge than the files name, until one of those is switched."""
        with self._one_at_a_time:
            self.judges, self._lent = judges, True

    def look(self) -> None:
        """Takes over what was switched since the last look; who cannot wait a second asks himself."""
        with self._one_at_a_time:
            before, self._seen = self._seen, self._signs()
            both = self._lent and self._seen != before
            self._lent = self._lent and not both
            if both or self._seen[0] != before[0]:
                self._take(lambda: _judges(self._champion(), self.judges.policy))
            if both or self._seen[1] != before[1]:
                self._take(lambda: replace(self.judges, policy=self._policy()))

    def _take(self, load: Callable[[], Judges]) -> None:
        try:
            new = load()
            self.announce(new)
            self.judges = new
        except (ChinhchuError, OSError) as error:
            kept = said("vẫn dùng bản cũ", "what judged before goes on")
            _logger.error("%s: %s", " ".join(str(error).split()), kept)  # noqa: TRY400
        except Exception as error:  # noqa: BLE001 a defect in what is new ends nothing that runs
            log_defect("taking over what judges", error)
        else:
            _logger.warning(
                said(
                    "từ nay xét bằng mô hình %s, chính sách %s",
                    "from now on model %s and policy %s judge",
                ),
                self.judges.model.version,
                self.judges.policy.version,
            )

    def _signs(self) -> tuple[object, object]:
        """What changes whenever an alias is written, even to what it said before."""
        adopted = None if self._named else _sign(self._home / "policies" / "in_force")
        return _sign(self._home / "models" / "champion"), adopted

    def _champion(self) -> Bundle:
        """The champion; as the policy, it is kept in the data folder, for rows name it."""
        _refuse_odd(self._home / "models" / "champion")
        folder = registry.champion_folder(self._home)
        chosen = bundle.load(folder)
        registry.keep(folder, chosen.version, self._home)
        return chosen

    def _policy(self) -> Policy:
        if self._named is None:
            _refuse_odd(self._home / "policies" / "in_force")
        file = policy_file(self._named, self._home)
        rules = policy.load(file)
        if self._named is None:
            prove_kept(file, self._home)
        policy.keep(rules, self._home, file)
        return rules


def _refuse_odd(alias: Path) -> None:
    """Nothing judges by a file that somebody spoilt: without it another one would, unasked."""
    if alias.exists() and journal.named(alias) is None:
        where = f"{alias.parent.name}/{alias.name}"
        raise UnknownModelError(
            said(f"{where} không gọi tên phiên bản nào", f"{where} names no version")
        )


def _with_way(error: JudgementError, *commands: str) -> JudgementError:
    either, other = (f"`chinhchu {command}`" for command in commands)
    vietnamese = error.vietnamese if isinstance(error, PolicyError) else str(error)
    vietnamese, line = (" ".join(text.split()) for text in (vietnamese, str(error)))
    return JudgementError(
        said(
            f"{vietnamese}; chữa bằng {either} hoặc {other}",
            f"{line}; {either} or {other} mends it",
        )
    )


def _judges(chosen: Bundle, rules: Policy) -> Judges:
    return Judges(chosen.model(), rules, chosen.learned_until)


def policy_file(named: Path | None, home: Path) -> Path:
    """The policy in force: the file that a setting names, else the adopted one, else the packaged."""
    return named or adopted("in_force", home) or policy.DEFAULT


def adopted(alias: str, home: Path) -> Path | None:
    """The kept policy that `in_force` or `previous` names, None before any adoption."""
    folder = home / "policies"
    version = journal.named(folder / alias)
    if alias == "previous":
        now = journal.named(folder / "in_force")
        version = journal.named_before(folder / alias, now, journal_of(home))
    return None if version is None else folder / f"{version}.toml"


def prove_kept(file: Path, home: Path) -> str:
    """The digest of a kept policy, which is still that of its first adoption.

    Raises:
        PolicyError: somebody changed it since.
    """
    digest = hashlib.sha256(file.read_bytes()).hexdigest()
    entries = journal.switches(journal_of(home))
    first = next((e["digest"] for e in entries if e["to"] == file.stem and "digest" in e), digest)
    if first != digest:
        raise PolicyError(file.stem, [policy.CHANGED])
    return digest


def journal_of(home: Path) -> Path:
    """The journal of adopted policies."""
    return home / "policies" / "adoptions.jsonl"


def cut_short(home: Path, *kinds: str) -> list[str]:
    """A line for each last switch, of a `model` or a `policy`, that is on record and was not made."""
    models, policies = home / "models" / "champion", home / "policies" / "in_force"
    unmade = {
        "model": journal.unmade(registry.journal_of(home), models),
        "policy": journal.unmade(journal_of(home), policies),
    }
    return [
        said(
            f"`chinhchu {kind} log`: lần thay cuối, sang {version}, được ghi mà chưa thực hiện; hãy làm lại",
            f"`chinhchu {kind} log`: the last switch, to {version}, is on record and was not made; order it again",
        )
        for kind, version in unmade.items()
        if version is not None and kind in kinds
    ]


def _sign(alias: Path) -> object:
    try:
        state = alias.stat()
    except OSError:
        return None
    return state.st_mtime_ns, state.st_ino
