"""Names that were normalised before: of the next list only names written anew are worked out."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from jps.matching.columns import distinct, strings, take, text_column
from jps.matching.hashing import Ints
from jps.matching.names import Names
from jps.matching.normalise import Normaliser, default_normaliser
from jps.matching.person import PERSON
from jps.matching.records import Records
from jps.matching.spec import Spec


@dataclass(frozen=True)
class Written:
    """Distinct names as they were written, and in `names` their normal forms at the same places.

    Both must be of one list and one version of the rules.
    """

    texts: pa.StringArray
    names: Names

    def read(self, values: pa.StringArray, normaliser: Normaliser) -> Names:
        """Return what `Names.read` returns for these rows."""
        texts, codes = distinct(values)
        place = pc.index_in(texts, value_set=self.texts)
        new = np.asarray(place.is_null(), bool)
        fresh = Names.read(strings(texts.filter(pa.array(new))), normaliser)
        where: Ints = np.asarray(pc.fill_null(place, pa.scalar(0, pa.int32())), np.int64)
        where[new] = len(self.texts) + fresh.codes
        return Names(
            codes,
            take(strings(pa.concat_arrays([self.names.plain, fresh.plain])), where),
            take(strings(pa.concat_arrays([self.names.sound, fresh.sound])), where),
            np.concatenate([np.asarray(self.names.columns), fresh.columns])[where],
        )


def written_names(table: pa.Table, spec: Spec = PERSON) -> dict[str, pa.StringArray]:
    """Return the distinct texts of every field of names, in the order of its normal forms."""
    return {
        field.name: distinct(text_column(table, field.column))[0]
        for field in spec.fields
        if field.kind.column is Names and len(field.columns) == 1
    }


def read_again(
    table: pa.Table, before: Mapping[str, Written], normaliser: Normaliser | None = None
) -> Records:
    """Return `Records.read` of a table of which much was read before, by field name."""
    normaliser = normaliser or default_normaliser()
    known = {
        name: one.read(text_column(table, PERSON.field(name).column), normaliser)
        for name, one in before.items()
    }
    return Records.read(table, normaliser, PERSON, known=known)
