"""The workbook of households and members: empty as a template, filled as an export.

Row 1 holds the questions in words, row 2 their names, data begin in row 3. All cells but counts are
text, so that Excel leaves the digits of NIK and KK alone; codes come as drop-downs.
"""

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any

from jps.exports.orders import Field
from jps.layouts.columns import KEY_HEADERS
from jps.questionnaire import Form, Question
from jps.text import N_

if TYPE_CHECKING:
    from xlsxwriter import Workbook, Worksheet

HEADER_ROWS = 2  # questions in words, then their names
PROMPT = 255  # characters that Excel shows beside a cell
TEMPLATE_ROWS = 2000  # rows of an empty template with drop-downs
SHEET_ROWS = 1_048_576  # of Excel
CODE_END = " - "  # between code and label
SHEETS = {"household": N_("Rumah tangga"), "member": N_("Anggota")}

Translate = Callable[[str], str]


class HouseholdBook:
    """A workbook as it is written, row by row; `filled` is how many rows get drop-downs."""

    def __init__(
        self,
        target: Path | IO[bytes],
        form: Form,
        fields: Mapping[str, Sequence[Field]],
        *,
        language: str,
        translate: Translate,
        filled: int = TEMPLATE_ROWS,
    ) -> None:
        import xlsxwriter

        # Rows go to disk as they come, so they are only written from above downwards.
        options = {
            "constant_memory": isinstance(target, Path),
            "in_memory": not isinstance(target, Path),
            "strings_to_formulas": False,
            "strings_to_urls": False,
        }
        self._book: Workbook = xlsxwriter.Workbook(
            str(target) if isinstance(target, Path) else target, options
        )
        self._form, self._language, self._translate = form, language, translate
        self._fields = fields
        self._rows = dict.fromkeys(fields, HEADER_ROWS)
        help_sheet = self._book.add_worksheet(translate(N_("Petunjuk")))
        self._sheets = {
            scope: self._book.add_worksheet(translate(SHEETS[scope])) for scope in fields
        }
        self._text = self._book.add_format({"num_format": "@"})
        ranges = self._write_codes(translate(N_("Kode")))
        for scope in fields:
            self._write_header(scope)
            self._add_choices(scope, ranges, min(filled + HEADER_ROWS, SHEET_ROWS))
        self._write_help(help_sheet)

    def add(self, scope: str, record: Mapping[str, Any]) -> None:
        """Write a record into the next row of a sheet."""
        sheet, row = self._sheets[scope], self._rows[scope]
        for column, field in enumerate(self._fields[scope]):
            value = record.get(field.name)
            if value is None or value == "":
                continue
            if field.is_count and isinstance(value, int):
                sheet.write_number(row, column, value)
            else:
                sheet.write_string(row, column, self._shown(field, value), self._text)
        self._rows[scope] = row + 1

    def close(self) -> None:
        """Finish the file."""
        self._book.close()

    def _shown(self, field: Field, value: object) -> str:
        question = field.question
        if question is not None and question.type == "select_one":
            label = question.answer_label(value, self._language)
            return f"{value}{CODE_END}{label}" if label != value else str(value)
        return " ".join(map(str, value)) if isinstance(value, list) else str(value)

    def _write_codes(self, name: str) -> dict[str, str]:
        """Write each list of codes as a column; return the range of each for the drop-downs."""
        sheet, bold = self._book.add_worksheet(name), self._book.add_format({"bold": True})
        lists = {question.list_name: question for question in self._form if question.choices}
        columns = sorted(lists.items())
        for row in range(1 + max(len(question.choices) for _, question in columns)):
            for column, (list_name, question) in enumerate(columns):
                if row == 0:
                    sheet.write_string(row, column, list_name, bold)
                elif row <= len(question.choices):
                    choice = question.choices[row - 1]
                    text = f"{choice.code}{CODE_END}{choice.label(self._language)}"
                    sheet.write_string(row, column, text)
        sheet.set_column(0, len(lists), 28)
        letters = [_letters(column) for column in range(len(columns))]
        return {
            list_name: f"='{name}'!${letter}$2:${letter}${len(question.choices) + 1}"
            for letter, (list_name, question) in zip(letters, columns, strict=True)
        }

    def _write_header(self, scope: str) -> None:
        sheet, fields = self._sheets[scope], self._fields[scope]
        heading = self._book.add_format(
            {"bold": True, "bg_color": "#E7F2F1", "text_wrap": True, "valign": "top", "border": 1}
        )
        name_style = self._book.add_format({"font_color": "#52645F", "font_size": 9, "border": 1})
        sheet.set_column(0, len(fields) - 1, 20, self._text)
        sheet.set_row(0, 60)
        for column, field in enumerate(fields):
            sheet.write_string(0, column, self._heading(field), heading)
        for column, field in enumerate(fields):
            sheet.write_string(1, column, field.name, name_style)
        sheet.freeze_panes(HEADER_ROWS, 1)

    def _heading(self, field: Field) -> str:
        if field.question is None:
            return self._translate(KEY_HEADERS[field.name][0])
        mark = " *" if field.question.required else ""
        return field.question.label(self._language) + mark

    def _add_choices(self, scope: str, ranges: Mapping[str, str], last: int) -> None:
        sheet, last = self._sheets[scope], max(last - 1, HEADER_ROWS)
        for column, field in enumerate(self._fields[scope]):
            if field.question is not None:
                rule = self._validation(field.question, ranges)
                sheet.data_validation(HEADER_ROWS, column, last, column, rule)

    def _validation(self, question: Question, ranges: Mapping[str, str]) -> dict[str, Any]:
        """Return the drop-down of a question with codes, and the help beside its cells."""
        help_text = question.hint(self._language)
        if question.type == "select_multiple":
            codes = ", ".join(f"{c.code} {c.label(self._language)}" for c in question.choices)
            help_text = self._translate(N_("Tulis kode dengan spasi di antaranya")) + ": " + codes
        elif question.type == "date":
            help_text = self._translate(N_("Tulis sebagai TTTT-BB-HH, misalnya 1980-12-31."))
        prompt = {"input_title": question.name[:32], "input_message": help_text[:PROMPT] or "-"}
        if question.type != "select_one":
            return {"validate": "any", **prompt}
        return {"validate": "list", "source": ranges[question.list_name], "error_type": "stop"} | (
            prompt if help_text else {}
        )

    def _write_help(self, sheet: "Worksheet") -> None:
        translate = self._translate
        lines = (
            self._form.title(self._language),
            translate(N_("Versi kuesioner")) + f": {self._form.version}",
            "",
            translate(N_("Satu baris satu rumah tangga; anggotanya pada lembar kedua.")),
            translate(N_("Kode rumah tangga menghubungkan anggota dengan rumah tangganya.")),
            translate(N_("Isi mulai baris 3. Baris 1 dan 2 jangan diubah.")),
            translate(N_("Semua sel berformat teks. NIK dan KK jangan diubah menjadi angka.")),
            translate(
                N_("Pilihan: ambil dari daftar; yang dibaca adalah kode di depan tanda hubung.")
            ),
            translate(N_("Tanda * berarti wajib diisi bila pertanyaannya berlaku.")),
        )
        bold = self._book.add_format({"bold": True, "font_size": 14})
        sheet.set_column(0, 0, 90)
        for row, line in enumerate(lines):
            sheet.write_string(row, 0, line, bold if row == 0 else None)
        sheet.activate()


def _letters(column: int) -> str:
    """Return the name of a column counted from 0: A, B, ..., Z, AA."""
    text = ""
    column += 1
    while column:
        column, rest = divmod(column - 1, 26)
        text = chr(65 + rest) + text
    return text
