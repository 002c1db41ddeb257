// Builds dist/yuefu-chat.js (the widget, one file) with its types and dist/page.js (the demo page), or with --tests the
// tests, or with --examples=https://bot the examples, ready to be served, for that bot.
// The widget is loaded by other people's pages, so its size is a promise: the build fails above the limit.
import { execFileSync } from "node:child_process";
import { cpSync, readFileSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { gzipSync } from "node:zlib";
import { build, transform } from "esbuild";
import { minify } from "terser";

const WIDGET_LIMIT_BYTES = 30_000;
const browser = { bundle: true, minify: true, format: "iife", target: "es2022", legalComments: "none", charset: "utf8" };

// The widget speaks JSON over WebSocket only, in a browser. What of socket.io serves Node, long polling, the upgrade from
// it and binary packets, its own queue of retries, its listeners to everything and its table of connections stay out of the
// bundle: half of the library.
const PARTS_LEFT_OUT = {
  "engine.io-client/build/esm/globals.js": () =>
    "export const nextTick = queueMicrotask, globalThisShim = self, defaultBinaryType = 'arraybuffer', createCookieJar = () => {};",
  "engine.io-client/build/esm/transports/polling-xhr.js": () => "export class XHR {}",
  "engine.io-client/build/esm/contrib/parseuri.js": () =>
    "export const parse = (text) => { const { protocol, hostname, port, pathname, search } = new URL(text);" +
    "return { protocol: protocol.slice(0, -1), host: hostname.replace(/[[\\]]/g, ''), port, path: pathname, query: search.slice(1) }; };",
  "engine.io-parser/build/esm/encodePacket.browser.js": () =>
    'import { PACKET_TYPES } from "./commons.js"; export const encodePacketToBinary = undefined;' +
    'export const encodePacket = ({ type, data }, _binary, done) => done(PACKET_TYPES[type] + (data || ""));',
  "engine.io-parser/build/esm/decodePacket.browser.js": () =>
    'import { ERROR_PACKET, PACKET_TYPES_REVERSE } from "./commons.js"; export const decodePacket = (text) => {' +
    'const type = PACKET_TYPES_REVERSE[text[0]]; return type ? { type, data: text.slice(1) || undefined } : ERROR_PACKET; };',
  "engine.io-client/build/esm/transports/index.js": () =>
    'import { WS } from "./websocket.js"; export const transports = { websocket: WS };',
  "engine.io-client/build/esm/transports/websocket.js": (source) =>
    emptied(source, {
      doOpen: "try { this.ws = this.createSocket(this.uri(), this.opts.protocols); }" +
        "catch (error) { return this.emitReserved('error', error); } this.addEventListeners();",
    }),
  "engine.io-client/build/esm/socket.js": (source) =>
    emptied(source, { _probe: "", _filterUpgrades: "return [];", _getWritablePackets: "return this.writeBuffer;" }),
  "socket.io-client/build/esm/socket.js": (source) =>
    emptied(source, {
      send: "", compress: "", onAny: "", prependAny: "", offAny: "", listenersAny: "", onAnyOutgoing: "", prependAnyOutgoing: "",
      offAnyOutgoing: "", listenersAnyOutgoing: "", notifyOutgoingListeners: "", _addToQueue: "", _drainQueue: "",
    }).replace(/"It seems you are trying.*?"/, '"not Socket.IO"'),
  "socket.io-client/build/esm/index.js": () => 'export { Manager } from "./manager.js";',
  "socket.io-parser/build/esm/index.js": (source) =>
    emptied(source, {
      encodeAsBinary: "", takeBinaryData: "", finishedReconstruction: "",
      add: 'if (typeof arguments[0] !== "string") throw new Error("binary"); super.emitReserved("decoded", this.decodeString(arguments[0]));',
    }).replace(/export function isPacketValid.*/s, ""),
  "socket.io-parser/build/esm/is-binary.js": () => "export const isBinary = () => false, hasBinary = () => false;",
  "socket.io-parser/build/esm/binary.js": () =>
    "export const deconstructPacket = (packet) => ({ packet, buffers: [] }), reconstructPacket = (packet) => packet;",
};

/** The source of a class with other bodies for these methods; one that is not found there fails the build. */
function emptied(source, bodies) {
  for (const [name, body] of Object.entries(bodies)) {
    const method = new RegExp(`\\n {4}${name}\\([^\\n]*\\) \\{\\n.*?\\n {4}\\}`, "s");
    if (!method.test(source)) throw new Error(`the library has no method ${name} any more`);
    source = source.replace(method, body ? `\n    ${name}() { ${body} }` : `\n    ${name}() {}`);
  }
  return source;
}

const jsonOverWebsocket = {
  name: "json-over-websocket",
  setup(pipeline) {
    for (const [file, cut] of Object.entries(PARTS_LEFT_OUT)) {
      const filter = new RegExp(`${file.replaceAll(".", "\\.")}$`);
      pipeline.onLoad({ filter }, ({ path }) => ({ contents: cut(readFileSync(path, "utf8")) }));
    }
  },
};

// Style sheets in css`…` are minified like any other; line breaks in html`…` templates mean nothing between tags.
const squeezed = {
  name: "squeezed-templates",
  setup(pipeline) {
    pipeline.onLoad({ filter: /web.src.*\.ts$/ }, async ({ path }) => ({ contents: await squeeze(path), loader: "ts" }));
  },
};

async function squeeze(path) {
  let source = readFileSync(path, "utf8");
  for (const [whole, sheet] of source.matchAll(/css`([^`]*)`/g)) {
    const { code } = await transform(sheet, { loader: "css", minify: true });
    source = source.replace(whole, () => `css\`${code.trim()}\``);
  }
  return path.includes("styles") ? source : source.replace(/\n\s+/g, "\n");
}

