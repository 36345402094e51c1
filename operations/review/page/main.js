// What stands around the changes: summary, filters, views, keys.

const VIEWS = [
  ["changes", "Changes", changesView],
  ["topology", "Topology", topologyView],
  ["rest", "Outputs and notes", restView],
];
const KEYS = [
  ["j, ↓", "next change"],
  ["k, ↑", "previous change"],
  ["Enter", "open or close a change"],
  ["e", "open or close all changes"],
  ["1 – 8", "only one class, or all again"],
  ["/", "search"],
  ["t", "topology, or changes again"],
  ["Esc", "all changes again"],
  ["?", "these keys"],
];
let current = "changes";

function head() {
  byId("title").textContent = report.title;
  const verdict = byId("verdict");
  const text = report.verdict.text;
  verdict.textContent = text[0].toUpperCase() + text.slice(1);
  verdict.classList.toggle("blocked", !report.verdict.passed);
  const chooser =
    report.plans.length > 1 &&
    element(
      "label",
      {},
      element("span", { class: "hidden" }, "Stack"),
      element(
        "select",
        { id: "stack", onchange: (event) => ((filters.stack = event.target.value), show(current)) },
        element("option", { value: "" }, `All ${report.plans.length} stacks`),
        report.plans.map((plan) => element("option", { value: plan.stack }, plan.stack)),
      ),
    );
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
    ...(chooser ? [chooser] : []),
  );
}

function summary() {
  const tiles = present().map(([slug, title], index) => {
    const count = changes.filter((change) => change.class === slug).length;
    return element(
      "button",
      {
        type: "button",
        class: `tile ${slug}${DANGEROUS.has(slug) ? " dangerous" : ""}`,
        "data-class": slug,
        "aria-pressed": String(filters.classes.has(slug)),
        "aria-keyshortcuts": String(index + 1),
        onclick: () => only(slug, true),
      },
      element("span", { class: "number" }, count.toLocaleString("en")),
      element("span", { class: "label" }, title),
    );
  });
  const same = report.plans.reduce((sum, plan) => sum + plan.unchanged, 0);
  tiles.push(
    element("div", { class: "tile" }, element("span", { class: "number" }, same.toLocaleString("en")), element("span", { class: "label" }, "Unchanged")),
  );
  const focused = document.activeElement?.dataset?.class;
  byId("summary").replaceChildren(...tiles);
  if (focused) document.querySelector(`.tile[data-class="${focused}"]`)?.focus();
}

function present() {
  return CLASSES.filter(([slug]) => changes.some((change) => change.class === slug));
}

function only(slug, added) {
  choose(filters.classes, slug, added);
  show("changes");
}

function show(name) {
  current = name;
  drawView(name, { views: VIEWS, show, summary, text: filters.text, chosen: { stack: filters.stack }, cards: changes, words: ["change", "changes"] });
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

function all() {
  filters.classes.clear();
  filters.stack = "";
  filters.text = "";
  show("changes");
}

head();
byId("search").addEventListener("input", (event) => {
  filters.text = event.target.value.trim().toLowerCase();
  show("changes");
});
listen({
  views: VIEWS,
  current: () => current,
  show,
  all,
  explained: KEYS,
  keys: { t: () => show(current === "topology" ? "changes" : "topology") },
  number: (number) => (number <= present().length ? () => only(present()[number - 1][0], false) : null),
});
show("changes");
