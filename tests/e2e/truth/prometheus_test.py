"""A real Prometheus scrapes the example server, loads docs/guide/alerts.yml, and
answers every query of docs/guide/: the guide's own, the alerts' and the
dashboard's, with data where there must be some.

Wants `prometheus` on the PATH. Nothing is judged by how long it takes.
"""

import argparse
import json
import os
import re
import subprocess
import sys
import tempfile
import time
import urllib.parse

import greeter_pb2
import grpc
import processes

SERVICE = "/acme.greeter.v1.Greeter/"
CONFIG = """
global:
  scrape_interval: 500ms
  evaluation_interval: 500ms
rule_files: [{rules}]
scrape_configs:
  - job_name: demo
    static_configs: [{{targets: ["127.0.0.1:{port}"]}}]
"""
# Alerts that must be silent here: nobody is slow, overloaded, throws, or has
# been called an hour ago.
SILENT = {
    "HawkmountNoRequests",
    "HawkmountSlow",
    "HawkmountOverloaded",
    "HawkmountExceptions",
}
PATIENCE = 240.0


class Prometheus:
    """Its answers."""

    def __init__(self, port):
        self.port = port

    def get(self, path, **arguments):
        query = urllib.parse.urlencode(
            {name.replace("match", "match[]"): v for name, v in arguments.items()}
        )
        text = processes.fetch(self.port, f"/api/v1/{path}?{query}")
        return None if text is None else json.loads(text)["data"]

    def has_data(self, query):
        """Whether an instant query brings a number."""
        data = self.get("query", query=query)
        return data is not None and any(
            series["value"][1] != "NaN" for series in data["result"]
        )


def call_all(channel):
    """A call of each kind, one that the caller got wrong, and one that ends
    with an error of the server's."""

    def call(method, requests):
        start = channel.stream_stream(
            SERVICE + method,
            request_serializer=lambda message: message
            if isinstance(message, bytes)
            else message.SerializeToString(),
            response_deserializer=lambda data: data,
        )
        running = start(iter(requests), timeout=60)
        try:
            for _ in running:
                pass
        except grpc.RpcError:
            pass
        return running.code().name

    hello = greeter_pb2.SayHelloRequest
    chat = greeter_pb2.ChatRequest(line="hello")
    codes = [
        call("SayHello", [hello(name="Ada")]),
        call("SayHello", [hello()]),
        call("SayHello", [b"\xff\xff\xff"]),
        call("Count", [greeter_pb2.CountRequest(up_to=2)]),
        call("Collect", [greeter_pb2.CollectRequest(name="Ada")] * 2),
        call("Chat", [chat, chat]),
    ]
    wanted = ["OK", "INVALID_ARGUMENT", "INTERNAL", "OK", "OK", "OK"]
    if codes != wanted:
        sys.exit(f"the calls ended with {codes}")


def guide_queries(guide):
    """Those of the page, which has a comment before each."""
    with open(os.path.join(guide, "observability.md"), encoding="utf-8") as file:
        blocks = re.findall(r"```promql\n(.*?)```", file.read(), re.S)
    return [
        query.strip()
        for block in blocks
        for query in re.split(r"^#.*\n", block, flags=re.M)
        if query.strip()
    ]


def expressions(panels):
    for panel in panels:
        for target in panel.get("targets", []):
            yield target["expr"]
        yield from expressions(panel.get("panels", []))


def dashboard(guide):
    """Its queries, and its variables as (label, selector), as Grafana fills
    them in for "All"."""

    def fill(text):
        for name in ("$job", "$service", "$method"):
            text = text.replace(name, ".*")
        return text.replace("$__rate_interval", "1m")

    with open(os.path.join(guide, "grafana.json"), encoding="utf-8") as file:
        board = json.load(file)
    variables = [
        re.fullmatch(r"label_values\((.*), (\w+)\)", fill(one["definition"]))
        for one in board["templating"]["list"]
        if one["type"] == "query"
    ]
    return (
        [fill(text) for text in expressions(board["panels"])],
        [(match[2], match[1]) for match in variables],
    )


def selectors(query):
    """The series that a query is about."""
    return re.findall(r"\bhawkapi_\w+(?:\{[^}]*\})?|\bservice:\w+:\w+", query)


