"""Quantizes the matrices of a float32 .gguf file with gguf-py: python gguf_quantize.py FILE F16 Q8_0 ...

Prints, for each type, seconds of this process and bytes that came out, as JSON; what gguf-py cannot quantize is null.
"""

import json
import sys
import time

from gguf import GGMLQuantizationType, GGUFReader, quants

source, *types = sys.argv[1:]
matrices = [tensor.data for tensor in GGUFReader(source).tensors if len(tensor.shape) > 1]


def measured(name):
    started, size = time.process_time(), 0
    try:
        for matrix in matrices:
            size += quants.quantize(matrix, GGMLQuantizationType[name]).nbytes
    except NotImplementedError:
        return None
    return {"seconds": time.process_time() - started, "bytes": size}


json.dump({name: measured(name) for name in types}, sys.stdout)
