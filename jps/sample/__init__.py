"""An invented sample: a population registry and surveyed households with known truth.

No person in it is real: names are put together from single tokens, and every NIK has a serial from
9000 to 9999, which nobody holds. The same arguments give the same bytes.
"""

from jps.sample.documents import SampleHousehold, TrueMember, household_id
from jps.sample.livelihood import Rate, poor_likelihood
from jps.sample.making import SURVEY_DAY, Sample, make_sample, published_rates
from jps.sample.places import SampleArea
from jps.sample.recipients import HEADER as RECIPIENT_HEADER
from jps.sample.recipients import LISTS, ListKind, recipient_rows
from jps.sample.registry import HEADER, write_registry_csv

__all__ = [
    "HEADER",
    "LISTS",
    "RECIPIENT_HEADER",
    "SURVEY_DAY",
    "ListKind",
    "Rate",
    "Sample",
    "SampleArea",
    "SampleHousehold",
    "TrueMember",
    "household_id",
    "make_sample",
    "poor_likelihood",
    "published_rates",
    "recipient_rows",
    "write_registry_csv",
]
