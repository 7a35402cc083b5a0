"""Health and reflection of hawkmount-services-server through clients that are
not ours: Python's gRPC over the standard protos, and buf curl."""

import argparse
import json
import os
import signal
import subprocess
import sys
import tempfile

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
            status = health.Check(request, timeout=20, wait_for_ready=True).status
            return health_pb2.HealthCheckResponse.ServingStatus.Name(status)
        except grpc.RpcError as error:
            return error.code().name

    expect("python Check", check(""), "SERVING")
    expect("python Check of a service", check(SERVICES[0]), "SERVING")
    expect("python Check of nothing", check("acme.Nobody"), "NOT_FOUND")

    watch = health.Watch(health_pb2.HealthCheckRequest(service=SERVICES[0]), timeout=60)
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
            stub(channel).ServerReflectionInfo(iter(requests), timeout=20))
        expect(f"python {version} lists",
               [s.name for s in answers[0].list_services_response.service], SERVICES)
        expect(f"python {version} describes",
               len(answers[1].file_descriptor_response.file_descriptor_proto), 1)
        expect(f"python {version} of nothing", answers[2].error_response.error_code, 5)
    channel.close()


def check_buf(port, buf):
    base = f"http://127.0.0.1:{port}"

    def curl(*arguments):
        result = subprocess.run(
            [buf, "curl", "--http2-prior-knowledge", "--protocol", "grpc", *arguments],
            text=True, stdout=subprocess.PIPE, stderr=subprocess.PIPE, timeout=60)
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
    for folder in os.environ.get("NODE_PATH", "").split(os.pathsep):
        buf = os.path.join(folder, ".bin", "buf")
        if os.path.exists(buf):
            return buf
    sys.exit("NODE_PATH must name a folder with the npm package @bufbuild/buf")


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--server", required=True)
    parser.add_argument("--protos", required=True)
    parser.add_argument("--build-dir", required=True)
    arguments = parser.parse_args()

    buf = find_buf()
    port = run.free_port()
    with tempfile.TemporaryDirectory() as work:
        not_ready = os.path.join(work, "not_ready")
        server = subprocess.Popen(
            [arguments.server, str(port)], stdout=subprocess.DEVNULL,
            env={**os.environ, "NOT_READY": not_ready})
        try:
            run.wait_for(port, server)
            check_python(port, stubs_of(arguments), not_ready)
            check_buf(port, buf)
            server.send_signal(signal.SIGTERM)
            expect("exit code", server.wait(timeout=60), 0)
        finally:
            server.kill()
    for failure in FAILURES:
        print(failure)
    sys.exit(1 if FAILURES else 0)


if __name__ == "__main__":
    main()
