"""What can go wrong in the bot, with a message that names the cause and the way out.

OneDoorError
├── NotReady       something the command needs is missing (model, port, disk)
├── BadInput       the caller's file, field or message is not usable
└── NotAllowed     a request without the right to what it asks for
"""

from __future__ import annotations


class OneDoorError(Exception):
    """Base of all errors we show to people. ``exit_code`` is the process's."""

    exit_code = 1


class NotReady(OneDoorError):
    """Something that must be there first is not."""

    exit_code = 3


class BadInput(OneDoorError):
    """The input cannot be used; the message names the field and the fix."""

    exit_code = 2


class NotAllowed(OneDoorError):
    """The caller may not do this."""

    exit_code = 4
