from mapalus.apps.federation.models.agreement import Agreement, AgreementState, Share, ShareKind, Side, Takes
from mapalus.apps.federation.models.exchange import (
    Arrival,
    Asked,
    Conflict,
    Exchange,
    ExchangeOutcome,
    Link,
    Quoted,
    SharedValue,
)
from mapalus.apps.federation.models.instance import Instance, InstanceKind, InstanceState
from mapalus.apps.federation.models.invitation import Invitation, InvitationState

__all__ = [
    "Agreement", "AgreementState", "Arrival", "Asked", "Conflict", "Exchange", "ExchangeOutcome", "Instance",
    "InstanceKind", "InstanceState", "Invitation", "InvitationState", "Link", "Quoted", "Share", "ShareKind",
    "SharedValue", "Side", "Takes",
]  # fmt: skip
