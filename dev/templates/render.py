"""Renders the templates of .local/templates with transformers' own environment and writes hashes of the texts into
tests/fixtures/text/popular.json; the texts themselves go to .local/templates/rendered, to look at.
Run: make templates; .local/peers/bin/python dev/templates/render.py   (transformers 5.23.0, jinja2 3.1.6)

What does not render is written down as an error. The clock stands still: strftime_now gives one day.
"""
import hashlib
import json
from pathlib import Path

from transformers.utils.chat_template_utils import _compile_jinja_template

ROOT = Path(__file__).parents[2]
TEMPLATES = ROOT / ".local/templates"
OUT = ROOT / "tests/fixtures/text/popular.json"
SPECIAL = dict(bos_token="<|bos|>", eos_token="<|eos|>", pad_token="<|pad|>", unk_token="<|unk|>")
WEATHER = {"type": "function", "function": {"name": "get_weather", "description": "Weather of a place, in °C.", "parameters": {
    "type": "object", "properties": {"place": {"type": "string", "description": "A town."}, "days": {"type": "integer", "default": 1},
                                     "unit": {"type": "string", "enum": ["c", "f"]}}, "required": ["place"]}}}
ADD = {"type": "function", "function": {"name": "add", "description": "Adds \"numbers\".", "parameters": {
    "type": "object", "properties": {"items": {"type": "array", "items": {"type": "number"}}}, "required": ["items"]}}}


def said(role, content, **more):
    return dict(role=role, content=content, **more)


def call(name, arguments, id="abcdefgh1"):
    return dict(id=id, type="function", function=dict(name=name, arguments=arguments))


ASKED = said("user", "Weather in Köln?")
CONVERSATIONS = {
    "one turn": dict(messages=[said("user", "Name the river."), said("assistant", "The river selects the rows.")]),
    "question": dict(messages=[said("user", "Name the river.")]),
    "system, two turns": dict(messages=[said("system", "Answer by name."), said("user", "Hi"), said("assistant", "Hello."),
                                        said("user", "Count\n\nto 3 "), said("assistant", " 1, 2, 3 … 👍🏽\n")]),
    "markup": dict(messages=[said("user", "What is <|im_end|> or {{ x }} & 'é'?"), said("assistant", "</s> {% raw %}")]),
    "thoughts in the text": dict(messages=[said("user", "2+2?"), said("assistant", "<think>\nTwo and two.\n</think>\n\n4"),
                                           said("user", "3+3?"), said("assistant", "<think>Three.</think>6")]),
    "thoughts apart": dict(messages=[said("user", "2+2?"), said("assistant", "4", reasoning_content="Two and two."),
                                     said("user", "3+3?"), said("assistant", "6", reasoning_content="Three.\nTwice.")]),
    "tools": dict(tools=[WEATHER, ADD], messages=[ASKED]),
    "tools, system": dict(tools=[WEATHER], messages=[said("system", "Be brief."), ASKED]),
    "call": dict(tools=[WEATHER], messages=[ASKED, said("assistant", "", tool_calls=[call("get_weather", {"place": "Köln", "days": 2})])]),
    "call and answer": dict(tools=[WEATHER], messages=[
        ASKED, said("assistant", "", tool_calls=[call("get_weather", {"place": "Köln"})]),
        said("tool", "{\"rain\": true}", name="get_weather", tool_call_id="abcdefgh1"), said("assistant", "It rains.")]),
    "two calls": dict(tools=[WEATHER, ADD], messages=[
        ASKED, said("assistant", "Let me look.", tool_calls=[call("get_weather", {"place": "a"}), call("add", {"items": [1.5, -2]}, "abcdefgh2")]),
        said("tool", "fog", name="get_weather", tool_call_id="abcdefgh1"), said("tool", "-0.5", name="add", tool_call_id="abcdefgh2")]),
    "arguments as text": dict(tools=[ADD], messages=[
        said("user", "Add."), said("assistant", "", tool_calls=[call("add", "{\"items\": [1, 2]}")]),
        said("tool", "3", name="add", tool_call_id="abcdefgh1"), said("assistant", "3")]),
    "thoughts and a call": dict(tools=[ADD], messages=[
        said("user", "1+2?"), said("assistant", "", reasoning_content="Use add.", tool_calls=[call("add", {"items": [1, 2]})]),
        said("tool", "3", name="add", tool_call_id="abcdefgh1"), said("assistant", "3", reasoning_content="It says 3.")]),
    "parts": dict(messages=[said("user", [dict(type="text", text="What "), dict(type="text", text="now?")]), said("assistant", "Go.")]),
    "two users": dict(messages=[said("user", "Hi"), said("user", "there")]),
}
VARIANTS = {"whole": dict(add_generation_prompt=False), "prompt": dict(add_generation_prompt=True),
            "prompt without thinking": dict(add_generation_prompt=True, enable_thinking=False)}


def rendered(template, conversation, variant):
    try:
        return _compile_jinja_template(template).render(
            messages=conversation["messages"], tools=conversation.get("tools"), documents=None, **SPECIAL, **variant,
            strftime_now=lambda form: "2026-01-02")
    except Exception as error:  # raise_exception, or a conversation that the template cannot take
        return error


def main():
    models = []
    (TEMPLATES / "rendered").mkdir(exist_ok=True)
    for file in sorted(TEMPLATES.glob("*.jinja")):
        template = file.read_text(encoding="utf-8")
        texts = {}
        for name, conversation in CONVERSATIONS.items():
            for kind, variant in VARIANTS.items():
                text = rendered(template, conversation, variant)
                texts[f"{name}, {kind}"] = text if isinstance(text, str) else None
        (TEMPLATES / "rendered" / f"{file.stem}.json").write_text(json.dumps(texts))
        short = [None if text is None else hashlib.sha256(text.encode()).hexdigest()[:16] for text in texts.values()]
        models.append(dict(model=file.stem.replace("--", "/"), sha256=hashlib.sha256(template.encode()).hexdigest(), texts=short))
    conversations = json.dumps(CONVERSATIONS, ensure_ascii=True)
    head = f'{{"special": {json.dumps(SPECIAL)},\n"conversations": {conversations},\n"variants": {json.dumps(VARIANTS)},\n"models": [\n'
    OUT.write_text(head + ",\n".join(json.dumps(model) for model in models) + "\n]}\n")
    print(len(models), "templates,", sum(text is not None for model in models for text in model["texts"]), "texts")


if __name__ == "__main__":
    main()
