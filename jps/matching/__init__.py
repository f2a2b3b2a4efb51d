"""Who is who: find the registry person that a record of ours describes. Pure; no database, no web.

Input is an Arrow table with the text columns id, nik, kk, name, birth_date ("YYYY-MM-DD", "YYYY" or
""), sex ("1", "2" or ""), mother, village ("75.01.01.2001" or ""); blanks match nobody.

In batch::

    index = RegistryIndex.build(registry)          # index.save(folder), RegistryIndex.load(folder)
    links = link(survey, index)                    # learns a model; link(..., model=m) uses one
    for one in links: one.record, one.person, one.weight, one.margin, one.levels
    links.table(), bits_of(links, index.people)    # columns for storing, with the evidence
    links.model.to_json(), links.report

For one person: `Person.read(mapping)`, `record_keys(person)` (what to look up in a key table filled
from `index.postings()`), `rank(person, candidates, model)`, `explain(person, candidate, model)`.

Any two lists: `specfile.read_spec(path).spec` in `RegistryIndex.build(table, spec=spec)`; the rest
is the same. The doubles of one list: `within.find_doubles(index)`.

How it works, module by module in reading order. What a field is: `kinds`; `numbers`, `dates`,
`places`, `codes`; `variants`, `normalise` (one name), `words`, `names` (many names); `texts`,
`digits`, `swapped`. What lists are: `recipes`, `spec`, `person` (the default), `tomltable`,
`specfile`; `records`. Which pairs are compared: `keys`, `index`, `blocking`. How they agree:
`compare`, `pairs`. What that is worth: `frequencies`, `model`, `train`; without a number
`strangers`, `relatives`, `candidates`. Who is linked: `search`, `household`, `assign`, `links`,
`linker`, `expected`; `prior`, `clusters`, `within`; `online`, `evidence`. Weights are bits: 0 is
even odds, each bit doubles them.
"""

from typing import TypeAlias

from jps.matching.evidence import Evidence, bits_of, explain
from jps.matching.index import RegistryIndex, StaleIndex
from jps.matching.keys import record_keys
from jps.matching.linker import Thresholds, link
from jps.matching.links import Link, LinkReport, Links
from jps.matching.model import Model, probability
from jps.matching.online import Candidate, rank
from jps.matching.person import COLUMNS, FIELDS, PERSON
from jps.matching.records import Record, Records
from jps.matching.spec import Assignment, Spec

# The names of these for the Indonesian person, whose specification is the default.
Person: TypeAlias = Record
People: TypeAlias = Records

__all__ = [
    "COLUMNS",
    "FIELDS",
    "PERSON",
    "Assignment",
    "Candidate",
    "Evidence",
    "Link",
    "LinkReport",
    "Links",
    "Model",
    "People",
    "Person",
    "Record",
    "Records",
    "RegistryIndex",
    "Spec",
    "StaleIndex",
    "Thresholds",
    "bits_of",
    "explain",
    "link",
    "probability",
    "rank",
    "record_keys",
]
