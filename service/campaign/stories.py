"""The rings of a run told whole: `rings.json`, each with its story and the evidence of its ties.

Nothing in it depends on the key of the run: a value that ties stands there by its kind alone.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Sequence
from pathlib import Path
from typing import Any

from graph.attributes import Key
from graph.rings import Ring
from service.answers import moment
from service.results import unwritable
from service.ring_story import story


def write_stories(folder: Path, rings: Sequence[Ring], confirmed: Collection[Key]) -> None:
    """Writes `rings.json` into `folder`, which `service.results` keeps aside.

    Args:
        folder: that of the run.
        rings: in the order in which they shall stand there.
        confirmed: registrations that the run knew to be fraud.

    Raises:
        DataFolderError: there is no room, or writing is not possible.
    """
    forms = [_form(ring, confirmed) for ring in rings]
    text = json.dumps(forms, ensure_ascii=False, indent=1) + "\n"
    try:
        (folder / "rings.json").write_text(text, encoding="utf-8")
    except OSError as error:
        raise unwritable(folder.parent, error) from error


def _form(ring: Ring, confirmed: Collection[Key]) -> dict[str, Any]:
    known = sum(node.key in confirmed for node in ring.members)
    vietnamese, english = story(ring, known)
    place = {node.key: i for i, node in enumerate(ring.members)}
    ties = sorted((tie.attribute.value, [place[key] for key in tie.members]) for tie in ring.ties)
    return {
        "ring_id": ring.ring_id,
        "ring_risk": ring.risk,
        "story": {"vi": vietnamese, "en": english},
        "first_seen": moment(ring.first_seen),
        "holders": ring.holders,
        "accounts": ring.accounts,
        "confirmed": known,
        "legal_tier": ring.tier,
        "members": [
            {"institution": node.institution, "registration_id": node.registration_id}
            for node in ring.members
        ],
        "ties": [{"attribute": kind, "members": places} for kind, places in ties],
    }
