"""Values refuse what they can't mean."""

from datetime import timedelta

from monitor.errors import CollectError, DeliveryError, LeaseLostError, SettingsError
from monitor.model import Cursor
from monitor.options import Options


def test_errors_say_what_retry_needs_to_know():
    assert (DeliveryError("x", unknown=True).unknown, DeliveryError("x", permanent=True).permanent) == (True, True)
    assert CollectError("timeout", retry_after=timedelta(1)).retry_after == timedelta(1)
    assert SettingsError(["a", "b"]).permanent
    assert "lease" in str(LeaseLostError())


def test_a_list_that_must_be_given():
    problems = []

    assert Options("x", {}, problems).texts("to", None) == ()
    assert problems == ["x.to: is missing"]


def test_a_cursor_after_a_pass_that_keeps_a_memory():
    before = Cursor(platform="p", etag='"1"', last_modified="x", fetches=3, error="timeout")

    after = before.passed("{}", had_items=True)

    assert (after.etag, after.last_modified, after.fetches, after.memory, after.error) == ("", "", 4, "{}", "timeout")
    assert [before.passed("", had_items=False).had_items, after.passed("", had_items=False).had_items] == [False, True]
