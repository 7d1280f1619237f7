// The types are those of the contract's schemas.

import { execFileSync } from "node:child_process";
import { fileURLToPath } from "node:url";
import { test } from "node:test";

test("made files are those of the schemas", () => {
  const root = fileURLToPath(new URL("../..", import.meta.url));
  execFileSync(process.execPath, ["scripts/make-types.mjs", "--check"], { cwd: root, stdio: "pipe" });
});
