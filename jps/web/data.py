"""The analyst's first page: frames and their columns, snapshots, notebooks, exports, tokens."""

from dataclasses import dataclass

from flask import Blueprint, render_template, request
from flask.typing import ResponseReturnValue
from flask_babel import gettext

from jps.access.models import User
from jps.access.rules import Can
from jps.access.tokens import list_api_tokens
from jps.analysis.columns import KIND_NAMES, Column
from jps.analysis.frames import FRAMES, Frame, columns_of
from jps.analysis.rules import NOTICE
from jps.analysis.services import facts_of, find_frame
from jps.db import db
from jps.errors import NotAllowed
from jps.http import actor, now, requires, today
from jps.text import N_
from jps.web.codebook import form_in_force
from jps.web.fields import language
from jps.web.tokens import token_state

bp = Blueprint("data", __name__, url_prefix="/data")


@dataclass(frozen=True)
class Notebook:
    """A notebook of the folder `notebooks`, by the question that it answers."""

    file: str
    question: str


NOTEBOOKS = (
    Notebook("01_first_look.py", N_("Apa isi data kita, dan seberapa lengkap?")),
    Notebook("02_matching_quality.py", N_("Seberapa baik pemadanannya?")),
    Notebook("03_poverty_map.py", N_("Di mana kemiskinan, dan seberapa pasti?")),
    Notebook("04_proxy_means_test.py", N_("Seberapa tepat skor menebak siapa yang miskin?")),
    Notebook("05_simulate_programme.py", N_("Siapa yang dicapai sebuah program, dan biayanya?")),
    Notebook("06_overlap.py", N_("Siapa menerima lebih dari satu program?")),
    Notebook("07_small_areas.py", N_("Berapa tingkat kemiskinan wilayah yang datanya sedikit?")),
)


@dataclass(frozen=True)
class Shown:
    """A column as the page shows it; `codes` when the questionnaire lists its codes."""

    name: str
    kind: str
    about: str
    codes: bool


@bp.get("/")
@requires(Can.USE_ANALYSIS)
def index() -> ResponseReturnValue:
    """Show what there is to work with."""
    form = form_in_force()
    frames = [(frame, FRAMES[frame], len(columns_of(frame, form))) for frame in _frames_of(actor())]
    tokens = list_api_tokens(db.session(), actor())
    return render_template(
        "data/index.html",
        frames=frames,
        facts=facts_of(db.session(), on=today()),
        notice=NOTICE,
        notebooks=NOTEBOOKS,
        active=sum(token_state(token, now()) == "active" for token in tokens),
        address=request.host_url.rstrip("/"),
    )


@bp.get("/<name>")
@requires(Can.USE_ANALYSIS)
def frame(name: str) -> ResponseReturnValue:
    """Show the columns of a frame."""
    found = find_frame(name)
    if found not in _frames_of(actor()):
        raise NotAllowed()
    columns = columns_of(found, form_in_force(), identified=actor().can(Can.SEE_HOUSEHOLDS))
    return render_template(
        "data/frame.html",
        frame=found,
        kind=FRAMES[found],
        columns=[(_shown(column), column.identifying) for column in columns],
    )


def _frames_of(user: User) -> list[Frame]:
    return [frame for frame, kind in FRAMES.items() if user.can(kind.permission)]


def _shown(column: Column) -> Shown:
    question = column.question
    about = gettext(column.about) if question is None else question.label(language())
    codes = question is not None and bool(question.choices)
    return Shown(column.name, KIND_NAMES[column.kind], about, codes)
