"""Reads generated webhooks as JSON lines and fails where pywa's verdict on a signature is not ours, or is wrong."""

import collections
import json
import sys

from pywa.utils import webhook_updates_validator

seen = collections.Counter()
for line in sys.stdin:
    webhook = json.loads(line)
    theirs = webhook_updates_validator(webhook["secret"], bytes.fromhex(webhook["body"]), webhook["signature"])
    if not theirs == webhook["ours"] == webhook["genuine"]:
        sys.exit(f"pywa says {theirs}, we say {webhook['ours']}, the truth is {webhook['genuine']}: {line}")
    seen[webhook["what"]] += 1

if len(seen) < 7 or sum(seen.values()) < 2000:
    sys.exit(f"too few webhooks: {dict(seen)}")
for what, count in sorted(seen.items()):
    print(f"{count:5}  {what}")
