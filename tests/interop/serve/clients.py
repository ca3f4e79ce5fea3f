"""OpenAI's and Anthropic's Python clients against a served toy: python clients.py URL. Ends with "ok"."""

import json
import sys

import anthropic
import openai
from pydantic import BaseModel

url = sys.argv[1]
client = openai.OpenAI(base_url=url + "/v1", api_key="any", max_retries=0)
model = client.models.list().data[0].id
messages = [{"role": "user", "content": "What is 3 plus one?"}]
base = {"model": model, "messages": messages, "temperature": 0, "max_tokens": 8}
create = client.chat.completions.create
schema = {"type": "object", "properties": {"a": {"enum": ["x", "y"]}}, "required": ["a"]}

whole = create(**base)
chunks = list(create(**base, stream=True, stream_options={"include_usage": True}))
said = "".join(chunk.choices[0].delta.content or "" for chunk in chunks if chunk.choices)
assert said == whole.choices[0].message.content
assert chunks[-1].usage.completion_tokens == whole.usage.completion_tokens == 8

rated = create(**base, logprobs=True, top_logprobs=2).choices[0].logprobs.content
assert len(rated) == 8 and all(len(token.top_logprobs) == 2 for token in rated)

longer = {**base, "max_tokens": 100}
form = {"type": "json_schema", "json_schema": {"name": "n", "schema": schema, "strict": True}}
formed = create(**longer, response_format=form).choices[0]
assert formed.finish_reason == "stop" and json.loads(formed.message.content)["a"] in ("x", "y")


class Out(BaseModel):
    ok: bool


parsed = client.chat.completions.parse(**longer, response_format=Out)
assert isinstance(parsed.choices[0].message.parsed, Out)

tools = [{"type": "function", "function": {"name": "w", "parameters": schema}}]
chosen = {"type": "function", "function": {"name": "w"}}
called = create(**longer, tools=tools, tool_choice=chosen).choices[0]
assert called.finish_reason == "tool_calls"
assert json.loads(called.message.tool_calls[0].function.arguments)["a"] in ("x", "y")
with client.chat.completions.stream(**longer, tools=tools, tool_choice="required") as stream:
    final = stream.get_final_completion()
assert final.choices[0].message.tool_calls[0].function.name == "w"

for wrong, kind in [
    ({"stop": 7}, openai.BadRequestError),
    ({"temperature": 9}, openai.BadRequestError),
    ({"model": "other"}, openai.NotFoundError),
]:
    try:
        create(**{**base, **wrong})
    except kind:
        continue
    raise SystemExit(f"taken: {wrong}")

echoed = client.completions.create(model=model, prompt="one", max_tokens=3, echo=True)
assert echoed.choices[0].text.startswith("one")

claude = anthropic.Anthropic(base_url=url, api_key="any", max_retries=0)
ask = {"model": model, "max_tokens": 8, "messages": messages, "extra_body": {"temperature": 0}}
message = claude.messages.create(**ask)
with claude.messages.stream(**ask) as stream:
    assert stream.get_final_message().content[0].text == message.content[0].text
tool = {"name": "w", "input_schema": schema}
used = claude.messages.create(
    **{**ask, "max_tokens": 100}, tools=[tool], tool_choice={"type": "tool", "name": "w"}
)
assert used.stop_reason == "tool_use" and used.content[0].input["a"] in ("x", "y")
print("ok")
