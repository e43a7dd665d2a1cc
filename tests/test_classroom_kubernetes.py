"""The values for Zero to JupyterHub, the image, and what they cost."""

from __future__ import annotations

import json
import re
import shlex
from pathlib import Path
from typing import Any

import pytest

from classroom.campaign import report
from classroom.kubernetes import schema, sizing
from classroom.kubernetes.sizing import Node, Requests
from classroom.settings import Settings

ROOT = Path(__file__).parent.parent
VALUES = schema.values()
DOCKERFILE = (ROOT / "classroom/kubernetes/Dockerfile").read_text(encoding="utf-8")
DOCUMENT = report.DOCUMENT.read_text(encoding="utf-8")
# Of the chart's own schema, the parts that a wrong name would break silently.
SMALL_SCHEMA = {
    "type": "object",
    "additionalProperties": False,
    "required": ["hub", "rbac"],
    "properties": {
        "hub": {"type": "object", "required": ["baseUrl"], "properties": {}},
        "cull": {
            "type": "object",
            "additionalProperties": False,
            "properties": {"timeout": {"type": "integer"}, "required": {"type": "boolean"}},
        },
    },
}


class TestPrivileges:
    """Pods keep no privilege: the lab needs none."""

    def test_security_context(self) -> None:
        """No root, no gain of rights, no capability, the runtime's seccomp profile."""
        context = VALUES["hub"]["config"]["KubeSpawner"]["container_security_context"]
        assert {
            "allowPrivilegeEscalation": False,
            "privileged": False,
            "runAsNonRoot": True,
            "capabilities": {"drop": ["ALL"]},
            "seccompProfile": {"type": "RuntimeDefault"},
        } == context
        assert (
            VALUES["singleuser"]["uid"],
            VALUES["singleuser"]["allowPrivilegeEscalation"],
        ) == (
            1000,
            False,
        )

    def test_no_privileged_helper(self) -> None:
        """The metadata server is blocked by policy, not by a privileged container."""
        single = VALUES["singleuser"]
        assert single["cloudMetadata"] == {"blockWithIptables": False}
        assert single["networkPolicy"]["enabled"]
        assert not any(single["networkPolicy"]["egressAllowRules"].values())
        assert not {"initContainers", "extraContainers"} & single.keys()

    def test_no_password_stands_there(self) -> None:
        """The values hold no password, token or key, and passwords travel encrypted."""
        words = re.findall(
            r"\w*(?:password|secret|token|key)\w*", json.dumps(VALUES), re.IGNORECASE
        )
        assert {"shared", "automount_service_account_token"} >= {
            word for word in words if word not in {"password", "secrets"}
        }
        assert VALUES["proxy"]["https"]["enabled"]


class TestClass:
    """A class starts at once, and ends."""

    def test_placeholders(self) -> None:
        """Placeholders give way to learners, and there is one for each of thirty."""
        assert VALUES["scheduling"]["podPriority"]["enabled"]
        assert VALUES["scheduling"]["userPlaceholder"] == {
            "enabled": True,
            "replicas": Settings.learners,
        }

    def test_culled(self) -> None:
        """Unused servers end within the time that the node-hours count with."""
        assert VALUES["cull"]["enabled"]
        assert VALUES["cull"]["timeout"] + VALUES["cull"]["every"] < sizing.AFTER * 3600

    def test_time_to_start(self) -> None:
        """A server has 300 seconds, as on one machine."""
        assert VALUES["singleuser"]["startTimeout"] == 300


