"""What a specimen says: how a tiny model of one architecture is made, and which fixtures it gives.

Recipes are the files of ../architectures, one a model_type. Not a model, and nothing runs here.
"""

import importlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

ARCHITECTURES = Path(__file__).parent.parent / "architectures"


@dataclass(frozen=True)
class Variant:
    """One fixture: the tiny model with these differences."""

    config: Mapping[str, Any] = field(default_factory=dict)
    """Over the specimen's `tiny`."""
    gradients: Sequence[str] = ()
    """Patterns of checkpoint names whose gradient of the loss is kept: what these weigh is committed."""
    switches: Mapping[str, Any] = field(default_factory=dict)
    """Keys of config.json, each with a value that takes a feature away: the logits must move then, there and here."""
    cached_differs: str = ""
    """Why transformers' decoding through a cache departs from its own single pass; ours is then held to the pass."""
    weights_of: str | None = None
    """An earlier variant of the same shapes: its weights are taken, and not stored again."""
    written: Mapping[str, Any] = field(default_factory=dict)
    """Over config.json as saved, for what people's files say in another way; None takes a key out."""
    dtype: str = "float32"
    """Of the stored weights. What is computed is computed in float32, from the rounded ones."""
    save: Mapping[str, Any] = field(default_factory=dict)
    """Arguments of save_pretrained."""
    rewrite: Callable[[dict], dict] | None = None
    """Turns the stored tensors into what another writer of checkpoints stored."""


@dataclass(frozen=True)
class Specimen:
    """Variants by fixture name; the first is the one whose layers are shown."""

    tiny: Mapping[str, Any]
    """Arguments of transformers' configuration class: sizes that tell axes apart, every feature of the family on."""
    variants: Mapping[str, Variant]
    seed: int = 20
    length: int = 17
    """Tokens of each of the two rows: more than a sliding window holds."""
    near_initial: Sequence[str] = ()
    """Patterns of matrices drawn near what the class starts with, where random ones would make no sense."""
    fixed: Sequence[str] = ()
    """Patterns of constants that checkpoints hold: they stay what the class makes them."""
    blocks: str | None = None
    """Path of the list of blocks in transformers' model, where it is not the first list of that length."""
    has_states: bool = False
    """Blocks read and give several states of each token, along a first axis; kept side by side, as one."""
    build: Callable[[dict], Any] | None = None
    """Makes the model, where AutoModelForCausalLM does not."""


def known() -> list[str]:
    return sorted(path.stem for path in ARCHITECTURES.glob("*.py"))


def load(model_type: str) -> Specimen:
    return importlib.import_module(f"architectures.{model_type}").specimen
