// A client on Node's grpc-js, as truth_client is one on hawkmount's own.
//
// client.js BLOCKING_PORT COROUTINE_PORT SECONDS SEED LEDGER NAME PROTO
//
// Its packages are found through NODE_PATH.
'use strict';

const fs = require('fs');
const grpc = require('@grpc/grpc-js');
const loader = require('@grpc/proto-loader');

const [blocking, coroutine, seconds, seed, path, name, proto] = process.argv.slice(2);
const CALLS_AT_ONCE = 6;
const definition = loader.loadSync(proto, { keepCase: true });
const { Greeter } = grpc.loadPackageDefinition(definition).acme.greeter.v1;
const kinds = ['SayHello', 'Count', 'Collect', 'Chat', 'other'];
const texts = ['a', 'b', 'c', 'fail', 'throw', 'throw int', 'early', 'late throw'];
const numbers = [0, 5, 50, 1000001, 1000002, 1000003, 1000004];
const WAIT_NUMBER = 1000006;
// As deeds.py says.
const deeds = ['refuse', 'refuse_request', 'refuse_response', 'alter_request', 'alter_response',
  'alter_status', 'throw', 'throw_request', 'throw_response', 'throw_after', 'answer'];

// xorshift: what a seed gives is the same everywhere.
let state = (Number(seed) >>> 0) || 1;
function below(limit) {
  state ^= state << 13;
  state ^= state >>> 17;
  state ^= state << 5;
  return (state >>> 0) % limit;
}
const chance = (percent) => below(100) < percent;
const pick = (list) => list[below(list.length)];
const sleep = (ms) => new Promise((resolve) => setTimeout(resolve, ms));

// As ledger.h says.
const file = fs.openSync(path, 'a');
let next = 0;
function begin(method, deed) {
  const id = `${name}.${++next}`;
  fs.writeSync(file, `B ${id} ${method} ${deed}\n`);
  return id;
}
function end(id, status, received, text) {
  const ok = status.code === grpc.status.OK;
  const details = (ok ? text : status.details || '').replace(/\n/g, ' ');
  fs.writeSync(file, `E ${id} ${grpc.status[status.code]} ${received} ${details}\n`);
}

const options = {
  'grpc.use_local_subchannel_pool': 1,
  'grpc.initial_reconnect_backoff_ms': 100,
  'grpc.max_reconnect_backoff_ms': 300,
};
const open = (port) =>
  new Greeter(`127.0.0.1:${port}`, grpc.credentials.createInsecure(), options);
const clients = [open(blocking), open(coroutine)];
const UNKNOWN = ['/acme.greeter.v1.Greeter/Nope', '/no.such.Service/Method'];

// What a response says; a field that is empty is not there.
const textOf = ({ greeting, number, names, line }) =>
  String(greeting ?? number ?? line ?? (names || []).join(' '));

// Starts a call; `message` is to be sent `count` times by those that stream,
// and `answered` takes the response of those that have one.
function start(client, method, message, count, metadata, callOptions, answered) {
  if (method === 'other') {
    return client.makeServerStreamRequest(pick(UNKNOWN), () => Buffer.alloc(0),
      (bytes) => bytes, {}, metadata, callOptions);
  }
  if (method === 'SayHello') {
    return client.SayHello(message, metadata, callOptions, answered);
  }
  if (method === 'Count') return client.Count(message, metadata, callOptions);
  const call = method === 'Collect'
    ? client.Collect(metadata, callOptions, answered)
    : client.Chat(metadata, callOptions);
  for (let i = 0; i < count; ++i) call.write(message);
  call.end();
  return call;
}

async function callOnce() {
  const which = below(2);
  if (chance(2)) {
    clients[which].close();
    clients[which] = open(which === 0 ? blocking : coroutine);
  }
  const method = pick(kinds);
  const timeout = chance(25) ? below(50) : 60000;
  const mayWait = timeout < 1000 && chance(50);
  const message = method === 'Count'
    ? { up_to: mayWait ? WAIT_NUMBER : pick(numbers) }
    : { [method === 'Chat' ? 'line' : 'name']: mayWait ? 'wait' : pick(texts) };
  const cancel = below(100);
  const count = below(5);
  const deed = chance(40) ? pick(deeds) : '-';
  const id = begin(method, deed);
  const metadata = new grpc.Metadata();
  metadata.set('x-request-id', id);
  if (deed !== '-') metadata.set('x-deed', deed);
  let received = 0;
  let text = '';
  const status = await new Promise((resolve) => {
    const call = start(clients[which], method, message, count, metadata,
      { deadline: Date.now() + timeout },
      (error, response) => { if (response) text = textOf(response); });
    call.on('error', () => {}); // its status says it
    if (call.read) {
      call.on('data', (response) => {
        ++received;
        if (method !== 'other') text = textOf(response);
        if (cancel >= 20 && cancel < 30) call.cancel();
      });
    }
    call.on('status', resolve);
    if (cancel < 10) call.cancel();
    else if (cancel < 20) setTimeout(() => call.cancel(), below(20));
  });
  if (status.code === grpc.status.OK && (method === 'SayHello' || method === 'Collect')) {
    received = 1;
  }
  end(id, status, received, text);
  if (status.code === grpc.status.UNAVAILABLE) await sleep(20);
}

async function main() {
  const stop = Date.now() + Number(seconds) * 1000;
  await Promise.all(Array.from({ length: CALLS_AT_ONCE }, async () => {
    while (Date.now() < stop) await callOnce();
  }));
  for (const client of clients) client.close();
}

process.on('unhandledRejection', (error) => {
  console.error(error);
  process.exit(1);
});
main().then(() => process.exit(0));
