"""Reads a safetensors file: a 64-bit length, a JSON header, the numbers."""
import json
import struct

import numpy as np

DTYPES = {"F32": np.float32, "F64": np.float64, "U8": np.uint8, "I64": np.int64}


def read_safetensors(path):
    """{name: array}"""
    with open(path, "rb") as file:
        (length,) = struct.unpack("<Q", file.read(8))
        header = json.loads(file.read(length))
        values = file.read()
    header.pop("__metadata__", None)
    tensors = {}
    for name, tensor in header.items():
        begin, end = tensor["data_offsets"]
        array = np.frombuffer(values[begin:end], DTYPES[tensor["dtype"]])
        tensors[name] = array.reshape(tensor["shape"]).copy()
    return tensors
