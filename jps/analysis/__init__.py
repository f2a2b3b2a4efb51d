"""Frames for analysts under the rules of a person's token: area scope, masking, record of reads.

from jps.analysis import open_office

office = open_office(token="jps_...")
households = office.households(columns=["area", "household_size", "npl100"])
"""

from jps.analysis.frames import Frame
from jps.analysis.office import Office
from jps.analysis.opening import connect, open_office, open_snapshot

__all__ = ["Frame", "Office", "connect", "open_office", "open_snapshot"]
