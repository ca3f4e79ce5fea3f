"""python -m reference make MODEL_TYPE FOLDER | describe MODEL_TYPE: one JSON line, a result or why there is none.

Run by ../reference.ts, in the folder above this one.
"""

import difflib
import json
import sys
import traceback
from pathlib import Path

import transformers
from transformers import CONFIG_MAPPING

from reference import describe, fixture, specimen

transformers.utils.logging.disable_progress_bar()


def refusal(why, model_type, among, message=""):
    return {"refused": why, "transformers": transformers.__version__,
            "near": difflib.get_close_matches(model_type, among, 3), "message": message}


def make(model_type, folder):
    if model_type not in specimen.known():
        known = list(CONFIG_MAPPING)
        why = "no specimen" if model_type in known else "unknown to transformers"
        return refusal(why, model_type, specimen.known() if why == "no specimen" else known)
    try:
        return fixture.make(model_type, specimen.load(model_type), Path(folder))
    except Exception as error:  # whatever a specimen or a family's code says to sizes that do not fit
        traceback.print_exc()
        return refusal("does not build", model_type, [], f"{type(error).__name__}: {error}")


def described(model_type):
    if model_type not in CONFIG_MAPPING:
        return refusal("unknown to transformers", model_type, list(CONFIG_MAPPING))
    return describe.describe(model_type)


if __name__ == "__main__":
    _, command, *arguments = sys.argv
    print(json.dumps({"make": make, "describe": described}[command](*arguments)))
