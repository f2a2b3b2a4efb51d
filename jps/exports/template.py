"""The template that an office fills in: our questionnaire as an empty workbook."""

import io

from jps.exports.orders import Field
from jps.exports.workbook import HouseholdBook, Translate
from jps.layouts import HOUSEHOLD_KEY
from jps.questionnaire import Form


def import_template(form: Form, language: str, translate: Translate) -> bytes:
    """Return an XLSX with a sheet for households, one for members, one of codes and one of help.

    The first column of both sheets joins a member to the household.
    """
    out = io.BytesIO()
    fields = {
        scope: [
            Field(HOUSEHOLD_KEY, "household"),
            *(
                Field(question.name, "member" if roster else "household", question)
                for question in form.columns(roster=roster)
            ),
        ]
        for scope, roster in (("household", False), ("member", True))
    }
    HouseholdBook(out, form, fields, language=language, translate=translate).close()
    return out.getvalue()
