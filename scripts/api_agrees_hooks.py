"""Has made-up requests meet what there is: real ids in paths, and the entity tag of the present state.

What was made up to be wrong stays wrong, and of the rest every fourth request keeps what was made up, so that what does
not exist is asked for, too.
"""

import itertools
import os
import re
import time

import requests
import schemathesis
from schemathesis import GenerationMode
from schemathesis.core.parameters import ParameterLocation

BASE = os.environ["SIGNALBOX_URL"]
HTTP = requests.Session()
HTTP.headers["Authorization"] = f"Bearer {os.environ['SIGNALBOX_KEY']}"
# Lists change while things are made and deleted.
REMEMBERED_SECONDS = 3
LISTS = {}
COUNT = itertools.count()


@schemathesis.hook
def before_call(context, case, **kwargs):
    number = next(COUNT)
    if number % 4 == 0:
        return
    if is_good(case, ParameterLocation.PATH) and case.path_parameters:
        case.path_parameters |= what_there_is(case.path, number)
    names = {header.name for header in case.operation.headers}
    if "If-Match" in names and is_good(case, ParameterLocation.HEADER):
        tag = HTTP.get(BASE + case.formatted_path).headers.get("ETag")
        if tag:
            case.headers["If-Match"] = tag


@schemathesis.serializer("application/wasm")
def wasm(context, value):
    """What is made up for a plugin, as it is."""
    return value if isinstance(value, bytes) else str(value).encode()


def is_good(case, location):
    part = case.meta.components.get(location)
    return part is not None and part.mode is GenerationMode.POSITIVE


def what_there_is(path, number):
    """Values for the parameters of a path, each out of the list that stands before it in the path."""
    found = {}
    filled = ""
    for segment in path.strip("/").split("/"):
        # An owner is one of the document's own words.
        parameter = re.fullmatch(r"\{(?!owner)(.+)\}", segment)
        if parameter:
            choices = names_in(filled)
            if not choices:
                break
            segment = found[parameter[1]] = choices[number % len(choices)]
        filled += f"/{segment}"
    return found


def names_in(path):
    """What the things in a list are called in addresses."""
    until, names = LISTS.get(path, (0, []))
    if time.monotonic() > until:
        answer = HTTP.get(BASE + path)
        body = answer.json() if answer.ok else []
        things = body.get("items", []) if isinstance(body, dict) else body
        names = [name_of(thing) for thing in things if isinstance(thing, dict)]
        names = [name for name in names if name]
        LISTS[path] = (time.monotonic() + REMEMBERED_SECONDS, names)
    return names


def name_of(thing):
    return next((str(thing[name]) for name in ("id", "key", "name") if thing.get(name)), None)
