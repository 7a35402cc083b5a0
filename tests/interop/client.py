"""gRPC's interop cases for Python's grpcio: client.py PORT STUBS_DIR."""

import os
import sys
import time
import traceback

import grpc

# The generated package is called grpc as well.
stubs = sys.argv[2]
grpc.__path__.append(os.path.join(stubs, "grpc"))

from grpc.testing import empty_pb2, messages_pb2, test_pb2_grpc  # noqa: E402

Request = messages_pb2.StreamingOutputCallRequest
UNICODE = "\t\ntest with whitespace\r\nand Unicode BMP ☺ and non-BMP 😈\t\n"
INITIAL, TRAILING = "x-grpc-test-echo-initial", "x-grpc-test-echo-trailing-bin"
PATIENCE = 60


def check(condition, what):
    if not condition:
        raise AssertionError(what)


def expect(code, call):
    try:
        call()
    except grpc.RpcError as error:
        check(error.code() == code, f"{error.code()} instead of {code}")
        return error
    raise AssertionError(f"OK instead of {code}")


def output_request(size, body=0, interval_us=0):
    return Request(
        response_parameters=[messages_pb2.ResponseParameters(
            size=size, interval_us=interval_us)],
        payload=messages_pb2.Payload(body=b"\0" * body))


def empty_unary(stub):
    check(stub.EmptyCall(empty_pb2.Empty(), timeout=PATIENCE) == empty_pb2.Empty(),
          "not empty")


def simple(**more):
    return messages_pb2.SimpleRequest(
        response_size=314159, payload=messages_pb2.Payload(body=b"\0" * 271828), **more)


def large_unary(stub):
    response = stub.UnaryCall(simple(), timeout=PATIENCE)
    check(response.payload.body == b"\0" * 314159, "wrong payload")


def client_compressed_unary(stub):
    expected = messages_pb2.BoolValue(value=True)
    expect(grpc.StatusCode.INVALID_ARGUMENT,
           lambda: stub.UnaryCall(simple(expect_compressed=expected), timeout=PATIENCE))
    response = stub.UnaryCall(simple(expect_compressed=expected), timeout=PATIENCE,
                              compression=grpc.Compression.Gzip)
    check(len(response.payload.body) == 314159, "wrong payload")


def client_streaming(stub):
    requests = (messages_pb2.StreamingInputCallRequest(
        payload=messages_pb2.Payload(body=b"\0" * size))
        for size in (27182, 8, 1828, 45904))
    response = stub.StreamingInputCall(requests, timeout=PATIENCE)
    check(response.aggregated_payload_size == 74922, "wrong size")


def server_streaming(stub):
    sizes = [31415, 9, 2653, 58979]
    request = Request(response_parameters=[
        messages_pb2.ResponseParameters(size=size) for size in sizes])
    received = [len(response.payload.body)
                for response in stub.StreamingOutputCall(request, timeout=PATIENCE)]
    check(received == sizes, received)


class Line:
    """Requests that are sent when they are asked for."""

    def __init__(self):
        self.requests = []
        self.done = False

    def __iter__(self):
        return self

    def __next__(self):
        while not self.requests:
            if self.done:
                raise StopIteration
            time.sleep(0.001)
        return self.requests.pop(0)


def ping_pong(stub):
    line = Line()
    call = stub.FullDuplexCall(line, timeout=PATIENCE)
    for sent, asked in ((27182, 31415), (8, 9), (1828, 2653), (45904, 58979)):
        line.requests.append(output_request(asked, sent))
        check(len(next(call).payload.body) == asked, "wrong payload")
    line.done = True
    check(list(call) == [], "more than was asked for")
    check(call.code() == grpc.StatusCode.OK, call.code())


def empty_stream(stub):
    check(list(stub.FullDuplexCall(iter(()), timeout=PATIENCE)) == [], "not empty")


