"""What an error says when it is raised without words."""

import pytest

from monitor.errors import AttachmentError, CollectError, DeliveryError, MonitorError


@pytest.mark.parametrize(
    ("error", "says", "permanent"),
    [
        (AttachmentError("bomb"), "bomb", False),
        (AttachmentError("encrypted", "a password is needed", permanent=True), "a password is needed", True),
        (CollectError("timeout"), "timeout", False),
        (DeliveryError(), "The notification was not accepted.", False),
        (MonitorError(permanent=True), "Something went wrong.", True),
    ],
)
def test_an_error_says_what_it_is_and_whether_trying_again_helps(error, says, permanent):
    assert str(error).splitlines()[0] == says
    assert error.permanent is permanent
