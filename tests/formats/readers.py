"""Reads texts with a reader of their format that is none of ours, and fails where that refuses one.

    python readers.py KIND <texts.json

What the reader makes of each text is printed as JSON, so that a test can hold it against the report.
"""

import functools
import json
import pathlib
import re
import subprocess
import sys
import xml.etree.ElementTree as ElementTree

SCHEMAS = pathlib.Path(sys.prefix) / "schemas"


def openmetrics(text):
    """By the parser of prometheus-client, which keeps to the specification: each sample as name, labels and value."""
    from prometheus_client.openmetrics.parser import text_string_to_metric_families

    families = list(text_string_to_metric_families(text))
    return [[sample.name, sample.labels, sample.value] for family in families for sample in family.samples]


@functools.cache
def jenkins():
    """The schema of Jenkins' xUnit plugin."""
    import xmlschema

    return xmlschema.XMLSchema(SCHEMAS / "junit-10.xsd")


def junit(text):
    """By the schema of Jenkins' xUnit plugin and by junitparser: each case as class, name, time and what came of it.

    Readers take two things that the schema does not have: properties of a test case, and the number of those that were skipped
    among all suites. These are taken out for it, and nothing else is.
    """
    import junitparser

    document = ElementTree.fromstring(text)
    document.attrib.pop("skipped")
    for case in document.iter("testcase"):
        for properties in case.findall("properties"):
            case.remove(properties)
    jenkins().validate(document)
    cases = []
    for suite in junitparser.JUnitXml.fromstring(text.encode("utf-8")):
        for case in suite:
            results = [[type(result).__name__, result.type, result.message] for result in case.result]
            cases.append([case.classname, case.name, case.time, results])
    return cases


def teamcity(text):
    """By the writer of teamcity-messages, JetBrains' own; what it writes of the same values has to be the same line.

    It leaves characters beyond ASCII as they are, which a message may also have as units of UTF-16.
    """
    from teamcity.messages import escape_value

    messages = []
    for line in text.splitlines():
        name, attributes = re.fullmatch(r"##teamcity\[(\w+)((?: \w+='(?:[^|'\[\]]|\|.)*')+)\]", line).groups()
        pairs = re.findall(r" (\w+)='((?:[^|'\[\]]|\|.)*)'", attributes)
        values = {key: unescaped(value, {"n": "\n", "r": "\r"}.get) for key, value in pairs}
        written = "".join(f" {key}='{escape_value(value)}'" for key, value in values.items())
        assert unescaped(line, lambda escape, _: "|" + escape) == f"##teamcity[{name}{written}]", line
        messages.append([name, values])
    return messages


def unescaped(text, read):
    """The text with units of UTF-16 as characters, and what `read` makes of every other escape."""

    def character(escape):
        return chr(int(escape[1], 16)) if len(escape[1]) > 1 else read(escape[1], escape[1])

    text = re.sub(r"\|(0x[0-9a-f]{4}|.)", character, text)
    return text.encode("utf-16", "surrogatepass").decode("utf-16")


def chrome_trace(text):
    """By the model of TracerBench, in Node: each thread with its events."""
    script = pathlib.Path(__file__).with_name("trace_model.mjs")
    command = ["node", script, sys.prefix]
    return json.loads(subprocess.run(command, input=text, encoding="utf-8", stdout=subprocess.PIPE, check=True).stdout)


READERS = {"junit": junit, "openmetrics": openmetrics, "teamcity": teamcity, "chrome-trace": chrome_trace}

if __name__ == "__main__":
    read = READERS[sys.argv[1]]
    results = []
    for text in json.load(sys.stdin.buffer):
        try:
            results.append(read(text))
        except Exception:
            print(text[:20_000], file=sys.stderr)
            raise
    json.dump(results, sys.stdout)
