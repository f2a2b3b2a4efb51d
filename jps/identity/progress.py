"""Where a run of matching stands: the cursor of its job."""

from dataclasses import dataclass

from jps.identity.efforts import Effort
from jps.identity.run_rules import Why


@dataclass(frozen=True)
class Progress:
    """Where a run stands: the job's cursor. `began` is when the members were read (ISO 8601).

    `members` are there, of whom `searched` are searched by every key and `to_write` get another
    link; the other counts are those of `runs.Effort`.
    """

    snapshot: int
    began: str
    why: str
    engine: str
    members: int
    searched: int
    news: int
    gone: int
    came: int
    went: int
    model: int = 0
    to_write: int = 0
    written: int = 0
    phase: str = "search"  # search, links, keys, doubles, late, finish, done
    done: int = 0  # pieces of the phase

    @property
    def effort(self) -> Effort:
        """What the run does, as it is noted."""
        names = ("engine", "members", "searched", "written", "news", "gone", "came", "went")
        return Effort(Why(self.why), **{name: getattr(self, name) for name in names})
