"""Token ids that transformers gives with Qwen3's own chat template, into tests/fixtures/text/qwen3.json.
Run: make templates; .local/peers/bin/python dev/templates/qwen3.py   (transformers 5.23.0, tokenizers 0.23.3)

The template is fetched, the tokenizer is the one of the fixtures: what is compared is which ids a conversation becomes.
"""
import hashlib
import json
from pathlib import Path

from transformers import AutoTokenizer

ROOT = Path(__file__).parents[2]
TEMPLATE = ROOT / ".local/templates/Qwen--Qwen3-0.6B.jinja"
OUT = ROOT / "tests/fixtures/text/qwen3.json"


def say(*pairs):
    names = dict(s="system", u="user", a="assistant")
    return [dict(role=names[role], content=content) for role, content in pairs]


CONVERSATIONS = {
    "one turn": say(("u", "Name the river."), ("a", "The river selects the rows.")),
    "system and two turns": say(("s", "Answer by name."), ("u", "Hi"), ("a", "Hello."), ("u", "Count to 3"), ("a", "1, 2, 3 …")),
    "blanks around": say(("u", " \n hello \n\n"), ("a", "\n  yes, \n of course  \n")),
    "emoji and accents": say(("u", "👩‍👩‍👧‍👦 ça va?"), ("a", "Très bien 👍🏽 e\u0301té 你好")),
    "thoughts": say(("u", "2+2?"), ("a", "<think>\nTwo and two.\n</think>\n\n4")),
    "thoughts in the history": say(
        ("u", "2+2?"), ("a", "<think>\nTwo and two.\n</think>\n\n4"), ("u", "3+3?"), ("a", "<think>\nThree.\n</think>\n\n6")),
    "no thoughts": say(("u", "2+2?"), ("a", "<think>\n\n</think>\n\n4")),
}

source = TEMPLATE.read_text()
tokenizer = AutoTokenizer.from_pretrained(ROOT / "tests/fixtures/text/tokenizers/qwen")
tokenizer.chat_template = source


def ids(messages, **more):
    return list(tokenizer.apply_chat_template(messages, tokenize=True, return_dict=False, **more))


cases = [
    dict(name=name, messages=messages, ids=ids(messages), prompt=ids(messages[:-1], add_generation_prompt=True))
    for name, messages in CONVERSATIONS.items()
]
template = hashlib.sha256(source.encode()).hexdigest()
OUT.write_text(json.dumps(dict(template=template, cases=cases), ensure_ascii=False, indent=1) + "\n")
