"""The codebook as CSV, from the questionnaire."""

import csv
import io
from collections.abc import Sequence

from jps.questionnaire import Form

_FORMULA = ("=", "+", "-", "@", "\t", "\r")


def codebook_csv(form: Form) -> bytes:
    """Return the codebook as CSV (UTF-8 with BOM): one row per question and one per code.

    Labels stand in every language of the form, in columns `label_id`, `label_en`, ...
    """
    out = io.StringIO()
    writer = csv.writer(out)
    labels = [f"label_{language}" for language in form.languages]
    codes = [f"code_label_{language}" for language in form.languages]
    asked = ("required", "relevant", "constraint", "calculation")
    head = ("version", "section", "name", "type", *labels, *asked, "list", "code", *codes)
    writer.writerow([*head, "source"])
    for row in form.codebook():
        question = row.question
        start = [form.version, row.section.name, question.name, question.type]
        start += [question.labels.get(language, "") for language in form.languages]
        start += ["yes" if question.required else question.required_if, " and ".join(row.relevant)]
        start += [question.constraint, question.calculation, question.list_name]
        writer.writerow(_plain([*start, "", *[""] * len(codes), question.source]))
        for choice in row.choices:
            names = [choice.labels.get(language, "") for language in form.languages]
            writer.writerow(_plain([*start, choice.code, *names, question.source]))
    return b"\xef\xbb\xbf" + out.getvalue().encode()


def _plain(cells: Sequence[str]) -> list[str]:
    """Keep a spreadsheet from reading a text as a formula."""
    return [f"'{cell}" if cell.startswith(_FORMULA) else cell for cell in cells]
