"""Borrows books of the library of docs/examples/errors through Python's gRPC,
and prints a line of JSON for each error that it is told: client.py PORT STUBS."""

import json
import sys

import grpc

sys.path.insert(0, sys.argv[2])
import error_details_pb2  # noqa: E402
import library_pb2  # noqa: E402
import library_pb2_grpc  # noqa: E402
from google.protobuf import json_format  # noqa: E402

KEY = "grpc-status-details-bin"


def details_of(error):
    """As grpcio-status reads them: code and message must agree, too."""
    trailers = [value for key, value in error.trailing_metadata() if key == KEY]
    if not trailers:
        return {}
    status = error_details_pb2.Status.FromString(trailers[0])
    assert len(trailers) == 1
    assert status.code == error.code().value[0], status
    assert status.message == error.details(), status
    found = {}
    for packed in status.details:
        name = packed.type_url.removeprefix("type.googleapis.com/google.rpc.")
        detail = getattr(error_details_pb2, name)()
        assert packed.Unpack(detail), packed
        found[name] = json_format.MessageToDict(detail)
    return found


def main(port):
    with grpc.insecure_channel(f"127.0.0.1:{port}") as channel:
        stub = library_pb2_grpc.LibraryStub(channel)
        for title, days in json.load(sys.stdin):
            request = library_pb2.BorrowBookRequest(title=title, days=days)
            try:
                stub.BorrowBook(
                    request, timeout=60, wait_for_ready=True,
                    metadata=[("x-request-id", f"id-of-{title}")])
                told = ["OK", "", {}]
            except grpc.RpcError as error:
                told = [error.code().name, error.details(), details_of(error)]
            print(json.dumps(told), flush=True)


main(sys.argv[1])
