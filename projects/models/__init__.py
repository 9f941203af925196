"""Tables of a project. Every row is governed: it changes inside an act, or not at all."""

from projects.models.comments import Comment
from projects.models.criteria import Criterion, CriterionVersion, Measurement
from projects.models.documents import Attachment, Document, Review, Revision
from projects.models.gates import Decision, Evaluation, Gate, Signature, Waiver
from projects.models.items import QAMethod, Requirement, Risk, RiskRating, Task
from projects.models.project import Hold, Iteration, Membership, Phase, Project
from projects.models.templates import ProjectTemplate

__all__ = [
    "Attachment",
    "Comment",
    "Criterion",
    "CriterionVersion",
    "Decision",
    "Document",
    "Evaluation",
    "Gate",
    "Hold",
    "Iteration",
    "Measurement",
    "Membership",
    "Phase",
    "Project",
    "ProjectTemplate",
    "QAMethod",
    "Requirement",
    "Review",
    "Revision",
    "Risk",
    "RiskRating",
    "Signature",
    "Task",
    "Waiver",
]
