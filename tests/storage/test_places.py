"""One place has one spelling; another place has another."""

import pytest

from jobsync_tui.backend.storage.jobs.origins import place_of

HERE = "http://127.0.0.1:8080/api/v1"


@pytest.mark.parametrize(
    ("one", "other"),
    [
        *(
            (HERE, each)
            for each in (
                "http://localhost:8080/api/v1/",
                "http://LocalHost.:8080/api/v1",
                "http://[::1]:8080/api/v1",
                "http://[::ffff:127.0.0.1]:8080/api/v1",
                "http://127.0.0.1:8080/x/../api/./v1//",
                "http://127.0.0.1:8080//api/%76%31",
            )
        ),
        ("https://ats.example.com", "HTTPS://ATS.Example.com.:443/"),
        ("https://ats.example.com/v1", "http://ats.example.com:80/V1/."),
    ],
)
def test_another_spelling_is_the_same_place(one: str, other: str) -> None:
    assert place_of(one) == place_of(other)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (HERE, "http://127.0.0.1:8081/api/v1"),
        (HERE, "http://127.0.0.1:8080/api/v2"),
        (HERE, "http://10.0.0.1:8080/api/v1"),
        ("https://a.example.com", "https://b.example.com"),
        ("/data/a.csv", "/data/b.csv"),
    ],
)
def test_another_place_is_not(one: str, other: str) -> None:
    assert place_of(one) != place_of(other)
