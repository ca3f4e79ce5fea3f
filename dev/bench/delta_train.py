"""mlx-lm's gated delta rule as it trains, token by token: python delta_train.py HEADS LENGTH SIZE; one line of JSON.

Called by delta.ts; not a benchmark of its own.
"""

import json
import resource
import sys
import time

import mlx.core as mx
from mlx_lm.models.gated_delta import gated_delta_ops

heads, length, size = map(int, sys.argv[1:])
mx.random.seed(1)
q, k, v = (mx.random.normal((1, length, heads, size)) for _ in range(3))
q, k = q / size, k / mx.linalg.norm(k, axis=-1, keepdims=True)
stays = mx.exp(-0.2 * mx.abs(mx.random.normal((1, length, heads))))
strength = mx.sigmoid(mx.random.normal((1, length, heads)))
inputs = [q, k, v, stays, strength]
mx.eval(inputs)


def loss(*given):
    return mx.square(gated_delta_ops(*given)[0]).sum()


def processor():
    used = resource.getrusage(resource.RUSAGE_SELF)
    return used.ru_utime + used.ru_stime


mx.reset_peak_memory()
before, start, used = mx.get_active_memory(), time.perf_counter(), processor()
mx.eval(mx.value_and_grad(loss, argnums=list(range(5)))(*inputs))
seconds, spent = time.perf_counter() - start, processor() - used
print(json.dumps({"seconds": seconds, "processorSeconds": spent, "peakBytes": mx.get_peak_memory() - before}))
