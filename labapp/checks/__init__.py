"""What a learner does: predict, check an exercise, ask for a hint, answer a quiz.

And what a teacher gets of it: receipts, and a table of them.
"""

from labapp.checks.cells import explain_decorators
from labapp.checks.grading import check, hint
from labapp.checks.issuing import receipt
from labapp.checks.prediction import predict
from labapp.checks.quizzes import quiz
from labapp.checks.verdict import Verdict

__all__ = ["Verdict", "check", "hint", "predict", "quiz", "receipt"]

explain_decorators()
