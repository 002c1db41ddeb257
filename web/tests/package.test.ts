import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { test } from "node:test";

interface Packed {
  files: { path: string }[];
}

const manifest = JSON.parse(readFileSync("package.json", "utf8")) as {
  exports: Record<string, string | Record<string, string>>;
  main: string;
  types: string;
  dependencies?: object;
};

test("the package holds the widget, its types and the examples, and nothing else", () => {
  const told = execFileSync("npm", ["pack", "--dry-run", "--ignore-scripts", "--json"], { encoding: "utf8" });
  const [packed] = JSON.parse(told) as [Packed];
  assert.deepEqual(packed.files.map(({ path }) => path).sort(), [
    "README.md",
    "dist/react.d.ts",
    "dist/yuefu-chat.d.ts",
    "dist/yuefu-chat.js",
    "examples/plain/index.html",
    "examples/plain/page.js",
    "examples/react/index.html",
    "examples/react/main.tsx",
    "examples/webview/index.html",
    "examples/webview/page.css",
    "examples/webview/page.js",
    "package.json",
  ]);
  const named = [manifest.main, manifest.types, ...Object.values(manifest.exports).flatMap((one) => Object.values(typeof one === "string" ? [one] : one))];
  const there = new Set(packed.files.map(({ path }) => `./${path}`));
  assert.deepEqual(named.filter((file) => !there.has(file)), []);
});

test("it needs no other package, and its types neither", () => {
  assert.equal(manifest.dependencies, undefined);
  assert.deepEqual(readFileSync("dist/yuefu-chat.d.ts", "utf8").match(/^import .*/gm), null);
  assert.deepEqual(readFileSync("dist/react.d.ts", "utf8").match(/from ".*"/g), ['from "react"', 'from "./yuefu-chat"']);
  assert.ok(existsSync("dist/yuefu-chat.js"));
});

test("the script calls no address of its own and makes no code out of text", () => {
  const script = readFileSync("dist/yuefu-chat.js", "utf8");
  const addresses = new Set(script.match(/https?:\/\/[a-z0-9.-]+/gi));
  assert.deepEqual([...addresses].filter((address) => !address.startsWith("http://www.w3.org")), []);
  assert.doesNotMatch(script, /\beval\(|new Function\(|document\.write/);
});