def missing(prometheus, guide):
    """What has no answer yet, or a wrong one."""
    targets = (prometheus.get("targets") or {}).get("activeTargets", [])
    if [target["health"] for target in targets] != ["up"]:
        return [f"the target: {targets}"]
    rules = [
        rule
        for group in prometheus.get("rules")["groups"]
        for rule in group["rules"]
    ]
    faults = [
        f"rule {rule['name']}: {rule.get('lastError', rule['health'])}"
        for rule in rules
        if rule["health"] != "ok"
    ]
    queries, variables = dashboard(guide)
    queries += guide_queries(guide)
    for rule in rules:
        if rule["name"] in SILENT:
            queries += selectors(rule["query"])
            if prometheus.has_data(rule["query"]):
                faults.append(f"{rule['name']} rings")
        else:
            queries.append(rule["query"])
    silent = {rule["name"] for rule in rules} & SILENT
    if silent != SILENT or len(rules) < 14 or len(queries) < 30:
        faults.append(f"{len(rules)} rules, {len(queries)} queries, {silent}")
    for query in queries:
        if not prometheus.has_data(query):
            faults.append(f"no data: {query}")
    for label, selector in variables:
        if not prometheus.get(f"label/{label}/values", match=selector):
            faults.append(f"no values of {label} in {selector}")
    return faults, len(queries)


def check(prometheus, guide, channel):
    end = time.monotonic() + PATIENCE
    while True:
        call_all(channel)
        found = missing(prometheus, guide)
        if isinstance(found, tuple) and not found[0]:
            print(f"{found[1]} queries have an answer")
            return []
        if time.monotonic() > end:
            return found[0] if isinstance(found, tuple) else found


def check_values(prometheus, http_port):
    """Once nobody calls, what Prometheus has is what the page says."""
    end = time.monotonic() + PATIENCE
    while True:
        page = processes.fetch(http_port, "/metrics")
        series = dict(
            line.rsplit(" ", 1)
            for line in page.splitlines()
            if line.startswith("hawkapi_grpc_requests_total{")
        )
        wrong = []
        for name, value in series.items():
            result = prometheus.get("query", query=name)["result"]
            if [float(one["value"][1]) for one in result] != [float(value)]:
                wrong.append(f"{name} is {value}, not {result}")
        if not wrong or time.monotonic() > end:
            return wrong if series else ["there are no series"]
        time.sleep(0.2)


def run(arguments, directory):
    port, http_port, prometheus_port = processes.free_ports(3)
    config = os.path.join(directory, "prometheus.yml")
    rules = os.path.abspath(os.path.join(arguments.guide, "alerts.yml"))
    with open(config, "w", encoding="utf-8") as file:
        file.write(CONFIG.format(rules=json.dumps(rules), port=http_port))
    started = []

    def start(name, command):
        log = open(os.path.join(arguments.directory, name + ".log"), "wb")
        with log:
            # pylint: disable-next=consider-using-with
            process = subprocess.Popen(command, stdout=log, stderr=log)
        started.append(process)

    try:
        start(
            "demo",
            [arguments.server, f"--port={port}", f"--http-port={http_port}"],
        )
        start(
            "prometheus",
            [
                "prometheus",
                f"--config.file={config}",
                f"--storage.tsdb.path={directory}/data",
                f"--web.listen-address=127.0.0.1:{prometheus_port}",
            ],
        )
        end = time.monotonic() + PATIENCE
        for ready, path in ((http_port, "/readyz"), (prometheus_port, "/-/ready")):
            while processes.fetch(ready, path) is None:
                ended = [process.poll() for process in started]
                if ended != [None, None] or time.monotonic() > end:
                    sys.exit(f"demo and Prometheus did not start: {ended}")
                time.sleep(0.1)
        prometheus = Prometheus(prometheus_port)
        with grpc.insecure_channel(f"127.0.0.1:{port}") as channel:
            faults = check(prometheus, arguments.guide, channel)
        return faults + check_values(prometheus, http_port)
    finally:
        for process in started:
            process.terminate()
        for process in started:
            try:
                process.wait(timeout=PATIENCE)
            except subprocess.TimeoutExpired:
                process.kill()


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--server", required=True)
    parser.add_argument("--guide", required=True)
    parser.add_argument("--directory", required=True)
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as directory:
        faults = run(arguments, directory)
    for fault in faults:
        print(f"FAULT: {fault}")
    print(f"{len(faults)} faults")
    sys.exit(1 if faults else 0)


main()
