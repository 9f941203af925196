"""Signals and what follows from them."""

from monitoring.models.incidents import Alarm, Incident
from monitoring.models.operation import (
    ExternalEvent,
    FeedbackLoop,
    MonitoringPlan,
    Observation,
    OperationReview,
    SystemUpdate,
    UpdateDecision,
)
from monitoring.models.signals import Delivery, Environment, Reading, Series, Signal

__all__ = [
    "Alarm",
    "Delivery",
    "Environment",
    "ExternalEvent",
    "FeedbackLoop",
    "Incident",
    "MonitoringPlan",
    "Observation",
    "OperationReview",
    "Reading",
    "Series",
    "Signal",
    "SystemUpdate",
    "UpdateDecision",
]
