// A headless Chromium, driven over its DevTools pipe.
"use strict";

const { spawn } = require("node:child_process");
const fs = require("node:fs");
const os = require("node:os");
const path = require("node:path");

class Browser {
  constructor() {
    this.profile = fs.mkdtempSync(path.join(os.tmpdir(), "status-page-"));
    this.process = spawn("chromium", [
      "--headless=new", "--no-sandbox", "--disable-gpu", "--hide-scrollbars",
      "--no-first-run", "--disable-dev-shm-usage", "--remote-debugging-pipe",
      `--user-data-dir=${this.profile}`, "about:blank",
    ], { stdio: ["ignore", "ignore", "ignore", "pipe", "pipe"] });
    this.waiting = new Map();
    this.listeners = [];
    this.last = 0;
    let pending = "";
    this.process.stdio[4].on("data", (data) => {
      const messages = (pending + data).split("\0");
      pending = messages.pop();
      for (const text of messages) this.hear(JSON.parse(text));
    });
    this.process.on("exit", () => {
      for (const { reject } of this.waiting.values()) {
        reject(new Error("chromium has ended"));
      }
    });
  }

  hear(message) {
    const waiter = this.waiting.get(message.id);
    if (waiter === undefined) {
      for (const listener of this.listeners) listener(message);
      return;
    }
    this.waiting.delete(message.id);
    if (message.error) waiter.reject(new Error(message.error.message));
    else waiter.resolve(message.result);
  }

  send(method, params = {}, sessionId = undefined) {
    const id = ++this.last;
    this.process.stdio[3].write(
      JSON.stringify({ id, method, params, sessionId }) + "\0");
    return new Promise((resolve, reject) =>
      this.waiting.set(id, { resolve, reject }));
  }

  // A page of its own, of that many points, with what its console says.
  async open({ width, height, dark }) {
    const { targetId } = await this.send("Target.createTarget",
      { url: "about:blank" });
    const { sessionId } = await this.send("Target.attachToTarget",
      { targetId, flatten: true });
    const page = new Page(this, sessionId);
    this.listeners.push((message) => page.hear(message));
    await page.send("Runtime.enable");
    await page.send("Log.enable");
    await page.send("Page.enable");
    await page.send("Emulation.setDeviceMetricsOverride",
      { width, height, deviceScaleFactor: 1, mobile: width < 600 });
    await page.send("Emulation.setEmulatedMedia", { features: [
      { name: "prefers-color-scheme", value: dark ? "dark" : "light" }] });
    return page;
  }

  close() {
    const gone = new Promise((resolve) => this.process.on("exit", resolve));
    this.send("Browser.close").catch(() => {});
    // Its helpers may still write when it has gone.
    return gone.then(() => fs.rmSync(this.profile,
      { recursive: true, force: true, maxRetries: 40, retryDelay: 50 }));
  }
}

class Page {
  constructor(browser, sessionId) {
    this.browser = browser;
    this.sessionId = sessionId;
    this.errors = [];
  }

  send(method, params) {
    return this.browser.send(method, params, this.sessionId);
  }

  hear({ sessionId, method, params }) {
    if (sessionId !== this.sessionId) return;
    if (method === "Runtime.exceptionThrown") {
      this.errors.push(params.exceptionDetails.exception?.description ||
        params.exceptionDetails.text);
    }
    if (method === "Runtime.consoleAPICalled" &&
        ["error", "warning", "assert"].includes(params.type)) {
      this.errors.push(params.args.map((each) => each.value).join(" "));
    }
    if (method === "Log.entryAdded" &&
        ["error", "warning"].includes(params.entry.level)) {
      this.errors.push(`${params.entry.text} ${params.entry.url || ""}`);
    }
  }

  async run(expression) {
    const { result, exceptionDetails } = await this.send("Runtime.evaluate",
      { expression, awaitPromise: true, returnByValue: true });
    if (exceptionDetails) {
      throw new Error(`${expression}: ${exceptionDetails.exception?.description}`);
    }
    return result.value;
  }

  // Waits until the expression is true, or the console tells an error.
  async until(expression) {
    while (!(await this.run(`Boolean(${expression})`))) {
      if (this.errors.length > 0) throw new Error(this.errors.join("\n"));
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
  }

  async screenshot(file) {
    const { data } = await this.send("Page.captureScreenshot",
      { captureBeyondViewport: true });
    fs.writeFileSync(file, Buffer.from(data, "base64"));
  }
}

module.exports = { Browser };
