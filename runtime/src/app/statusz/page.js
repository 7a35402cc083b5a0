// Asks for statusz.json every two seconds and shows it.
"use strict";

const kEvery = 2000;

// --- quantiles of several methods together, as the server does for one --------

function addCells(lists) {
  const cells = [];
  for (const list of lists) {
    list.forEach((value, i) => { cells[i] = (cells[i] || 0) + value; });
  }
  return cells;
}

function quantile(cells, edges, q) {
  const rank = q * sum(cells, (cell) => cell);
  if (rank === 0) return undefined;
  let below = 0;
  let from = 0;
  for (let i = 0; i < edges.length; ++i) {
    if (cells[i] > 0 && below + cells[i] >= rank) {
      return from + ((edges[i] - from) * (rank - below)) / cells[i];
    }
    below += cells[i];
    from = edges[i];
  }
  return from;
}

// --- the parts of the page ---------------------------------------------------

function tile(name, value, unit, more, extra) {
  return make("div", { class: "tile" }, span("name", name),
    make("span", { class: "value" }, value, unit ? make("i", {}, unit) : null),
    more ? span("more", more) : null, extra || null);
}

function sumRates(methods) {
  const longest = Math.max(0, ...methods.map((m) => m.lately.rates.length));
  const total = new Array(longest).fill(0);
  for (const method of methods) {
    const rates = method.lately.rates;
    rates.forEach((value, i) => { total[longest - rates.length + i] += value; });
  }
  return total;
}

function showTiles(status) {
  const methods = status.methods;
  const ended = sum(methods, (m) => m.lately.ended);
  const errors = sum(methods, (m) => m.lately.errors);
  const cells = addCells(methods.map((m) => m.lately.latency.cells));
  const [p50, p99] = [0.5, 0.99].map((q) =>
    quantile(cells, status.edges_ms, q));
  const connections = status.connections;
  show("tiles",
    tile("Calls", rate(sum(methods, (m) => m.lately.rate)), "/ s", null,
      spark(sumRates(methods))),
    tile("In flight", count(sum(methods, (m) => m.in_flight)), "",
      `${calls(sum(methods, (m) => m.started))} in all`),
    tile("Server errors", span(errorClass(errors, ended),
      share(errors, ended)), "", `${count(errors)} in the last minute`),
    tile("p99", time(p99), "", `p50 ${time(p50)}`),
    tile("Workers", count(status.engine.workers), `of ${count(status.config.max_workers)}`,
      `${calls(status.engine.workers_queue_depth)} waiting`),
    tile("Connections", connections === null ? "–"
      : count(connections.list.length) + (connections.more ? "+" : ""), "",
    connections === null ? "channelz is off" : "of clients"));
}

function methodName(path) {
  return path.slice(path.lastIndexOf("/") + 1);
}

function serviceName(path) {
  return path.startsWith("/") ? path.slice(1, path.lastIndexOf("/")) : path;
}

const kKinds = {
  unary: "unary", client_stream: "client stream",
  server_stream: "server stream", bidi_stream: "bidirectional stream",
};

function codesTitle(method) {
  return Object.entries(method.handled)
    .map(([code, number]) => `${code}: ${count(number)}`).join("\n");
}

function methodRow(method, styles, status) {
  const lately = method.lately;
  const latency = lately.latency.count > 0 ? lately.latency : method.latency;
  const label = (text) => span("label", text);
  const idle = lately.latency.count === 0 && method.in_flight === 0;
  const about = [kKinds[method.kind] || method.kind, ...styles,
    calls(method.started)];
  const quantileCell = (name, value) =>
    make("span", {}, label(name), time(value));
  return make("div", { class: idle ? "method idle" : "method" },
    make("div", { class: "title" }, make("b", {}, methodName(method.path)),
      make("span", {}, about.join(" · "))),
    make("div", { class: "rate" }, spark(lately.rates),
      make("span", {}, label("calls"), `${rate(lately.rate)} / s`)),
    make("div", { class: "number" }, label("in flight"), count(method.in_flight)),
    make("div", { class: `number ${errorClass(lately.errors, lately.ended)}`,
      title: codesTitle(method) },
    label("errors"), share(lately.errors, lately.ended)),
    make("div", { class: "quantiles" }, quantileCell("p50", latency.p50_ms),
      quantileCell("p90", latency.p90_ms), quantileCell("p99", latency.p99_ms)),
    make("div", { class: latency.count > 0 ? "picture" : "picture empty" },
      latencyPicture(latency, status.edges_ms)));
}

function methodHeads() {
  return make("div", { class: "method heads" }, span("", "method"),
    span("number", "calls"), span("number", "in flight"),
    span("number", "errors"),
    make("span", { class: "quantiles" }, span("", "p50"), span("", "p90"),
      span("", "p99")),
    span("", "latency"));
}

function byService(methods) {
  const services = new Map();
  for (const method of methods) {
    const name = serviceName(method.path);
    services.set(name, [...(services.get(name) || []), method]);
  }
  return services;
}

function stylesOf(mounts, path) {
  return [...new Set(mounts.map((mount) => mount.styles[path]).filter(Boolean))];
}

function showServices(status) {
  const services = byService(status.methods.filter((method) =>
    method.path !== "other" || method.started > 0));
  const sections = [];
  const names = new Set([...status.mounts.map((m) => m.service), ...services.keys()]);
  for (const name of names) {
    const mounts = status.mounts.filter((mount) => mount.service === name);
    const methods = services.get(name) || [];
    const places = mounts.map((mount) => `${mount.host}:${mount.port}`).join(", ");
    const rows = methods.map((method) =>
      methodRow(method, stylesOf(mounts, method.path), status));
    sections.push(make("section", {},
      make("h2", {}, name === "other" ? "Unknown methods" : name,
        make("small", {}, places)),
      make("div", { class: "card" }, ...(rows.length > 0
        ? [methodHeads(), ...rows]
        : [make("p", { class: "none" }, "Not observed, or not called.")]))));
  }
  show("services", ...sections);
}

