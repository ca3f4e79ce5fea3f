"""Writes a .gguf file again with its matrices in another form: python gguf_forms.py FROM TO F32|Q8_0

Needs numpy and gguf 0.19.0. Metadata stays; norms and other vectors are float32.
"""

import sys

from gguf import GGMLQuantizationType, GGUFReader, GGUFValueType, GGUFWriter, quants

source, target, form = sys.argv[1:]
wanted = GGMLQuantizationType[form]
reader = GGUFReader(source)
writer = GGUFWriter(target, reader.fields["general.architecture"].contents())
for name, field in reader.fields.items():
    if name.startswith("GGUF.") or name in ("general.architecture", "general.file_type"):
        continue
    kind = field.types[0]
    item = field.types[-1] if kind == GGUFValueType.ARRAY else None
    writer.add_key_value(name, field.contents(), kind, item)
for tensor in reader.tensors:
    numbers = quants.dequantize(tensor.data, tensor.tensor_type)
    held = wanted if len(tensor.shape) > 1 else GGMLQuantizationType.F32
    writer.add_tensor(tensor.name, quants.quantize(numbers, held), raw_dtype=held)
writer.write_header_to_file()
writer.write_kv_data_to_file()
writer.write_tensors_to_file()
writer.close()
