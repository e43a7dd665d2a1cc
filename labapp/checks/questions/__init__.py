"""The questions of the chapters, one module each; `labapp.checks.quizzes` asks them."""
