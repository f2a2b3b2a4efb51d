"""The questionnaire as data: read an XLSForm, describe it, check answers against it. Pure."""

from jps.questionnaire.checking import Checked
from jps.questionnaire.form import CodebookRow, Form
from jps.questionnaire.problems import Problem, member_path
from jps.questionnaire.questions import Choice, Question, Section
from jps.questionnaire.reading import load_form

__all__ = [
    "Checked",
    "Choice",
    "CodebookRow",
    "Form",
    "Problem",
    "Question",
    "Section",
    "load_form",
    "member_path",
]
