// Evaluates expressions of GitHub Actions with GitHub's own library: a line of JSON in, a line of JSON out.
import { createInterface } from "node:readline";
import { data, Evaluator, Lexer, Parser } from "@actions/expressions";

const is = (name, value) => ({ name, minArgs: 0, maxArgs: 0, call: () => new data.BooleanData(value) });

function evaluate({ expressions, contexts, status }) {
  const known = JSON.parse(JSON.stringify(contexts), data.reviver);
  const functions = [...["success", "failure", "cancelled"].map((name) => is(name, name === status)), is("always", true)];
  const byName = new Map(functions.map((each) => [each.name, each]));
  return expressions.map((expression) => {
    const tree = new Parser(new Lexer(expression).lex().tokens, Object.keys(contexts), functions).parse();
    return new Evaluator(tree, known, byName).evaluate();
  });
}

for await (const line of createInterface({ input: process.stdin })) {
  process.stdout.write(`${JSON.stringify(evaluate(JSON.parse(line)), data.replacer)}\n`);
}
