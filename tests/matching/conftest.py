"""Property tests have no deadline: the first example may learn a model, and machines are shared."""

from hypothesis import settings

settings.register_profile("patient", deadline=None)
settings.load_profile("patient")
