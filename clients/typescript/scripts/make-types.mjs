// Write src/answer.ts and src/jobInput.ts, the types of the contract's schemas: `npm run types`.
// With --check nothing is written; the exit status is 1 where a file is not what would be.

import { readFile, writeFile } from "node:fs/promises";
import { compile } from "json-schema-to-typescript";

const SCHEMAS = new URL("../../../schemas/", import.meta.url);
const SOURCES = new URL("../src/", import.meta.url);

/** A job's input with all its keys optional: a client has the document beside them. */
function jobInput({ oneOf: _one, additionalProperties: _none, ...schema }) {
  return { ...schema, title: "JobInput", description: "What one job asks for." };
}

/** A module of interfaces. */
function made([name, schema]) {
  return compile(schema, schema.title, {
    additionalProperties: false,
    bannerComment: `// The types of schemas/${name}. Made by \`npm run types\`; not to be edited.`,
    style: { printWidth: 120 },
  });
}

const [answer, input] = await Promise.all(
  ["answer.schema.json", "input.schema.json"].map(async (name) => JSON.parse(await readFile(new URL(name, SCHEMAS), "utf8"))),
);
const files = {
  "answer.ts": await made(["answer.schema.json", answer]),
  "jobInput.ts": await made(["input.schema.json", jobInput(input)]),
};
for (const [name, text] of Object.entries(files)) {
  const path = new URL(name, SOURCES);
  if (!process.argv.includes("--check")) {
    await writeFile(path, text);
  } else if ((await readFile(path, "utf8")) !== text) {
    console.error(`src/${name} is not what \`npm run types\` makes`);
    process.exitCode = 1;
  }
}
