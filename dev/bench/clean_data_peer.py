"""The same as clean-data.ts with datasketch and tiktoken: python clean_data_peer.py ROWS.jsonl"""

import json
import os
import resource
import sys
import time

from datasketch import MinHash, MinHashLSH


def timed(what, amount, unit, work):
    before, begun = resource.getrusage(resource.RUSAGE_SELF), time.time()
    found = work()
    after = resource.getrusage(resource.RUSAGE_SELF)
    processor = after.ru_utime - before.ru_utime + after.ru_stime - before.ru_stime
    wall = time.time() - begun
    print(f"{what}, {found}: {amount / wall:.2f} {unit}/s ({amount / processor:.2f} a second of processor time)")


def dedupe(rows):
    index, duplicates = MinHashLSH(threshold=0.5, num_perm=128), 0
    for number, text in enumerate(rows):
        sketch = MinHash(num_perm=128)
        sketch.update_batch([text[at : at + 8].encode() for at in range(len(text) - 7)])
        duplicates += bool(index.query(sketch))
        index.insert(number, sketch)
    return f"{duplicates} duplicates"


def main(file):
    with open(file) as lines:
        rows = [json.loads(line)["text"] for line in lines]
    few = rows[:20000]
    timed("datasketch, 20,000 rows", len(few), "rows", lambda: dedupe(few))
    ranks = os.environ.get("FT_BENCH_RANKS")
    if ranks is not None:
        import base64

        import tiktoken

        pattern = r"[^\r\n\p{L}\p{N}]?[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}]*[\p{Ll}\p{Lm}\p{Lo}\p{M}]+(?i:'s|'t|'re|'ve|'m|'ll|'d)?|[^\r\n\p{L}\p{N}]?[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}]+[\p{Ll}\p{Lm}\p{Lo}\p{M}]*(?i:'s|'t|'re|'ve|'m|'ll|'d)?|\p{N}{1,3}| ?[^\s\p{L}\p{N}]+[\r\n/]*|\s*[\r\n]+|\s+(?!\S)|\s+"
        with open(os.path.join(ranks, "o200k.tiktoken")) as lines:
            known = {base64.b64decode(token): int(rank) for token, rank in (line.split() for line in lines)}
        encoding = tiktoken.Encoding("o200k", pat_str=pattern, mergeable_ranks=known, special_tokens={})
        megabytes = os.path.getsize(file) / 1e6
        timed("tiktoken o200k", megabytes, "MB", lambda: f"{sum(len(encoding.encode_ordinary(row)) for row in rows)} tokens")


main(sys.argv[1])
