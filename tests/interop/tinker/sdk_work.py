"""The work of beside-the-sdk.test.ts, done by Tinker's own client. Prints what came of it as one JSON document."""

import json
import sys

import tinker
from tinker import types

rows = json.loads(sys.argv[1])


def datum(row):
    n = len(row["targets"])
    return types.Datum(
        model_input=types.ModelInput.from_ints(row["tokens"]),
        loss_fn_inputs={
            "target_tokens": types.TensorData(data=row["targets"], dtype="int64", shape=[n]),
            "weights": types.TensorData(data=row["weights"], dtype="float32", shape=[n]),
        },
    )


def logprobs(output):
    return [[float(v) for v in one["logprobs"].data] for one in output.loss_fn_outputs]


data = [datum(row) for row in rows]
adam = types.AdamParams(
    learning_rate=0.5, beta1=0.9, beta2=0.95, eps=1e-12, weight_decay=0.0, grad_clip_norm=0.0
)
service = tinker.ServiceClient()
client = service.create_lora_training_client(base_model="Qwen/Qwen3-8B", rank=8, seed=1).result()
passes = []
for _ in range(3):
    passed = client.forward_backward(data, "cross_entropy")
    stepped = client.optim_step(adam)
    passes.append(logprobs(passed.result()))
    stepped.result()
passes.append(logprobs(client.forward(data, "cross_entropy").result()))
state = client.save_state("three").result().path
sampler = client.save_weights_for_sampler("three").result().path
again = service.create_training_client_from_state_with_optimizer(state).result()
passed = again.forward_backward(data, "cross_entropy")
again.optim_step(adam).result()
passes.append(logprobs(passed.result()))
external = again.save_weights_external("files", ttl_seconds=3600).result().path
sampling = service.create_sampling_client(model_path=sampler).result()
params = types.SamplingParams(max_tokens=3, temperature=0.0, top_p=1.0, seed=1, stop=[2])
answer = sampling.sample(types.ModelInput.from_ints([3, 4]), num_samples=1, sampling_params=params).result()
likely = sampling.compute_logprobs(types.ModelInput.from_ints([4, 5, 6])).result()
rest = service.create_rest_client()
info = rest.get_weights_info_by_tinker_path(sampler).result()
models = [m.model_name for m in rest.get_server_capabilities().result().supported_models]
urls = rest.get_external_weights_urls(external).result().urls
print(
    json.dumps(
        {
            "models": models,
            "passes": passes,
            "answer": list(answer.sequences[0].tokens),
            "likely": [None if v is None else float(v) for v in likely],
            "base": info.base_model,
            "files": sorted(urls),
            "paths": [state, sampler, external],
        }
    )
)
