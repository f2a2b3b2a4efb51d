"""The Indonesian person: the specification that JPS works by when no other is named.

The four rows of `own_start` are the share of pairs at each level (missing left out) among records
of one person, of strangers, of two members of one family, and of two members born on one day. They
count as much as PRIOR_PAIRS of observed pairs and `train` replaces them by what the data shows.
"""

from jps.matching.codes import Codes
from jps.matching.dates import DEFAULT_DAYS, ISO, Birth, Dates
from jps.matching.names import Likeness, PersonNames
from jps.matching.numbers import Numbers
from jps.matching.places import Places
from jps.matching.recipes import Recipe
from jps.matching.spec import Anchor, Family, Field, Spec
from jps.text import N_

NIK = Field(
    name="nik",
    kind=Numbers(),
    label=N_("NIK"),
    columns=("nik",),
    personal=True,
    owners=4,
    own_reasons=(
        N_("NIK tidak ada atau bukan nomor yang sah"),
        N_("NIK sama"),
        N_("NIK hampir sama (paling banyak dua angka berbeda)"),
        N_("NIK berbeda"),
    ),
    own_start=(
        (0.90, 0.06, 0.04),
        (1e-6, 1e-4, 0.999899),
        (0.005, 0.02, 0.975),
        (0.005, 0.60, 0.395),
    ),
)
KK = Field(
    name="kk",
    kind=Numbers(),
    label=N_("Nomor KK"),
    columns=("kk",),
    owners=40,
    own_reasons=(
        N_("Nomor KK tidak ada atau bukan nomor yang sah"),
        N_("Nomor KK sama"),
        N_("Nomor KK hampir sama (paling banyak dua angka berbeda)"),
        N_("Nomor KK berbeda"),
    ),
    own_start=(
        (0.80, 0.05, 0.15),
        (1e-5, 1e-4, 0.99989),
        (0.99, 0.005, 0.005),
        (0.99, 0.005, 0.005),
    ),
)
BIRTH = Field(
    name="birth",
    kind=Dates(ISO, DEFAULT_DAYS),
    label=N_("Tanggal lahir"),
    columns=("birth_date",),
    own_reasons=(
        N_("Tanggal lahir tidak diketahui"),
        N_("Tanggal lahir sama"),
        N_("Hari dan bulan lahir tertukar"),
        N_("Tanggal lahir berbeda satu angka"),
        N_("Tahun lahir sama, hari tidak diketahui pasti"),
        N_("Tahun lahir sama, hari atau bulan berbeda"),
        N_("Tahun lahir berdekatan, hari tidak diketahui pasti"),
        N_("Tanggal lahir berbeda"),
    ),
    own_start=(
        (0.82, 0.01, 0.05, 0.06, 0.02, 0.01, 0.03),
        (1e-4, 5e-5, 2e-3, 3e-3, 0.01, 0.01, 0.97485),
        (1e-3, 1e-3, 0.01, 5e-3, 0.01, 0.02, 0.953),
        (0.97, 1e-3, 0.006, 0.01, 0.006, 0.004, 0.003),
    ),
)
SEX = Field(
    name="sex",
    kind=Codes(("1", "2")),
    label=N_("Jenis kelamin"),
    columns=("sex",),
    own_reasons=(
        N_("Jenis kelamin tidak diketahui"),
        N_("Jenis kelamin sama"),
        N_("Jenis kelamin berbeda"),
    ),
    own_start=((0.99, 0.01), (0.50, 0.50), (0.48, 0.52), (0.62, 0.38)),
)
VILLAGE = Field(
    name="village",
    kind=Places(),
    label=N_("Desa/kelurahan"),
    columns=("village",),
    own_reasons=(
        N_("Desa/kelurahan tidak diketahui"),
        N_("Desa/kelurahan sama"),
        N_("Satu kecamatan, desa/kelurahan berbeda"),
        N_("Satu kabupaten/kota, kecamatan berbeda"),
        N_("Kabupaten/kota berbeda"),
    ),
    own_start=(
        (0.90, 0.04, 0.03, 0.03),
        (2e-3, 0.015, 0.2, 0.783),
        (0.99, 0.004, 0.003, 0.003),
        (0.99, 0.004, 0.003, 0.003),
    ),
)
NAME = Field(
    name="name",
    kind=PersonNames(),
    label=N_("Nama"),
    columns=("name",),
    own_reasons=(
        N_("Nama tidak ada"),
        N_("Nama sama"),
        N_("Bunyi nama sama, ejaannya berbeda"),
        N_("Semua kata nama yang satu ada pada nama yang lain"),
        N_("Nama hampir sama"),
        N_("Nama mirip"),
        N_("Nama sebagian mirip"),
        N_("Nama sedikit mirip"),
        N_("Nama berbeda"),
    ),
    own_start=(
        (0.70, 0.08, 0.07, 0.06, 0.04, 0.03, 0.01, 0.01),
        (1e-4, 5e-5, 2e-4, 5e-4, 3e-3, 0.02, 0.02, 0.95615),
        (1e-3, 1e-3, 5e-4, 0.01, 0.03, 0.15, 0.05, 0.7575),
        (1e-4, 2e-4, 1e-3, 0.02, 0.06, 0.25, 0.10, 0.5687),
    ),
)
MOTHER = Field(
    name="mother",
    kind=PersonNames(),
    label=N_("Nama ibu"),
    columns=("mother",),
    own_reasons=(
        N_("Nama ibu tidak ada"),
        N_("Nama ibu sama"),
        N_("Bunyi nama ibu sama, ejaannya berbeda"),
        N_("Semua kata nama ibu yang satu ada pada yang lain"),
        N_("Nama ibu hampir sama"),
        N_("Nama ibu mirip"),
        N_("Nama ibu sebagian mirip"),
        N_("Nama ibu sedikit mirip"),
        N_("Nama ibu berbeda"),
    ),
    own_start=(
        (0.70, 0.08, 0.06, 0.06, 0.04, 0.03, 0.01, 0.02),
        (1e-4, 5e-5, 2e-4, 5e-4, 3e-3, 0.02, 0.02, 0.95615),
        (0.30, 0.02, 0.01, 0.01, 0.01, 0.03, 0.02, 0.60),
        (0.94, 0.02, 0.01, 0.01, 0.01, 0.005, 0.003, 0.002),
    ),
)

