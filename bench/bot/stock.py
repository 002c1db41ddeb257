"""A stock Rasa bot beside ours: Rasa's default pipeline and policies, its rest channel and tracker store.

It is trained once on 2,000 of the project's sentences and kept in `.run/bench-stock`; how long it was trained
has no part in how fast it answers, so few epochs are enough. A third of what it is asked goes through an
action of the same service as ours, the rest is answered with a fixed text.
"""

from __future__ import annotations

import random
import shutil
import subprocess
from pathlib import Path
from typing import Any, Final

import yaml

from bench.sizes import NotMeasured, say
from scripts import stamps
from scripts.build import rasa_environment
from scripts.console import ROOT
from scripts.environments import BOT

FOLDER: Final = ROOT / ".run" / "bench-stock"
MODEL: Final = FOLDER / "models" / "stock.tar.gz"
SENTENCES: Final = 2_000
EPOCHS: Final = 5
#: Asked of both bots. These go through an action that reads the ledger, the others need none in a stock bot.
ASKED_OF_LEDGER: Final = (
    "query_bill",
    "query_limit",
    "how_to_repay",
    "fees_interest",
    "overdue",
    "auto_debit",
)
_SEED: Final = 1
#: Rasa's defaults, whose tokenizer refuses Chinese: the language is said to be English.
_PIPELINE: Final = [
    {"name": "WhitespaceTokenizer"},
    {"name": "RegexFeaturizer"},
    {"name": "LexicalSyntacticFeaturizer"},
    {"name": "CountVectorsFeaturizer"},
    {"name": "CountVectorsFeaturizer", "analyzer": "char_wb", "min_ngram": 1, "max_ngram": 4},
    {"name": "DIETClassifier", "epochs": EPOCHS, "constrain_similarities": True},
    {"name": "EntitySynonymMapper"},
    {"name": "ResponseSelector", "epochs": EPOCHS, "constrain_similarities": True},
    {"name": "FallbackClassifier", "threshold": 0.3, "ambiguity_threshold": 0.1},
]
_POLICIES: Final = [
    {"name": "MemoizationPolicy"},
    {"name": "RulePolicy"},
    {"name": "UnexpecTEDIntentPolicy", "max_history": 5, "epochs": EPOCHS},
    {"name": "TEDPolicy", "max_history": 5, "epochs": EPOCHS, "constrain_similarities": True},
]
_ENDPOINTS: Final = """action_endpoint:
  url: ${YUEFU_SERVICE_URL}/webhook
  enable_selective_domain: true
  headers:
    X-Action-Secret: ${YUEFU_ACTION_SECRET}
tracker_store:
  type: sql
  dialect: sqlite
  db: ${STOCK_DB}
"""


def prepare() -> Path:
    """The stock bot's trained model; trained again only when what it is made from changed.

    Raises NotMeasured when the training fails.
    """
    made_from = stamps.digest_of([Path(__file__), *sorted((ROOT / "data").rglob("*.yml"))])
    if MODEL.exists() and stamps.read(FOLDER / "stamp.json").get("sources") == made_from:
        return MODEL
    say("bot: the stock bot is trained, once: some minutes")
    shutil.rmtree(FOLDER, ignore_errors=True)
    _write_project()
    command = [str(BOT.folder / "bin" / "rasa"), "train", "--skip-validation", "--fixed-model-name", "stock"]
    command += ["--domain", "domain", "--out", "models"]
    env = {**rasa_environment(), "YUEFU_SERVICE_URL": "", "YUEFU_ACTION_SECRET": "", "STOCK_DB": ""}
    with (FOLDER / "train.log").open("wb") as log:
        done = subprocess.run(command, cwd=FOLDER, env=env, stdout=log, stderr=log, check=False)
    if done.returncode:
        raise NotMeasured(f"the stock bot cannot be trained: see {FOLDER / 'train.log'}")
    stamps.write(FOLDER / "stamp.json", sources=made_from)
    return MODEL


def sentences() -> dict[str, list[str]]:
    """The project's training sentences by intent."""
    found: dict[str, list[str]] = {}
    for file in sorted((ROOT / "data" / "nlu").glob("*.yml")):
        for block in yaml.safe_load(file.read_text(encoding="utf-8"))["nlu"]:
            if "intent" in block:
                lines = [line[2:] for line in block["examples"].splitlines() if line.startswith("- ")]
                found.setdefault(block["intent"], []).extend(lines)
    return found


def _write_project() -> None:
    said = sentences()
    drawn = random.Random(_SEED).sample([(name, text) for name in said for text in said[name]], SENTENCES)
    nlu: dict[str, list[str]] = {}
    for name, text in drawn:
        nlu.setdefault(name, []).append(text)
    answers = {name: f"action_{name}" if name in ASKED_OF_LEDGER else f"utter_stock_{name}" for name in nlu}
    _write(
        "config.yml",
        {
            "recipe": "default.v1",
            "language": "en",
            "assistant_id": "stock",
            "pipeline": _PIPELINE,
            "policies": _POLICIES,
        },
    )
    _write(
        "domain/domain.yml",
        {
            "intents": list(nlu),
            "actions": [name for name in answers.values() if name.startswith("action_")],
            "responses": {
                name: [{"text": f"答复 {name}"}] for name in answers.values() if name.startswith("utter_")
            },
        },
    )
    for file in (ROOT / "data" / "responses").glob("*.yml"):
        shutil.copy(file, FOLDER / "domain" / file.name)
    examples = [{"intent": name, "examples": "".join(f"- {text}\n" for text in nlu[name])} for name in nlu]
    _write("data/nlu.yml", {"nlu": examples})
    steps: dict[str, list[dict[str, str]]] = {
        name: [{"intent": name}, {"action": answers[name]}] for name in nlu
    }
    _write("data/rules.yml", {"rules": [{"rule": name, "steps": steps[name]} for name in nlu]})
    first, second, third = list(nlu)[:3]
    story = {"story": "three questions", "steps": [*steps[first], *steps[second], *steps[third]]}
    _write("data/stories.yml", {"stories": [story]})
    (FOLDER / "credentials.yml").write_text("rest:\n", encoding="utf-8")
    (FOLDER / "endpoints.yml").write_text(_ENDPOINTS, encoding="utf-8")


def _write(name: str, value: dict[str, Any]) -> None:
    path = FOLDER / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(
        yaml.safe_dump({"version": "3.1", **value} if name != "config.yml" else value, allow_unicode=True),
        "utf-8",
    )
