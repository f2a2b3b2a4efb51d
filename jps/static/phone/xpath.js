// XPath 1.0 as the questionnaire uses it, compiled to closures.
//
// A node-set is an array of texts: `${age}` gives the answers that it names, one for a question of
// the household or of the same member, one per member when the household asks for a column.
"use strict";

import { FUNCTIONS, bool, num, text } from "./functions.js";

const TOKEN =
  /\s*(?:(?<literal>'[^']*'|"[^"]*")|(?<number>\d+(?:\.\d*)?|\.\d+)|\$\{(?<ref>[\w.-]+)\}|(?<today>\$today)|(?<name>[A-Za-z_][\w.-]*)|(?<op><=|>=|!=|[-+*<>=(),]))/y;
// Words and signs by how tightly they bind; a word is an operator only between two operands.
const BINDING = { or: 1, and: 2, "=": 3, "!=": 3, "<": 4, "<=": 4, ">": 4, ">=": 4, "+": 5, "-": 5, "*": 6, div: 6, mod: 6 };
const UNARY = 7;

export class InvalidExpression extends Error {}

function tokenize(source) {
  const found = [];
  TOKEN.lastIndex = 0;
  while (TOKEN.lastIndex < source.trimEnd().length) {
    const match = TOKEN.exec(source);
    if (!match) throw new InvalidExpression(source);
    const [kind, value] = Object.entries(match.groups).find(([, part]) => part !== undefined);
    found.push({ kind, value });
  }
  return found;
}

// Returns (scope) => value, where scope has `read(name)` -> array of texts and `today` (days).
export function compile(source) {
  const tokens = tokenize(source);
  let place = 0;
  const next = () => tokens[place];
  const take = (value) => {
    if (!next() || (value !== undefined && next().value !== value)) throw new InvalidExpression(source);
    return tokens[place++];
  };

  function operand() {
    const { kind, value } = take();
    if (kind === "literal") return constant(value.slice(1, -1));
    if (kind === "number") return constant(Number(value));
    if (kind === "ref") return (scope) => scope.read(value);
    if (kind === "today") return (scope) => scope.today;
    if (kind === "name") return call(value);
    if (value === "-") {
      const negated = expression(UNARY);
      return (scope) => -num(negated(scope));
    }
    if (value !== "(") throw new InvalidExpression(source);
    const inside = expression(0);
    take(")");
    return inside;
  }

  function call(name) {
    const work = FUNCTIONS[name];
    if (!work) throw new InvalidExpression(`${name}()`);
    take("(");
    const given = [];
    while (next() && next().value !== ")") {
      if (given.length) take(",");
      given.push(expression(0));
    }
    take(")");
    return (scope) => work(...given.map((one) => one(scope)));
  }

  function expression(least) {
    let left = operand();
    for (;;) {
      const sign = next() && next().kind !== "literal" ? next().value : "";
      const binds = BINDING[sign];
      if (!binds || binds <= least) return left;
      place += 1;
      left = OPERATORS[sign](left, expression(binds));
    }
  }

  const found = expression(0);
  if (place !== tokens.length) throw new InvalidExpression(source);
  return found;
}

const constant = (value) => () => value;
const arithmetic = (work) => (a, b) => (scope) => work(num(a(scope)), num(b(scope)));
const comparison = (work) => (a, b) => (scope) => compare(a(scope), b(scope), work);

const OPERATORS = {
  or: (a, b) => (scope) => bool(a(scope)) || bool(b(scope)),
  and: (a, b) => (scope) => bool(a(scope)) && bool(b(scope)),
  "=": (a, b) => (scope) => equal(a(scope), b(scope), (x, y) => x === y),
  "!=": (a, b) => (scope) => equal(a(scope), b(scope), (x, y) => x !== y),
  "<": comparison((x, y) => x < y),
  "<=": comparison((x, y) => x <= y),
  ">": comparison((x, y) => x > y),
  ">=": comparison((x, y) => x >= y),
  "+": arithmetic((x, y) => x + y),
  "-": arithmetic((x, y) => x - y),
  "*": arithmetic((x, y) => x * y),
  div: arithmetic((x, y) => x / y),
  mod: arithmetic((x, y) => x % y),
};

// XPath 1.0, 3.4: a node-set is equal to something when one of its nodes is.
function equal(a, b, same) {
  if (typeof a === "boolean" || typeof b === "boolean") return same(bool(a), bool(b));
  if (Array.isArray(a)) return a.some((node) => equal(node, b, same));
  if (Array.isArray(b)) return b.some((node) => equal(a, node, same));
  if (typeof a === "number" || typeof b === "number") return same(num(a), num(b));
  return same(text(a), text(b));
}

function compare(a, b, work) {
  if (Array.isArray(a)) return a.some((node) => compare(node, b, work));
  if (Array.isArray(b)) return b.some((node) => compare(a, node, work));
  return work(num(a), num(b));
}
