import assert from "node:assert/strict";
import { execFileSync, spawnSync } from "node:child_process";
import { cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
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
  assert.deepEqual(readFileSync("dist/react.d.ts", "utf8").match(/from ".*"/g), ['from "react"', 'from "./yuefu-chat.js"']);
  assert.ok(existsSync("dist/yuefu-chat.js"));
});

test("the script calls no address of its own and makes no code out of text", () => {
  const script = readFileSync("dist/yuefu-chat.js", "utf8");
  const addresses = new Set(script.match(/https?:\/\/[a-z0-9.-]+/gi));
  assert.deepEqual([...addresses].filter((address) => !address.startsWith("http://www.w3.org")), []);
  assert.doesNotMatch(script, /\beval\(|new Function\(|document\.write/);
});

test("an application of ES modules that has installed it compiles, as bundlers and as Node resolve modules", () => {
  const app = mkdtempSync(join(tmpdir(), "yuefu-app-"));
  try {
    const packed = execFileSync("npm", ["pack", "--ignore-scripts", "--silent", "--pack-destination", app], { encoding: "utf8" }).trim();
    const installed = join(app, "node_modules", "yuefu-chat");
    mkdirSync(installed, { recursive: true });
    execFileSync("tar", ["-xf", packed, "--strip-components=1", "-C", installed], { cwd: app });
    for (const other of ["@types", "react", "react-dom"]) symlinkSync(resolve("node_modules", other), join(app, "node_modules", other));
    writeFileSync(join(app, "package.json"), '{"type": "module"}');
    cpSync("examples/react/main.tsx", join(app, "main.tsx"));
    for (const modules of [["nodenext", "nodenext"], ["esnext", "bundler"]] as const) {
      const how = ["--module", modules[0], "--moduleResolution", modules[1], "--strict", "--jsx", "react-jsx", "--noEmit"];
      const told = spawnSync(resolve("node_modules/.bin/tsc"), [...how, "main.tsx"], { cwd: app, encoding: "utf8" });
      assert.equal(told.stdout + told.stderr, "", modules.join());
    }
  } finally {
    rmSync(app, { recursive: true });
  }
});
