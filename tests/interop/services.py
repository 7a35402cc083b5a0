"""Health and reflection of hawkmount-services-server through clients that are
not ours: Python's gRPC over the standard protos, and buf curl."""

import argparse
import contextlib
import json
import os
import platform
import signal
import subprocess
import sys
import tempfile
import time

import run

SERVICES = [
    "acme.greeter.v1.Greeter", "grpc.health.v1.Health",
    "grpc.reflection.v1.ServerReflection",
    "grpc.reflection.v1alpha.ServerReflection"]
FAILURES = []


def expect(what, got, wanted):
    print(f"{what}: {'ok' if got == wanted else 'FAILED'}", flush=True)
    if got != wanted:
        FAILURES.append(f"{what}: got {got!r}, wanted {wanted!r}")


def stubs_of(arguments):
    stubs = os.path.join(arguments.build_dir, "services_stubs")
    os.makedirs(stubs, exist_ok=True)
    subprocess.run(
        ["protoc", "-I", arguments.protos, "--python_out", stubs,
         "--plugin=protoc-gen-grpc_python=/usr/bin/grpc_python_plugin",
         "--grpc_python_out", stubs, "grpc/health/v1/health.proto",
         "grpc/reflection/v1/reflection.proto",
         "grpc/reflection/v1alpha/reflection.proto"], check=True)
    return stubs


def check_python(port, stubs, not_ready):
    import grpc
    # The stubs' package grpc beside that of the library.
    grpc.__path__.append(os.path.join(stubs, "grpc"))
    from grpc.health.v1 import health_pb2, health_pb2_grpc
    from grpc.reflection.v1 import reflection_pb2, reflection_pb2_grpc
    from grpc.reflection.v1alpha import reflection_pb2 as alpha_pb2
    from grpc.reflection.v1alpha import reflection_pb2_grpc as alpha_grpc

    channel = grpc.insecure_channel(f"127.0.0.1:{port}")
    health = health_pb2_grpc.HealthStub(channel)

    def check(service):
        request = health_pb2.HealthCheckRequest(service=service)
        try:
            # As grpc_health_probe does, but with more patience.
            status = health.Check(request, timeout=60, wait_for_ready=True).status
            return health_pb2.HealthCheckResponse.ServingStatus.Name(status)
        except grpc.RpcError as error:
            return error.code().name

    expect("python Check", check(""), "SERVING")
    expect("python Check of a service", check(SERVICES[0]), "SERVING")
    expect("python Check of nothing", check("acme.Nobody"), "NOT_FOUND")

    watch = health.Watch(health_pb2.HealthCheckRequest(service=SERVICES[0]), timeout=120)
    expect("python Watch", next(watch).status, health_pb2.HealthCheckResponse.SERVING)
    open(not_ready, "w").close()
    expect("python Watch hears a readiness check", next(watch).status,
           health_pb2.HealthCheckResponse.NOT_SERVING)
    expect("python liveness", check("hawkmount.live"), "SERVING")
    os.remove(not_ready)
    expect("python Watch hears it again", next(watch).status,
           health_pb2.HealthCheckResponse.SERVING)
    watch.cancel()

    for version, messages, stub in (
            ("v1", reflection_pb2, reflection_pb2_grpc.ServerReflectionStub),
            ("v1alpha", alpha_pb2, alpha_grpc.ServerReflectionStub)):
        requests = [
            messages.ServerReflectionRequest(list_services=""),
            messages.ServerReflectionRequest(file_containing_symbol=SERVICES[0]),
            messages.ServerReflectionRequest(file_containing_symbol="acme.Nobody")]
        answers = list(
            stub(channel).ServerReflectionInfo(iter(requests), timeout=60))
        expect(f"python {version} lists",
               [s.name for s in answers[0].list_services_response.service], SERVICES)
        expect(f"python {version} describes",
               len(answers[1].file_descriptor_response.file_descriptor_proto), 1)
        expect(f"python {version} of nothing", answers[2].error_response.error_code, 5)
    channel.close()


# What grpc_health_probe exits with.
PROBE_OK, PROBE_UNREACHABLE, PROBE_FAILED, PROBE_UNHEALTHY = 0, 2, 3, 4


def probe(port, service="", root=None, patience=60):
    """The exit code of grpc_health_probe, with its second to connect and its
    second for the call; its defaults, but for patience with a busy machine."""
    import grpc
    from grpc.health.v1 import health_pb2, health_pb2_grpc
    address = f"localhost:{port}"
    channel = (grpc.insecure_channel(address) if root is None else
               grpc.secure_channel(address, grpc.ssl_channel_credentials(root)))
    with channel:
        try:
            grpc.channel_ready_future(channel).result(timeout=patience)
        except grpc.FutureTimeoutError:
            return PROBE_UNREACHABLE
        try:
            answer = health_pb2_grpc.HealthStub(channel).Check(
                health_pb2.HealthCheckRequest(service=service), timeout=60)
        except grpc.RpcError:
            return PROBE_FAILED
    serving = health_pb2.HealthCheckResponse.SERVING
    return PROBE_OK if answer.status == serving else PROBE_UNHEALTHY


