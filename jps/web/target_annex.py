"""A list as the annex of a decree, in the reader's language; names for those who may see them."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from flask_babel import gettext

from jps.areas.rules import Level
from jps.db import db
from jps.targeting.annex import Annex, Column, annex_pdf
from jps.targeting.models import TargetList, TargetRule, TargetSnapshot
from jps.targeting.quotas import METHOD_NAMES, Method
from jps.targeting.rules import STATE_NAMES, ListState
from jps.targeting.scores import SCORE_NAMES, Score
from jps.web.accounts import person
from jps.web.formats import moment, number, rupiah
from jps.web.target_forms import area_names
from jps.web.target_people import place_of
from jps.web.target_rules import words_of


def list_annex(
    found: TargetList, rows: Sequence[tuple[str, str, str, int]], *, names: bool
) -> bytes:
    """Return the annex of a list as PDF.

    `rows` are area code, name (or a short id), address and rank of the selected, in order.
    """
    rule = db.session.get_one(TargetRule, found.rule_id)
    snapshot = db.session.get_one(TargetSnapshot, found.snapshot_id)
    places = area_names()
    state = ListState(found.state)
    approved = state is ListState.APPROVED
    return annex_pdf(
        Annex(
            title=gettext("Lampiran: %(name)s", name=found.name),
            subtitle=_subtitle(found),
            facts=_facts(found, rule, snapshot, places),
            columns=(
                Column(gettext("No."), 0.05, number=True),
                Column(gettext("Kepala rumah tangga"), 0.24),
                Column(gettext("Alamat"), 0.27),
                Column(gettext("Desa/kelurahan"), 0.17),
                Column(gettext("Kecamatan"), 0.18),
                Column(gettext("Urutan"), 0.09, number=True),
            ),
            rows=[
                (
                    number(place),
                    name,
                    address,
                    places.get(code, code),
                    places.get(code[: Level.KECAMATAN.code_length], ""),
                    number(rank),
                )
                for place, (code, name, address, rank) in enumerate(rows, start=1)
            ],
            foot=_foot(found, names=names),
            page=gettext("Halaman {page} dari {pages}"),
            closing=_closing() if approved else (),
            draft="" if approved else gettext("RANCANGAN"),
        )
    )


def _subtitle(found: TargetList) -> str:
    area = place_of(found)
    count = number(found.counts.get("within-quota", 0))
    text = gettext("%(n)s rumah tangga penerima di %(area)s", n=count, area=area)
    return f"{found.programme} · {text}" if found.programme else text


def _facts(
    found: TargetList, rule: TargetRule, snapshot: TargetSnapshot, places: Mapping[str, str]
) -> list[tuple[str, str]]:
    selected = found.counts.get("within-quota", 0)
    quotas = f"{number(found.total)} · {gettext(METHOD_NAMES[Method(found.method)])}"
    if found.method != Method.NONE:
        quotas += f" · {gettext(Level(found.level).label)}"
    order = gettext(SCORE_NAMES[Score(found.score)])
    if found.weights:
        parts = (f"{gettext(SCORE_NAMES[Score(p)])} {w}" for p, w in sorted(found.weights.items()))
        order += f" ({', '.join(parts)})"
    state = f"{gettext(STATE_NAMES[ListState(found.state)])}, {person(found.state_by)}"
    words = "; ".join(_lines(words_of(rule.tree)))
    total = f"{rupiah(found.amount)} × {number(selected)} = {rupiah(found.amount * selected)}"
    return [
        (gettext("Nomor daftar"), found.content_hash[:16]),
        (gettext("Status"), f"{state}, {moment(found.state_at)}"),
        (gettext("Data per"), moment(snapshot.taken_at)),
        (gettext("Aturan"), f"{rule.name} ({rule.version}): {words}"),
        (gettext("Kuota"), quotas),
        (gettext("Urutan menurut"), f'{order}; {gettext("undian")} "{found.seed}"'),
        (gettext("Nilai"), total),
    ]


def _lines(words: Mapping[str, Any]) -> Iterator[str]:
    """Yield a rule's lines one after another; a heading stands before its own."""
    below = [line for part in words["below"] for line in _lines(part)]
    if below:
        yield f"{words['text']} {', '.join(below)}"
    else:
        yield words["text"]


def _foot(found: TargetList, *, names: bool) -> str:
    text = f"JPS · {found.name} · {found.content_hash}"
    return text if names else f"{text} · {gettext('nama dan alamat disamarkan')}"


def _closing() -> tuple[str, ...]:
    return (
        gettext("Ditetapkan di: .............................."),
        gettext("Pada tanggal: .............................."),
        gettext("Nomor SK: .............................."),
        "",
        "",
        "(.................................................)",
    )