class TestSchema:
    """The command that compares with the chart's schema."""

    def test_what_is_missing_is_not_asked_for(self) -> None:
        """A part of the values is enough: the chart has the rest."""
        assert schema.complaints({"cull": {"timeout": 1}, "hub": {}}, SMALL_SCHEMA) == []

    @pytest.mark.parametrize(
        ("values", "where"),
        [
            ({"culls": {}}, "values.yaml"),
            ({"cull": {"time out": 1}}, "cull"),
            ({"cull": {"timeout": "1h"}}, "cull.timeout"),
            ({"cull": {"required": 1}}, "cull.required"),
        ],
    )
    def test_what_is_wrong_is_found(self, values: dict[str, Any], where: str) -> None:
        """A wrong name or type is named with its place."""
        (line,) = schema.complaints(values, SMALL_SCHEMA)
        assert line.startswith(f"{where}: ")

    def test_command(self, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
        """The command counts what the chart would refuse."""
        (tmp_path / "all.json").write_text("{}")
        (tmp_path / "none.json").write_text('{"additionalProperties": false}')
        assert schema.main([str(tmp_path / "all.json")]) == 0
        assert "what the chart takes" in capsys.readouterr().out
        assert schema.main([str(tmp_path / "none.json")]) == 1


class TestImage:
    """The Dockerfile."""

    def test_what_it_copies_is_there(self) -> None:
        """Every file that is copied is in the checkout."""
        copied = [
            name
            for line in re.findall(r"^COPY (.+)$", DOCKERFILE, re.MULTILINE)
            for name in shlex.split(line)[:-1]
        ]
        assert copied
        assert [name for name in copied if not (ROOT / name).exists()] == []

    def test_it_ends_as_the_user_of_the_values(self) -> None:
        """The last user is the one that the pods run as, and is not root."""
        assert re.findall(r"^USER (\S+)$", DOCKERFILE, re.MULTILINE)[-1] == str(
            VALUES["singleuser"]["uid"]
        )
        assert "setuid" not in DOCKERFILE
        assert "sudo" not in DOCKERFILE

    def test_home(self) -> None:
        """The volume is mounted where the image has the home."""
        home = re.findall(r"^WORKDIR (\S+)$", DOCKERFILE, re.MULTILINE)[-1]
        assert home == VALUES["singleuser"]["storage"]["homeMountPath"]


class TestSizing:
    """Nodes and node-hours."""

    ASK = Requests(memory=512, memory_limit=1024, cores=0.02, cores_limit=2)

    @pytest.mark.parametrize(
        ("node", "learners"),
        [
            (Node(4, 16), 27),  # memory decides: 13,926 MiB
            (Node(1, 64), 40),  # processors decide: 0.8 cores
            (Node(64, 256), 100),  # the number of pods decides
        ],
    )
    def test_the_scarcest_decides(self, node: Node, learners: int) -> None:
        """Memory, processors or the number of pods: the scarcest sets the limit."""
        assert learners == sizing.per_node(self.ASK, node)

    def test_a_learner_more_may_need_a_node_more(self, monkeypatch: pytest.MonkeyPatch) -> None:
        """Nodes are whole, and one more is for the hub."""
        monkeypatch.setattr(sizing, "CLASSES", (27, 28))
        found = sizing.lines(self.ASK, Node(4, 16))
        hours = sizing.BEFORE + sizing.LENGTH + sizing.AFTER
        assert [(27, 1, 2, 2 * hours), (28, 2, 3, 3 * hours)] == found

    def test_requests_come_from_the_greatest_measured(self) -> None:
        """A request covers the learner who needed most, in either form."""

        def form(group: float, cpu: float) -> report.Figures:
            spread = {"group": [1, group], "all": [1, 300]}
            return {"memory": spread, "cpu": {"all": [1, cpu]}}

        ask = sizing.requests({"a": form(449, 9.0), "b": form(380, 18.1)})
        assert Requests(512, 1024, 0.03, 2) == ask

    def test_values_are_what_was_measured(self) -> None:
        """The requests in values.yaml are those computed from measured.json."""
        ask, single = sizing.requests(report.read()), VALUES["singleuser"]
        assert {"guarantee": f"{ask.memory}M", "limit": f"{ask.memory_limit}M"} == single[
            "memory"
        ]
        assert {"guarantee": ask.cores, "limit": ask.cores_limit} == single["cpu"]

    def test_guide_is_what_was_measured(self) -> None:
        """The table in the guide is computed from measured.json."""
        between = DOCUMENT.partition(sizing.BEGIN)[2].partition(sizing.END)[0]
        assert sizing.table(report.read(), sizing.NODES).strip() == between.strip()

    def test_assumptions_are_told(self) -> None:
        """What is assumed, not measured, stands in the guide with its number."""
        text = " ".join(DOCUMENT.split())
        for words in (
            f"within {sizing.START // 60} minutes",
            f"{sizing.KEPT_MEMORY:.0%}".replace("%", " %"),
            f"{sizing.KEPT_CORES} cores",
            f"at most {sizing.MOST_PODS} learners' pods",
            f"until {sizing.AFTER * 60:.0f} minutes after",
        ):
            assert words in text
