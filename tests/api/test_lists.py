"""Lists of households: pages, filters, search, the order of changes."""

import json

import pytest

from tests.api.conftest import Program, created, place
from tests.households_examples import household_document


class TestList:
    def test_pages(self, ani: Program) -> None:
        for _ in range(3):
            created(ani)
        answer = ani.get("/households", query_string={"page": 2, "page_size": 2})
        assert len(answer.get_json()["items"]) == 1
        assert json.loads(answer.headers["X-Pagination"]) == {
            "total": 3,
            "total_pages": 2,
            "first_page": 1,
            "last_page": 2,
            "page": 2,
            "previous_page": 1,
            "next_page": None,
        }

    def test_filters(self, ani: Program) -> None:
        created(ani)
        created(ani, area_code="75.01.01.2002")

        def total(**query: object) -> int:
            return int(ani.get("/households", query_string=query).get_json()["total"])

        assert total(area="75.01.01.2002") == 1
        assert total(area="75.01") == 2
        assert total(state="submitted,returned") == 2
        assert total(state="verified") == 0
        assert total(entered_by="ani") == 2
        assert total(entered_by="budi") == 0
        assert total(with_conflicts="true") == 0

    @pytest.mark.parametrize(
        ("query", "path"),
        [
            ({"page": "x"}, "page"),
            ({"page": "0"}, "page"),
            ({"page_size": "100000"}, "page_size"),
            ({"area": "75'; drop"}, "area"),
            ({"state": "gone"}, "state[0]"),
        ],
    )
    def test_wrong_filters_say_so(self, ani: Program, query: dict[str, str], path: str) -> None:
        answer = ani.get("/households", query_string=query)
        assert answer.status_code == 422
        assert list(answer.get_json()["errors"]) == [path]

    def test_search_finds_by_name_address_and_last_digits(self, ani: Program) -> None:
        created(ani)
        for text in ("hasan", "FATMA cont", "jalan contoh", "9001", "7501010505809001", "nurul"):
            answer = ani.post("/households/search", {"text": text})
            assert answer.get_json()["total"] == 1, text
        for text in ("budiono", "9999", "hasan budiono"):
            assert ani.post("/households/search", {"text": text}).get_json()["total"] == 0

    @pytest.mark.parametrize("text", ["", "a", "12", "!!!", "x" * 201])
    def test_a_search_for_nothing_says_so(self, ani: Program, text: str) -> None:
        assert ani.post("/households/search", {"text": text}).status_code == 422

    def test_changes_are_followed_in_order(self, ani: Program) -> None:
        first, second, third = (created(ani) for _ in range(3))
        answer = ani.get("/households/changes", query_string={"page_size": 2}).get_json()
        assert [item["id"] for item in answer["items"]] == [first["id"], second["id"]]
        ani.put(place(first), household_document(floor_area=40), if_match=1)
        query = {"after": answer["next"], "page_size": 2}
        answer = ani.get("/households/changes", query_string=query).get_json()
        assert [item["id"] for item in answer["items"]] == [third["id"], first["id"]]

    @pytest.mark.parametrize("after", ["x", "ff", "zz-zz", "f" * 400 + "-" + "0" * 32, "-1-00"])
    def test_a_broken_cursor_is_refused(self, ani: Program, after: str) -> None:
        answer = ani.get("/households/changes", query_string={"after": after})
        assert answer.status_code == 400
