# Secrets on the Wire: `make lab` to learn, `make test` to change something.
#
#   make lab PYTHON=python3.12       with another Python
#   make lab VENV=/somewhere/else    with the virtual environment elsewhere
#   make lab LAB_ARGS=--no-browser   with options for JupyterLab

PYTHON ?= python3
VENV ?= .venv
INSTRUCTOR ?= $(VENV)-instructor
LAB_ARGS ?=
PYTEST_ARGS ?=
BENCHMARKS_ARGS ?=
CHROMIUM_ARGS ?=
FUZZ ?= 1000000
MUTANTS_ARGS ?=
SCREENSHOTS_ARGS ?=
HUB_VENV ?= .venv-hub
HUB_ARGS ?=
CLASS_ARGS ?=

# Nothing needs to be activated: each command names the virtual environment.
RUN := "$(VENV)/bin/python"
PIP := $(RUN) -m pip install --disable-pip-version-check -qq

# Tests that need a system package or root; .ci/run runs them too.
COSTLY := tshark or tcpdump or chromium or npm or nbgrader
MARKED := $(COSTLY) or root
# Not measured: they run notebooks and hubs, or say nothing of labapp. Known answers are graded
# on one backend: what is graded, and how, does not know which one it is.
UNMEASURED := matrix notebooks notebooks_again classroom classroom_campaign classroom_kubernetes \
	binder course handout jupyterlab chromium_check simulated_macos benchmarks fuzzing mutation \
	teaching docs writing tools layers conftest
ONCE := not (test_checks_answers and (live or namespace))

.DELETE_ON_ERROR:
.PHONY: help lab test lint types unit marked notebooks badge html matrix format coverage mutants benchmarks chromium screenshots fuzz course handout teaching design reset clean
.PHONY: hub class

help:
	@echo "make lab        open JupyterLab at the first notebook (LAB_ARGS=--no-browser: only a link)"
	@echo "make test       linters, types, import contract, tests, notebooks: about 20 minutes"
	@echo "make notebooks  build notebooks/ from sources/"
	@echo "make html       every chapter, run, as a page to read: build/html/index.html"
	@echo "make matrix     every notebook in every environment (as root: all five)"
	@echo "make badge      write the link to Binder into README.md"
	@echo "make format     let ruff put the code into shape"
	@echo "make coverage   which lines and branches of labapp no test runs; under 95 % it fails"
	@echo "make mutants    small mistakes in the code that reads and judges: which no test notices"
	@echo "make benchmarks measure speed and completeness (as root: all of it)"
	@echo "make chromium   the browser model beside a real Chromium, cell by cell"
	@echo "make fuzz       a million damaged inputs for every reader (FUZZ=10000: fewer)"
	@echo "make screenshots every notebook in JupyterLab, as pictures to look at"
	@echo "make hub        as root: a class on this machine (docs/machine-room.md)"
	@echo "make class      as root: a class of thirty, twice, measured into docs/machine-room.md"
	@echo "make marked     the tests that need: $(MARKED)"
	@echo "make reset      fresh notebooks; what you changed is kept in a folder"
	@echo "make course     a folder for nbgrader in build/course, for teachers"
	@echo "make handout    a zip for learners, without solutions"
	@echo "make teaching   build the generated pages of docs/teaching"
	@echo "make design     write the layers into docs/design.md"
	@echo "make clean      remove the virtual environment and caches"
	@echo
	@echo "PYTHON=python3.12 takes another Python, VENV=/elsewhere another place for what is installed."

lab: $(VENV)/.installed
	@$(RUN) tools/open_lab.py $(LAB_ARGS)

test: lint types unit

lint: $(VENV)/.installed-dev
	$(RUN) -m ruff check
	$(RUN) -m ruff format --check
	$(RUN) -m codespell_lib
	"$(VENV)/bin/lint-imports" --no-logo --no-cache

types: $(VENV)/.installed-dev
	$(RUN) -m mypy

unit: $(VENV)/.installed-dev
	$(RUN) -m pytest -m "not ($(MARKED))" $(PYTEST_ARGS)

marked: $(VENV)/.installed-dev $(INSTRUCTOR)/.installed
	LABAPP_INSTRUCTOR="$(INSTRUCTOR)" $(RUN) -m pytest -m "$(MARKED)" $(PYTEST_ARGS)

notebooks: $(VENV)/.installed-dev
	$(RUN) tools/build_notebooks.py

html: $(VENV)/.installed-dev
	$(RUN) -m tools.render_html

matrix: $(VENV)/.installed-dev
	$(RUN) -m pytest tests/test_matrix.py $(PYTEST_ARGS)

badge: $(VENV)/.installed-dev
	$(RUN) -m tools.launch_link

