// gRPC's interop cases for Node's grpc-js: client.js PORT PROTO_DIR. Its
// packages are found through NODE_PATH.
'use strict';

const assert = require('assert');
const grpc = require('@grpc/grpc-js');
const loader = require('@grpc/proto-loader');

const [port, protos] = process.argv.slice(2);
const definition = loader.loadSync('grpc/testing/test.proto', {
  includeDirs: [protos],
  keepCase: true,
  defaults: true,
});
const { testing } = grpc.loadPackageDefinition(definition).grpc;
const address = `localhost:${port}`;
const insecure = grpc.credentials.createInsecure();
const stub = new testing.TestService(address, insecure);

const zeros = (size) => ({ body: Buffer.alloc(size) });
const deadline = () => ({ deadline: Date.now() + 60000 });
const simple = (more) => ({ response_size: 314159, payload: zeros(271828), ...more });
const output = (size, body, interval_us = 0) =>
  ({ response_parameters: [{ size, interval_us }], payload: zeros(body) });

// A unary or client-streaming call as a promise of its response.
const unary = (client, method, request, metadata = new grpc.Metadata()) =>
  new Promise((resolve, reject) => {
    client[method](request, metadata, deadline(),
      (error, response) => (error ? reject(error) : resolve(response)));
  });

async function expectCode(code, call) {
  try {
    await call();
  } catch (error) {
    assert.strictEqual(error.code, code, error.message);
    return error;
  }
  throw new Error(`OK instead of ${code}`);
}

// All that a stream brings; rejects with its status.
const drain = (call, onMessage = () => {}) =>
  new Promise((resolve, reject) => {
    const received = [];
    call.on('data', (message) => {
      received.push(message);
      onMessage(message, received.length);
    });
    call.on('error', reject);
    call.on('end', () => resolve(received));
  });

const sizes = (messages) => messages.map((message) => message.payload.body.length);

async function expectStatus(details) {
  const response_status = { code: 2, message: details };
  const one = await expectCode(2, () => unary(stub, 'UnaryCall', { response_status }));
  assert.strictEqual(one.details, details);
  const call = stub.FullDuplexCall(deadline());
  call.write({ response_status });
  call.end();
  const other = await expectCode(2, () => drain(call));
  assert.strictEqual(other.details, details);
}

const cases = {
  async empty_unary() {
    await unary(stub, 'EmptyCall', {});
  },

  async large_unary() {
    const response = await unary(stub, 'UnaryCall', simple());
    assert.strictEqual(response.payload.body.length, 314159);
  },

  async client_compressed_unary() {
    const expect_compressed = { value: true };
    await expectCode(grpc.status.INVALID_ARGUMENT,
      () => unary(stub, 'UnaryCall', simple({ expect_compressed })));
    const gzip = new testing.TestService(address, insecure, {
      'grpc.default_compression_algorithm': 2,
    });
    const response = await unary(gzip, 'UnaryCall', simple({ expect_compressed }));
    assert.strictEqual(response.payload.body.length, 314159);
    gzip.close();
  },

  async client_streaming() {
    const response = await new Promise((resolve, reject) => {
      const call = stub.StreamingInputCall(deadline(),
        (error, message) => (error ? reject(error) : resolve(message)));
      for (const size of [27182, 8, 1828, 45904]) call.write({ payload: zeros(size) });
      call.end();
    });
    assert.strictEqual(response.aggregated_payload_size, 74922);
  },

  async server_streaming() {
    const asked = [31415, 9, 2653, 58979];
    const received = await drain(stub.StreamingOutputCall(
      { response_parameters: asked.map((size) => ({ size })) }, deadline()));
    assert.deepStrictEqual(sizes(received), asked);
  },

  async ping_pong() {
    const sent = [27182, 8, 1828, 45904];
    const asked = [31415, 9, 2653, 58979];
    const call = stub.FullDuplexCall(deadline());
    const done = drain(call, (_, count) => {
      if (count < asked.length) call.write(output(asked[count], sent[count]));
      else call.end();
    });
    call.write(output(asked[0], sent[0]));
    assert.deepStrictEqual(sizes(await done), asked);
  },

  async empty_stream() {
    const call = stub.FullDuplexCall(deadline());
    call.end();
    assert.deepStrictEqual(await drain(call), []);
  },

  async timeout_on_sleeping_server() {
    const call = stub.FullDuplexCall({ deadline: Date.now() + 100 });
    call.write(output(1, 27182, 500000));
    await expectCode(grpc.status.DEADLINE_EXCEEDED, () => drain(call));
  },

  async cancel_after_begin() {
    await expectCode(grpc.status.CANCELLED, () => new Promise((resolve, reject) => {
      const call = stub.StreamingInputCall(deadline(),
        (error, message) => (error ? reject(error) : resolve(message)));
      call.cancel();
    }));
  },

  async cancel_after_first_response() {
    const call = stub.FullDuplexCall(deadline());
    call.write(output(31415, 27182));
    await expectCode(grpc.status.CANCELLED, () => drain(call, () => call.cancel()));
  },

  async custom_metadata() {
    const metadata = new grpc.Metadata();
    const trailer = Buffer.from([0xab, 0xab, 0xab]);
    metadata.set('x-grpc-test-echo-initial', 'test_initial_metadata_value');
    metadata.set('x-grpc-test-echo-trailing-bin', trailer);
    const duplex = stub.FullDuplexCall(metadata, deadline());
    const calls = [duplex];
    calls.push(stub.UnaryCall(simple(), metadata, deadline(), () => {}));
    const echoes = calls.map((call) => Promise.all([
      new Promise((resolve) => call.on('metadata', resolve)),
      new Promise((resolve) => call.on('status', (status) => resolve(status.metadata))),
    ]));
    duplex.write(output(314159, 271828));
    duplex.end();
    duplex.on('data', () => {});
    for (const [initial, trailing] of await Promise.all(echoes)) {
      assert.deepStrictEqual(
        initial.get('x-grpc-test-echo-initial'), ['test_initial_metadata_value']);
      assert.deepStrictEqual(trailing.get('x-grpc-test-echo-trailing-bin'), [trailer]);
    }
  },

  async status_code_and_message() {
    await expectStatus('test status message');
  },

  async special_status_message() {
    await expectStatus(
      '\t\ntest with whitespace\r\nand Unicode BMP \u263A and non-BMP \u{1F608}\t\n');
  },

  async unimplemented_method() {
    await expectCode(grpc.status.UNIMPLEMENTED,
      () => unary(stub, 'UnimplementedCall', {}));
  },

  async unimplemented_service() {
    const client = new testing.UnimplementedService(address, insecure);
    await expectCode(grpc.status.UNIMPLEMENTED,
      () => unary(client, 'UnimplementedCall', {}));
    client.close();
  },
};

async function main() {
  let failed = 0;
  for (const [name, run] of Object.entries(cases)) {
    try {
      await run();
      console.log(`${name}: ok`);
    } catch (error) {
      console.log(`${name}: FAILED`, error);
      failed += 1;
    }
  }
  stub.close();
  console.log(`${Object.keys(cases).length - failed} passed, ${failed} failed`);
  process.exit(failed === 0 ? 0 : 1);
}

main();