RECIPES = (
    Recipe("nik", ("nik",), ("name.initial", "birth"), cap=50, settled=True),
    Recipe("name_birth", ("name", "birth"), ("sex", "mother"), cap=50, settled=True),
    Recipe("kk", ("kk",), ("name.initial", "sex", "birth.year"), cap=60),
    Recipe("birth_initial", ("birth", "name.initial"), ("name.last", "sex", "village")),
    Recipe("birth_last", ("birth", "name.last"), ("sex", "name.first", "village")),
    Recipe("birth_village", ("birth", "village"), ("sex", "name.initial")),
    Recipe("birth_mother", ("birth", "mother"), ("name.initial", "sex"), settled=True),
    Recipe("village_first", ("village", "name.first"), ("sex", "birth.year", "name.last")),
    Recipe("village_last", ("village", "name.last", "birth.year"), ("sex", "name.first")),
    Recipe("names_year", ("name.first", "name.last", "birth.year"), ("sex", "birth", "village")),
    Recipe("mother_year", ("mother", "birth.year"), ("name.initial", "sex", "village")),
    Recipe("mother_village", ("mother", "village", "name.initial"), ("sex", "birth.year")),
    Recipe("mother_name", ("mother", "name.first"), ("sex", "birth.year")),
    Recipe("name", ("name",), ("sex", "birth.year", "village", "birth"), cap=30),
    Recipe("nik_head", ("nik.head", "name.initial"), ("sex", "name.last", "birth.year")),
    Recipe("nik_tail", ("nik.tail", "name.initial"), ("sex", "name.last")),
)
PERSON = Spec(
    fields=(NIK, KK, BIRTH, SEX, VILLAGE, NAME, MOTHER),
    recipes=RECIPES,
    anchor=Anchor("nik", (("name", Likeness.PARTLY_ALIKE), ("birth", Birth.NEAR_YEAR_DAY_UNKNOWN))),
    family=Family("kk", "birth", (("birth", Birth.SAME), ("name", Likeness.NEARLY_SAME))),
    naming=("name",),
)
FIELDS = PERSON.fields
COLUMNS = ("id", "nik", "kk", "name", "birth_date", "sex", "mother", "village")
