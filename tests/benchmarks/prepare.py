"""Lists as a careful user of another linker prepares them: our normal forms, blanks as null."""

from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from jps.matching.columns import text_column, to_texts
from jps.matching.dates import read_date
from jps.matching.normalise import Name, Normaliser, default_normaliser
from jps.matching.numbers import read_number


def prepare(folder: Path) -> None:
    """Write registry_prepared.parquet and survey_prepared.parquet beside the lists."""
    for name in ("registry", "survey"):
        table = pq.ParquetFile(folder / f"{name}.parquet").read()
        pq.write_table(prepared(table, default_normaliser()), folder / f"{name}_prepared.parquet")


def prepared(table: pa.Table, normaliser: Normaliser) -> pa.Table:
    """Return the columns that peers compare and block on."""
    texts = {name: to_texts(text_column(table, name)) for name in table.column_names}
    names = [normaliser.name(text) for text in texts["name"]]
    mothers = [normaliser.name(text) for text in texts["mother"]]
    niks = [read_number(text) for text in texts["nik"]]
    kks = [read_number(text) for text in texts["kk"]]
    dates = [str(read_date(text)) for text in texts["birth_date"]]
    columns: dict[str, list[str]] = {
        "unique_id": texts["id"],
        "nik": [str(nik) if nik else "" for nik in niks],
        "nik_head": [str(nik)[:8] if nik else "" for nik in niks],
        "kk": [str(kk) if kk else "" for kk in kks],
        "name": [name.plain for name in names],
        "name_sound": [_sound(name) for name in names],
        "first": [name.words[0].sound if name.words else "" for name in names],
        "last": [name.words[-1].sound if name.words else "" for name in names],
        "initial": [name.words[0].sound[:1] if name.words else "" for name in names],
        "birth": [date if len(date) == 8 and date[4:] != "0000" else "" for date in dates],
        "year": [date[:4] if len(date) >= 4 else "" for date in dates],
        "sex": texts["sex"],
        "mother": [name.plain for name in mothers],
        "mother_sound": [_sound(name) for name in mothers],
        "village": texts["village"],
    }
    return pa.table(
        {
            name: pa.array([value or None for value in values], pa.string())
            for name, values in columns.items()
        }
    )


def _sound(name: Name) -> str:
    """Return the words as they sound, in alphabetical order."""
    return " ".join(sorted(word.sound for word in name.words))