format: $(VENV)/.installed-dev
	$(RUN) -m ruff check --fix
	$(RUN) -m ruff format

# As root it runs what needs root, too. The data lie where an ordinary user's processes can
# write. A test that fails keeps nobody from the report, but fails the command.
coverage: $(VENV)/.installed-dev
	@folder=$$(mktemp -d) && chmod 1777 "$$folder" && trap 'rm -rf "$$folder"' EXIT; \
	export COVERAGE_FILE="$$folder/data"; \
	$(RUN) -m coverage run -m pytest -m "not ($(COSTLY))" $(UNMEASURED:%=--ignore=tests/test_%.py) \
		-k "$(ONCE)" -o timeout=400 $(PYTEST_ARGS); failed=$$?; \
	$(RUN) -m coverage combine --quiet && $(RUN) -m coverage report && \
		$(RUN) -m coverage json --quiet -o "$$folder/totals" && \
		$(RUN) tools/branches.py "$$folder/totals" && exit "$$failed"

mutants: $(VENV)/.installed-mutants
	$(RUN) -m mutation $(MUTANTS_ARGS)

benchmarks: $(VENV)/.installed-dev
	$(RUN) -m benchmarks $(BENCHMARKS_ARGS)

chromium: $(VENV)/.installed-dev
	$(RUN) -m tests.chromium_check $(CHROMIUM_ARGS)

course: $(INSTRUCTOR)/.installed
	"$(INSTRUCTOR)/bin/python" tools/build_course.py

handout: $(VENV)/.installed
	$(RUN) tools/build_handout.py

teaching: $(VENV)/.installed-dev
	$(RUN) tools/write_teaching.py

design: $(VENV)/.installed-dev
	$(RUN) tools/write_design.py

reset: $(VENV)/.installed
	@$(RUN) -m labapp reset

fuzz: $(VENV)/.installed-dev
	$(RUN) -m fuzzing $(FUZZ)

screenshots: $(VENV)/.installed-dev
	$(RUN) -m tests.screenshots $(SCREENSHOTS_ARGS)

hub: $(HUB_VENV)/.installed
	@"$(HUB_VENV)/bin/python" -m classroom $(HUB_ARGS)

class: $(HUB_VENV)/.installed
	"$(HUB_VENV)/bin/python" -m classroom.campaign --write $(CLASS_ARGS)
	"$(HUB_VENV)/bin/python" -m classroom.kubernetes.sizing --write

clean:
	rm -rf .venv .venv-hub .venv-instructor .mypy_cache .pytest_cache .ruff_cache .import_linter_cache .coverage *.egg-info

# The stamps: rerunning is quick, a changed list of packages installs again.
$(VENV)/.installed: requirements.txt pyproject.toml
	@command -v "$(PYTHON)" >/dev/null || { \
		echo "There is no $(PYTHON) here: install Python 3.11 or newer, or say which: make lab PYTHON=/path/to/python3"; \
		exit 1; }
	@"$(PYTHON)" tools/make_venv.py "$(VENV)"
	@echo "Installing what the lab needs: a minute or two, the first time only."
	@$(PIP) -r requirements.txt
	@touch "$@"

$(VENV)/.installed-dev: requirements-dev.txt $(VENV)/.installed
	@echo "Installing what the tests need: about a minute, the first time only."
	@$(PIP) -r requirements-dev.txt
	@touch "$@"

$(VENV)/.installed-mutants: requirements-mutants.txt $(VENV)/.installed-dev
	@$(PIP) -r requirements-mutants.txt
	@touch "$@"

# nbgrader in an environment of its own: it changes JupyterLab's toolbar for everybody.
$(INSTRUCTOR)/.installed: requirements-instructor.txt requirements.txt pyproject.toml
	@"$(PYTHON)" tools/make_venv.py "$(INSTRUCTOR)"
	@echo "Installing what a teacher needs: a minute or two, the first time only."
	@"$(INSTRUCTOR)/bin/python" -m pip install --disable-pip-version-check -qq -r requirements-instructor.txt
	@touch "$@"

$(HUB_VENV)/.installed: classroom/requirements.txt classroom/package.json requirements.txt pyproject.toml
	@command -v npm >/dev/null || { echo "There is no npm here: install it (Debian, Ubuntu: apt install npm)"; exit 1; }
	@"$(PYTHON)" tools/make_venv.py "$(HUB_VENV)"
	@echo "Installing the lab and JupyterHub: a minute or two, the first time only."
	@"$(HUB_VENV)/bin/python" -m pip install --disable-pip-version-check -qq -r classroom/requirements.txt
	@cp classroom/package.json "$(HUB_VENV)"
	@npm install --silent --no-fund --no-audit --prefix "$(HUB_VENV)"
	@touch "$@"
