// What stands around the changes, and is theirs alone.

const page = {
  views: [
    ["changes", "Changes", changesView],
    ["topology", "Topology", topologyView],
    ["rest", "Outputs and notes", restView],
  ],
  cards: changes,
  words: ["change", "changes"],
  kind: "class",
  kinds: CLASSES,
  dangerous: DANGEROUS,
  choices: ["stack"],
  beside: () => [element("div", { class: "tile" }, counted(report.plans.reduce((sum, plan) => sum + plan.unchanged, 0), "Unchanged"))],
  keys: { t: "topology" },
};

function head() {
  const stacks = report.plans.map((plan) => plan.stack);
  drawVerdict(report.verdict.text, report.verdict.passed);
  byId("stacks").replaceChildren(
    ...report.plans.slice(0, 8).map((plan) =>
      element(
        "div",
        { class: "stack" },
        element("strong", {}, plan.stack),
        plan.terraform_version && element("span", {}, `Terraform ${plan.terraform_version}`),
        plan.hash && [element("code", { title: plan.hash }, plan.hash), copyButton(plan.hash, "Copy hash")],
      ),
    ),
    ...(stacks.length > 1 ? [chooser("stack", "Stack", `All ${stacks.length} stacks`, stacks)] : []),
  );
}

function restView() {
  const lists = [
    ["Notes", report.verdict.notes.map((note) => [note])],
    ["Outputs", report.plans.flatMap((plan) => plan.outputs.map((output) => [element("p", {}, element("code", {}, output.name), ` ${output.actions[0]}d`), diffTable(output)]))],
    ["Changed outside of Terraform since the last apply", report.plans.flatMap((plan) => plan.drifted.map((address) => [element("code", {}, address)]))],
  ];
  const told = lists.filter(([, items]) => items.length);
  if (told.length === 0) return element("p", { class: "nothing" }, "No output changes, and there is nothing to note.");
  return element(
    "div",
    {},
    told.map(([title, items]) => [element("h2", {}, title), element("ul", { class: "list" }, items.map((item) => element("li", {}, item)))]),
  );
}

head();
begin();
