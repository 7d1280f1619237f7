// A value that was asked for -> where it stands in the document.

import type { FieldNode, FieldObject, FieldValue } from "./answer.js";
import type { Answer } from "./answers.js";

/**
 * What the value at this place of `data.values` was read from: its words, page, box and confidence.
 *
 * The place are keys and, in lists, numbers from 0: `evidence(answer, "line_items", 0, "amount")`. All of it is null for
 * a value that was not found. Throws a `RangeError` where there is no value: it was not asked for, the list is shorter,
 * or what stands there is an object or a list.
 */
export function evidence(answer: Answer, ...place: (string | number)[]): FieldValue {
  let node: FieldNode | undefined = answer.data.fields;
  for (const step of place) {
    const inside: unknown = node === undefined || isValue(node) || !Object.hasOwn(node, step) ? undefined : node[step as never];
    if (inside === undefined) throw new RangeError(`no value was asked for at ${place.join(".")}: there is no ${step}`);
    node = inside as FieldNode;
  }
  if (node === undefined || !isValue(node)) {
    throw new RangeError(`at ${place.join(".")} there is more than one value, or none`);
  }
  return node;
}

/** Whether it is a value's own. In an object a field of the name `value` is itself an object or a list. */
function isValue(node: FieldNode): node is FieldValue {
  if (Array.isArray(node) || !Object.hasOwn(node, "value")) return false;
  const value: unknown = (node as FieldObject | FieldValue).value;
  return value === null || typeof value !== "object";
}
