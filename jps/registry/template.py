"""An empty Excel file with the columns of the registry, all of them formatted as text."""

import io

import xlsxwriter

COLUMNS = (
    "NIK",
    "NO_KK",
    "NAMA_LGKP",
    "JENIS_KLMIN",
    "TGL_LHR",
    "TMPT_LHR",
    "NAMA_LGKP_IBU",
    "KODE_WILAYAH",
    "ALAMAT",
    "STATUS",
)


def template_file() -> bytes:
    """Return the workbook. Text cells keep all 16 digits of a NIK."""
    content = io.BytesIO()
    book = xlsxwriter.Workbook(content, {"in_memory": True})
    text = book.add_format({"num_format": "@"})
    bold = book.add_format({"num_format": "@", "bold": True})
    sheet = book.add_worksheet("penduduk")
    sheet.set_column(0, len(COLUMNS) - 1, 20, text)
    for place, name in enumerate(COLUMNS):
        sheet.write_string(0, place, name, bold)
    sheet.freeze_panes(1, 0)
    book.close()
    return content.getvalue()
