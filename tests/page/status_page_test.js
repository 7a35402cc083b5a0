// The status page in a real browser: nothing on its console, the numbers of
// /metrics, no text taken for markup, nothing too wide for a phone.
//
//   node status_page_test.js PAGE_SERVER SCREENSHOT_FOLDER
"use strict";

const assert = require("node:assert");
const { spawn } = require("node:child_process");
const path = require("node:path");
const readline = require("node:readline");
const { Browser } = require("./browser.js");

const [server_binary, folder] = process.argv.slice(2);

const kViews = [
  { name: "desktop-light", width: 1280, height: 900, dark: false },
  { name: "desktop-dark", width: 1280, height: 900, dark: true },
  { name: "tablet-light", width: 768, height: 1000, dark: false },
  { name: "phone-dark", width: 390, height: 844, dark: true },
  { name: "phone-narrow", width: 320, height: 640, dark: false },
];

// Texts that callers choose.
const kHostile = "<img src=x onerror=\"document.title='owned'\">&amp;</td>";

async function scrape(port) {
  const text = await (await fetch(`http://127.0.0.1:${port}/metrics`)).text();
  const values = new Map();
  for (const line of text.split("\n")) {
    const space = line.lastIndexOf(" ");
    if (!line.startsWith("#")) {
      values.set(line.slice(0, space), Number(line.slice(space + 1)));
    }
  }
  return values;
}

// What each method's row says: [path, calls, in flight].
const kRows = `[...document.querySelectorAll("#services section")].flatMap(
  (section) => [...section.querySelectorAll(".method:not(.heads)")].map((row) => [
    "/" + section.querySelector("h2").firstChild.textContent + "/" +
      row.querySelector(".title b").textContent,
    Number(row.querySelector(".title span").textContent
      .match(/([0-9,]+) calls?$/)[1].replaceAll(",", "")),
    Number(row.querySelector(".number").lastChild.textContent),
  ]))`;

async function checkValues(page, port) {
  const values = await scrape(port);
  const rows = await page.run(kRows);
  assert.equal(rows.length, 4);
  let calls = 0;
  for (const [method, started, in_flight] of rows) {
    const of = (name) => values.get(`hawkapi_grpc_${name}{method="${method}"}`);
    assert.equal(started, of("requests_started_total"), method);
    assert.equal(in_flight, of("requests_in_flight"), method);
    calls += started;
  }
  assert.ok(calls > 100, `${calls} calls`);
}

async function checkWidth(page, width) {
  const wide = await page.run("document.documentElement.scrollWidth");
  assert.ok(wide <= width, `${wide} points wide at ${width}`);
}

async function showHostileTexts(page) {
  const call = {
    time_ms: 1.7e12, method: `/${kHostile}`, peer: `ipv4:192.0.2.7:50312`,
    request_id: kHostile, trace_id: "", code: "UNAVAILABLE",
    duration_ms: 1234.5, slow: true,
  };
  await page.run(`(async () => {
    const answer = await fetch("statusz.json");
    const status = await answer.json();
    const call = ${JSON.stringify(call)};
    status.failed = [call, call, call];
    status.slowest = [call, { ...call, method: "/acme.greeter.v1.Greeter/SayHello",
      request_id: "4bf92f3577b34da6a3ce929d0e0e4736", code: "OK", slow: false }];
    status.connections.list[0].remote = call.method;
    status.config["http.host"] = call.method;
    status.servers[0].options.push({ name: "tls", value: call.method });
    status.servers[0].certificate_ends_ms = status.time_ms + 1e9;
    status.methods[0].path = "/" + call.method + "/" + call.method;
    window.fetch = () => new Promise(() => {});
    showStatus(status);
  })()`);
  assert.equal(await page.run("document.querySelectorAll('img').length"), 0);
  assert.equal(await page.run("document.title"), "hawkmount status");
  assert.ok(await page.run(
    `document.body.textContent.includes(${JSON.stringify(kHostile)})`));
}

async function checkView(browser, port, view) {
  const page = await browser.open(view);
  await page.send("Page.navigate", { url: `http://localhost:${port}/statusz` });
  await page.until("document.body?.dataset.shown");
  await checkValues(page, port);
  await checkWidth(page, view.width);
  await page.screenshot(path.join(folder, `${view.name}.png`));
  await showHostileTexts(page);
  await checkWidth(page, view.width);
  await page.screenshot(path.join(folder, `${view.name}-hostile.png`));
  assert.deepEqual(page.errors, [], view.name);
  console.log(`ok ${view.name}`);
}

// What the page says when its server has gone.
async function checkLoss(browser, port, stop) {
  const page = await browser.open(kViews[0]);
  await page.send("Page.navigate", { url: `http://localhost:${port}/statusz` });
  await page.until("document.body?.dataset.shown");
  await stop();
  await page.until("!document.getElementById('trouble').hidden");
  assert.equal(await page.run("byId('state').textContent"), "lost");
  console.log("ok loss");
}

async function main() {
  const server = spawn(server_binary, [],
    { stdio: ["pipe", "pipe", "inherit"] });
  const ended = new Promise((resolve) => server.on("exit", resolve));
  const lines = readline.createInterface({ input: server.stdout })[
    Symbol.asyncIterator]();
  const port = Number((await lines.next()).value);
  // Calls until the history has something to draw.
  const status = async () =>
    (await fetch(`http://127.0.0.1:${port}/statusz.json`)).json();
  while ((await status()).methods[0].lately.rates.length < 3) {
    await new Promise((resolve) => setTimeout(resolve, 200));
  }
  server.stdin.write("enough\n");
  assert.equal((await lines.next()).value, "quiet");
  // The server may count an end after its caller has heard of it.
  const inFlight = async () => (await status()).methods.reduce(
    (sum, method) => sum + method.in_flight, 0);
  while (await inFlight() !== 1) { /* but for the one that stays */ }

  const browser = new Browser();
  try {
    for (const view of kViews) await checkView(browser, port, view);
    await checkLoss(browser, port, async () => {
      server.stdin.end();
      assert.equal(await ended, 0);
    });
  } finally {
    server.kill();
    await browser.close();
  }
}

main().catch((error) => {
  console.error(error);
  process.exitCode = 1;
});