function showClients(status) {
  byId("clients-section").hidden = status.clients.length === 0;
  show("clients", ...[...byService(status.clients)].flatMap(([name, methods]) => [
    make("h3", {}, name),
    make("div", { class: "card" }, methodHeads(),
      ...methods.map((method) => methodRow(method, [], status)))]));
}

function table(heads, rows, none) {
  if (rows.length === 0) return make("p", { class: "none" }, none);
  const cell = (tag, [type, content], i) =>
    make(tag, { class: type, "data-head": heads[i][1] }, content);
  return make("div", { class: "list" }, make("table", {},
    make("thead", {}, make("tr", {}, ...heads.map((head, i) => cell("th", head, i)))),
    make("tbody", {}, ...rows.map((row) =>
      make("tr", {}, ...row.map((each, i) => cell("td", each, i)))))));
}

function callTable(list, none) {
  const heads = [["", "when"], ["", "method"], ["", "code"],
    ["number", "took"], ["", "peer"], ["", "request id"]];
  return table(heads, list.map((call) => [
    ["quiet", new Date(call.time_ms).toLocaleTimeString()],
    ["wide", call.method],
    [call.code === "OK" ? "quiet" : "bad", call.code],
    [call.slow ? "number warn" : "number", time(call.duration_ms)],
    ["mono quiet", call.peer],
    ["mono quiet wide", call.request_id],
  ]), none);
}

function facts(list) {
  return make("dl", {}, ...list.map(([name, value]) =>
    make("div", {}, make("dt", {}, name),
      make("dd", {}, value === "" ? "–" : value))));
}

function certificateFact(server, now) {
  if (server.certificate_ends_ms === null) return [];
  const left = (server.certificate_ends_ms - now) / 1000;
  const text = left > 0 ? `in ${timeSpan(left)}` : "it has ended";
  return [["certificate ends", span(left > 14 * 86400 ? "" : "bad",
    `${new Date(server.certificate_ends_ms).toLocaleDateString()}, ${text}`)]];
}

function showServers(status) {
  show("servers", ...status.servers.flatMap((server) => {
    const connections = server.connections;
    return [
      make("h3", {}, server.addresses.join(", "),
        make("small", {}, server.services.join(", "),
          server.running ? "" : " · does not run")),
      make("div", { class: "card" }, facts([
        ["connections", `${count(connections.open)} of ${count(connections.max)}`],
        ["accepted", count(connections.accepted)],
        ["refused", span(connections.refused > 0 ? "warn" : "",
          count(connections.refused))],
        ["accept errors", span(connections.errors > 0 ? "bad" : "",
          count(connections.errors))],
        ...certificateFact(server, status.time_ms),
        ...server.options.map((option) => [option.name, option.value]),
      ]))];
  }));
}

function showConnections(status) {
  const connections = status.connections;
  if (connections === null) {
    byId("connection-count").textContent = "";
    show("connections", make("p", { class: "none" },
      "Not known: gRPC's channelz is off."));
    return;
  }
  byId("connection-count").textContent = connections.more
    ? `the first ${connections.list.length}` : String(connections.list.length);
  show("connections", table(
    [["", "client"], ["number", "port"], ["number", "calls"],
      ["number", "broken off"]],
    connections.list.map((each) => [
      ["mono", each.remote], ["number quiet", each.port],
      ["number", count(each.streams_started)],
      ["number", count(each.streams_failed)],
    ]), "Nobody is connected."));
}

function showConfig(status) {
  const engine = status.engine;
  show("config", facts([
    ["hawkmount", status.build.hawkmount], ["gRPC", status.build.grpc],
    ["compiler", status.build.compiler], ["pid", status.pid],
    ...Object.entries(status.config),
    ["event thread lag", engine.event_thread_lag_ms.length === 0 ? "–"
      : engine.event_thread_lag_ms.map(time).join(", ")],
    ["log records written", count(engine.log_records_written)],
    ["log records dropped", count(engine.log_records_dropped)],
    ["log records failed", count(engine.log_records_failed)],
  ]));
}

function showStatus(status) {
  const state = byId("state");
  state.textContent = status.state;
  state.className = `state ${status.state}`;
  byId("since").textContent =
    `up ${timeSpan((status.time_ms - status.started_ms) / 1000)} · ` +
    `hawkmount ${status.build.hawkmount} · gRPC ${status.build.grpc}`;
  showTiles(status);
  showServices(status);
  showClients(status);
  show("slowest", callTable(status.slowest, "None yet."));
  show("failed", callTable(status.failed, "None. May it stay so."));
  showConnections(status);
  showServers(status);
  showConfig(status);
  byId("updated").textContent =
    `as of ${new Date(status.time_ms).toLocaleTimeString()}`;
  document.body.dataset.shown = status.time_ms;
}

// --- asking ------------------------------------------------------------------

async function ask() {
  const trouble = byId("trouble");
  try {
    const response = await fetch("statusz.json", { cache: "no-store" });
    if (!response.ok) throw new Error(`it answers ${response.status}`);
    showStatus(await response.json());
    trouble.hidden = true;
  } catch (error) {
    trouble.textContent = `No news from the server: ${error.message}. ` +
      "What stands below is old.";
    trouble.hidden = false;
    byId("state").textContent = "lost";
    byId("state").className = "state lost";
  }
}

async function forever() {
  for (;;) {
    if (!document.hidden) await ask();
    await new Promise((resolve) => setTimeout(resolve, kEvery));
  }
}

forever();
