// Values that were asked for, and where they are said to stand.

import assert from "node:assert/strict";
import { test } from "node:test";
import { type Answer, evidence, type FieldValue } from "../src/index.js";

/** A value's own, as an answer has it. */
function found(value: string | null): FieldValue {
  return { value, raw: value, page: 1, bbox: null, confidence: 0.9, source: "ocr", words: [] };
}

const fields = {
  total: found("80.90"),
  seller: { name: found(null) },
  line_items: [{ amount: found("1.00") }, { amount: found("2.00") }],
  // Of an object whose fields are named as parts of a value are.
  deposit: { value: found("5.00"), words: { value: found("five") } },
};
const answer = { success: true, data: { pages: [], fields } } as unknown as Answer;

test("each value is found at its place", () => {
  assert.equal(evidence(answer, "total").value, "80.90");
  assert.equal(evidence(answer, "seller", "name").value, null);
  assert.equal(evidence(answer, "line_items", 1, "amount").value, "2.00");
  assert.equal(evidence(answer, "deposit", "value").value, "5.00");
  assert.equal(evidence(answer, "deposit", "words", "value").value, "five");
});

test("there is no value", () => {
  const nowhere = [["totl"], ["line_items", 2, "amount"], ["line_items", "length"], ["total", "value"], ["toString"]];
  for (const place of [...nowhere, ["seller"], ["line_items"], []]) {
    assert.throws(() => evidence(answer, ...place), RangeError);
  }
  const without = { success: true, data: { pages: [] } } as unknown as Answer;
  assert.throws(() => evidence(without, "total"), RangeError);
});
