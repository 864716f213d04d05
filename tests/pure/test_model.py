"""Values refuse what they can't mean."""

from datetime import UTC, datetime, timedelta, timezone

import pytest

from monitor.errors import CollectError, DeliveryError, LeaseLostError, SettingsError
from monitor.model import aware
from monitor.options import Options


def test_moments_are_utc():
    assert aware(datetime(2026, 1, 1, 8, tzinfo=timezone(timedelta(hours=8)))) == datetime(2026, 1, 1, tzinfo=UTC)
    with pytest.raises(ValueError, match="zone"):
        aware(datetime(2026, 1, 1))


def test_errors_say_what_retry_needs_to_know():
    assert (DeliveryError("x", unknown=True).unknown, DeliveryError("x", permanent=True).permanent) == (True, True)
    assert CollectError("timeout", retry_after=timedelta(1)).retry_after == timedelta(1)
    assert SettingsError(["a", "b"]).permanent
    assert "lease" in str(LeaseLostError())


def test_a_list_that_must_be_given():
    problems = []

    assert Options("x", {}, problems).texts("to", None) == ()
    assert problems == ["x.to: is missing"]