/** The types of the package, which need nothing of what the widget is made of. */
function writeTypes() {
  execFileSync("node_modules/.bin/tsc", ["-p", "tsconfig.types.json"], { stdio: "inherit" });
  const made = (name) => readFileSync(`dist/types/${name}.d.ts`, "utf8").replace('"./public"', '"./yuefu-chat.js"');
  writeFileSync("dist/yuefu-chat.d.ts", made("public"));
  writeFileSync("dist/react.d.ts", made("react"));
  rmSync("dist/types", { recursive: true });
}

/** Copies of the examples that speak to `bot`; the one for React is bundled as an application would be. */
async function buildExamples(bot) {
  rmSync("dist/examples", { recursive: true, force: true });
  for (const name of readdirSync("examples", { withFileTypes: true }).filter((each) => each.isDirectory()).map((each) => each.name)) {
    cpSync(`examples/${name}`, `dist/examples/${name}`, { recursive: true });
    cpSync("dist/yuefu-chat.js", `dist/examples/${name}/yuefu-chat.js`);
  }
  await build({ ...browser, entryPoints: ["examples/react/main.tsx"], jsx: "automatic", outfile: "dist/examples/react/main.js",
    define: { "process.env.NODE_ENV": '"production"' } });
  for (const file of ["plain/index.html", "react/main.js", "webview/index.html"]) {
    const path = `dist/examples/${file}`;
    writeFileSync(path, readFileSync(path, "utf8").replaceAll("https://your-bot", bot));
  }
}

const examples = process.argv.find((each) => each.startsWith("--examples="));
if (examples) {
  await buildExamples(examples.slice("--examples=".length));
} else if (process.argv.includes("--tests")) {
  rmSync("dist/tests", { recursive: true, force: true });
  const entryPoints = readdirSync("tests").filter((name) => name.endsWith(".test.ts")).map((name) => `tests/${name}`);
  await build({ entryPoints, outdir: "dist/tests", bundle: true, format: "esm", platform: "node", target: "node20",
    outExtension: { ".js": ".mjs" } });
} else {
  await build({ ...browser, entryPoints: ["src/widget.ts"], plugins: [jsonOverWebsocket, squeezed], outfile: "dist/yuefu-chat.js" });
  const { code } = await minify(readFileSync("dist/yuefu-chat.js", "utf8"), {
    ecma: 2020, compress: { passes: 3 }, mangle: { properties: { regex: /^_/ } }, // names that begin so are private
  });
  writeFileSync("dist/yuefu-chat.js", code);
  await build({ ...browser, entryPoints: ["demo.ts"], outfile: "dist/page.js" });
  writeTypes();
  const bytes = gzipSync(readFileSync("dist/yuefu-chat.js"), { level: 9 }).length;
  console.log(`yuefu-chat.js: ${(bytes / 1000).toFixed(1)} kB gzipped (limit ${WIDGET_LIMIT_BYTES / 1000} kB)`);
  if (bytes > WIDGET_LIMIT_BYTES) process.exit(1);
}
