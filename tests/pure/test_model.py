"""Values refuse what they can't mean."""

from datetime import timedelta

from monitor.errors import CollectError, DeliveryError, LeaseLostError, SettingsError
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
