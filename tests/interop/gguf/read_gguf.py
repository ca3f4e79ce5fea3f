# What gguf-py reads of a .gguf file, as JSON: every key with its value, every tensor with its type and shape.
import json
import sys

import numpy as np
from gguf import GGUFReader, GGUFValueType


def value_of(field):
    kind = field.types[-1]
    if kind == GGUFValueType.STRING:
        texts = [bytes(field.parts[at]).decode() for at in field.data]
        return texts if field.types[0] == GGUFValueType.ARRAY else texts[0]
    numbers = [field.parts[at][0] for at in field.data]
    plain = [bool(one) if kind == GGUFValueType.BOOL else np.asarray(one).item() for one in numbers]
    return plain if field.types[0] == GGUFValueType.ARRAY else plain[0]


reader = GGUFReader(sys.argv[1])
# its own counts come first
fields = {name: value_of(one) for name, one in reader.fields.items() if not name.startswith("GGUF.")}
tensors = {one.name: [one.tensor_type.name, [int(n) for n in reversed(one.shape)]] for one in reader.tensors}
json.dump({"fields": fields, "tensors": tensors}, sys.stdout)