def timeout_on_sleeping_server(stub):
    line = Line()
    line.requests.append(output_request(1, 27182, interval_us=500000))
    expect(grpc.StatusCode.DEADLINE_EXCEEDED,
           lambda: list(stub.FullDuplexCall(line, timeout=0.1)))
    line.done = True


def cancel_after_begin(stub):
    line = Line()
    call = stub.StreamingInputCall.future(line)
    call.cancel()
    line.done = True
    check(call.cancelled(), "not cancelled")
    check(call.code() == grpc.StatusCode.CANCELLED, call.code())


def cancel_after_first_response(stub):
    line = Line()
    line.requests.append(output_request(31415, 27182))
    call = stub.FullDuplexCall(line)
    next(call)
    call.cancel()
    expect(grpc.StatusCode.CANCELLED, lambda: next(call))
    line.done = True


def custom_metadata(stub):
    metadata = ((INITIAL, "test_initial_metadata_value"), (TRAILING, b"\xab\xab\xab"))

    def check_echo(call):
        check(dict(call.initial_metadata()).get(INITIAL) == metadata[0][1], "initial")
        check(dict(call.trailing_metadata()).get(TRAILING) == metadata[1][1], "trailing")

    _, call = stub.UnaryCall.with_call(simple(), metadata=metadata, timeout=PATIENCE)
    check_echo(call)
    duplex = stub.FullDuplexCall(
        iter([output_request(314159, 271828)]), metadata=metadata, timeout=PATIENCE)
    check(len(list(duplex)) == 1, "responses")
    check_echo(duplex)


def expect_status(stub, message):
    status = messages_pb2.EchoStatus(code=2, message=message)
    calls = [
        lambda: stub.UnaryCall(
            messages_pb2.SimpleRequest(response_status=status), timeout=PATIENCE),
        lambda: list(stub.FullDuplexCall(
            iter([Request(response_status=status)]), timeout=PATIENCE))]
    for call in calls:
        error = expect(grpc.StatusCode.UNKNOWN, call)
        check(error.details() == message, repr(error.details()))


def status_code_and_message(stub):
    expect_status(stub, "test status message")


def special_status_message(stub):
    expect_status(stub, UNICODE)


def unimplemented_method(stub):
    expect(grpc.StatusCode.UNIMPLEMENTED,
           lambda: stub.UnimplementedCall(empty_pb2.Empty(), timeout=PATIENCE))


def unimplemented_service(_, channel):
    stub = test_pb2_grpc.UnimplementedServiceStub(channel)
    expect(grpc.StatusCode.UNIMPLEMENTED,
           lambda: stub.UnimplementedCall(empty_pb2.Empty(), timeout=PATIENCE))
    unknown = channel.unary_unary("/no.such.Service/Method",
                                  request_serializer=lambda message: b"",
                                  response_deserializer=lambda data: data)
    expect(grpc.StatusCode.UNIMPLEMENTED, lambda: unknown(None, timeout=PATIENCE))


CASES = [
    empty_unary, large_unary, client_compressed_unary, client_streaming,
    server_streaming, ping_pong, empty_stream, timeout_on_sleeping_server,
    cancel_after_begin, cancel_after_first_response, custom_metadata,
    status_code_and_message, special_status_message, unimplemented_method]


def main():
    failed = 0
    with grpc.insecure_channel(f"localhost:{sys.argv[1]}") as channel:
        stub = test_pb2_grpc.TestServiceStub(channel)
        for case in CASES + [unimplemented_service]:
            try:
                if case is unimplemented_service:
                    case(stub, channel)
                else:
                    case(stub)
                print(f"{case.__name__}: ok", flush=True)
            except Exception:  # any failure is the case's, and the rest go on
                traceback.print_exc()
                print(f"{case.__name__}: FAILED", flush=True)
                failed += 1
    print(f"{len(CASES) + 1 - failed} passed, {failed} failed")
    sys.exit(1 if failed else 0)


main()