def probe_until(port, wanted):
    """The last exit code: what checks said holds for a moment."""
    for _ in range(600):
        code = probe(port)
        if code == wanted:
            break
        time.sleep(0.1)
    return code


def check_probe(port, not_ready):
    expect("probe of the server", probe(port), PROBE_OK)
    expect("probe of a service", probe(port, SERVICES[0]), PROBE_OK)
    expect("probe of nothing", probe(port, "acme.Nobody"), PROBE_FAILED)
    expect("probe of nobody", probe(run.free_port(), patience=5),
           PROBE_UNREACHABLE)
    open(not_ready, "w").close()
    expect("probe while not ready", probe_until(port, PROBE_UNHEALTHY),
           PROBE_UNHEALTHY)
    expect("probe for liveness meanwhile", probe(port, "hawkmount.live"), PROBE_OK)
    os.remove(not_ready)
    expect("probe when ready again", probe_until(port, PROBE_OK), PROBE_OK)


def check_buf(port, buf, root=None):
    base = f"http://127.0.0.1:{port}"
    transport = ["--http2-prior-knowledge"]
    if root is not None:
        base = f"https://localhost:{port}"
        transport = ["--cacert", root]

    def curl(*arguments):
        result = subprocess.run(
            [buf, "curl", *transport, "--protocol", "grpc", *arguments],
            text=True, stdout=subprocess.PIPE, stderr=subprocess.PIPE, timeout=120)
        if result.returncode != 0:
            return result.stderr
        return result.stdout

    for version in ("grpc-v1", "grpc-v1alpha"):
        flags = ["--reflect-protocol", version]
        expect(f"buf {version} lists the services",
               curl(*flags, "--list-services", base).split(), SERVICES)
        listed = curl(*flags, "--list-methods", base).split()
        for method in ("acme.greeter.v1.Greeter/Chat", "grpc.health.v1.Health/List",
                       "grpc.reflection.v1.ServerReflection/ServerReflectionInfo"):
            expect(f"buf {version} lists {method}", method in listed, True)
        answer = curl(*flags, "-d", '{"name": "Ada"}', f"{base}/{SERVICES[0]}/SayHello")
        expect(f"buf {version} calls", answer.strip() and json.loads(answer),
               {"greeting": "Hello, Ada!"})
        answer = curl(*flags, "-d", "{}", f"{base}/grpc.health.v1.Health/List")
        expect(f"buf {version} calls health", sorted(json.loads(answer)["statuses"]),
               ["", SERVICES[0], "hawkmount.live"])


def find_buf():
    """The binary out of the package for this machine's processor."""
    machine = {"x86_64": "x64", "aarch64": "aarch64"}[platform.machine()]
    package = f"@bufbuild/buf-linux-{machine}"
    for folder in os.environ.get("NODE_PATH", "").split(os.pathsep):
        buf = os.path.join(folder, package, "bin", "buf")
        if os.path.exists(buf):
            return buf
    sys.exit(f"NODE_PATH must name a folder with the npm package {package}")


@contextlib.contextmanager
def serving(binary, **environment):
    """A server from its start to its exit; its port."""
    port = run.free_port()
    server = subprocess.Popen(
        [binary, str(port)], stdout=subprocess.DEVNULL,
        env={**os.environ, **environment})
    try:
        run.wait_for(port, server)
        yield port
        server.send_signal(signal.SIGTERM)
        expect("exit code", server.wait(timeout=60), 0)
    finally:
        server.kill()


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--server", required=True)
    parser.add_argument("--protos", required=True)
    parser.add_argument("--certificates", required=True)
    parser.add_argument("--build-dir", required=True)
    arguments = parser.parse_args()

    buf = find_buf()
    stubs = stubs_of(arguments)
    with tempfile.TemporaryDirectory() as work:
        not_ready = os.path.join(work, "not_ready")
        with serving(arguments.server, NOT_READY=not_ready) as port:
            check_python(port, stubs, not_ready)
            check_probe(port, not_ready)
            check_buf(port, buf)
        files = os.path.join(work, "tls")
        subprocess.run(["bash", arguments.certificates, files], check=True)
        with serving(arguments.server, TLS_FILES=files) as port:
            root = os.path.join(files, "root.crt")
            with open(root, "rb") as text:
                expect("probe with TLS", probe(port, root=text.read()), PROBE_OK)
            expect("probe of TLS in plaintext", probe(port, patience=5),
                   PROBE_UNREACHABLE)
            check_buf(port, buf, root)
    for failure in FAILURES:
        print(failure)
    sys.exit(1 if FAILURES else 0)


if __name__ == "__main__":
    main()
