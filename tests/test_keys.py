"""Keys of new rows are UUIDs, each another, in the order in which they were made."""

from uuid import RFC_4122

from jps.keys import new_key


def test_keys_are_uuids_of_version_7() -> None:
    keys = [new_key() for _ in range(2_000)]
    assert len(set(keys)) == len(keys)
    assert {(key.version, key.variant) for key in keys} == {(7, RFC_4122)}


def test_a_later_millisecond_makes_a_later_key() -> None:
    keys = [new_key() for _ in range(20_000)]
    times = [key.int >> 80 for key in keys]
    assert times == sorted(times)
    assert times[0] < times[-1]
