// The rules: which are shown, and each with what decided it.

const OUTCOMES = [
  ["fail", "Not met"],
  ["needs runtime", "Only in a running account"],
  ["waived", "Waived"],
  ["pass", "Met"],
  ["not applicable", "Not applicable"],
];
const TITLES = new Map(OUTCOMES);
const filters = { kinds: new Set(), pack: "", family: "", system: "", text: "" };
const rules = report.systems.flatMap((system) => system.rules.map((rule) => ({ ...rule, system })));

const family = (control) => control.split("-")[0];

function words(rule) {
  return [rule.id, rule.title, rule.pack, rule.reason, ...rule.controls, ...rule.findings.flatMap((finding) => [finding.address, finding.attribute, finding.evidence])]
    .join("\n")
    .toLowerCase();
}

function isShown(rule) {
  return (
    (filters.kinds.size === 0 || filters.kinds.has(rule.outcome)) &&
    (!filters.pack || rule.pack === filters.pack) &&
    (!filters.system || rule.system.system === filters.system) &&
    (!filters.family || rule.controls.some((control) => family(control) === filters.family)) &&
    (!filters.text || words(rule).includes(filters.text))
  );
}

function rulesView() {
  // What the configuration decides comes first, the worst of it before the rest.
  const order = OUTCOMES.map(([outcome]) => outcome);
  const place = (rule) => order.indexOf(rule.outcome) + (rule.decided_by === "configuration" ? 0 : order.length);
  const found = rules.filter(isShown).sort((one, other) => place(one) - place(other));
  if (found.length === 0) return element("p", { class: "nothing" }, "No rule is of these outcomes, packs, families and words.");
  return element("div", {}, found.map(ruleCard));
}

function ruleCard(rule) {
  const body = element("div", { class: "body" });
  const card = element(
    "details",
    { class: `change ${slug(rule.outcome)}${rule.outcome === "fail" ? " blocked" : ""}`, "data-rule": rule.id, "data-outcome": rule.outcome },
    element(
      "summary",
      {},
      element("span", { class: "address" }, breakable(rule.id), report.systems.length > 1 && element("span", { class: "dim" }, ` ${rule.system.system}`)),
      element("span", { class: "what" }, element("span", {}, rule.pack), element("span", { class: "badge" }, TITLES.get(rule.outcome))),
      element("span", { class: "first" }, rule.title),
    ),
    body,
  );
  // Hundreds of tables are made when somebody wants to see them.
  card.addEventListener("toggle", () => {
    if (card.open && !body.firstChild) body.append(...ruleBody(rule));
  });
  return card;
}

function ruleBody(rule) {
  return [
    element("p", {}, rule.title),
    element("div", { class: "controls", "aria-label": "Controls of NIST SP 800-53 r5" }, rule.controls.map((control) => element("span", {}, control))),
    rule.findings.length ? evidenceTable(rule) : element("p", {}, rule.reason),
    ...[...new Set(rule.findings.map((finding) => finding.waiver).filter((index) => index !== null))].map((index) => waiverCard(rule.system.waivers[index])),
  ];
}

function evidenceTable(rule) {
  return element(
    "table",
    { class: "evidence" },
    element("colgroup", {}, element("col", { class: "verdict" }), element("col", { class: "resource" }), element("col", {})),
    element("thead", {}, element("tr", {}, ["Verdict", "Resource", "What decided"].map((title) => element("th", { scope: "col" }, title)))),
    element(
      "tbody",
      {},
      rule.findings.map((finding) =>
        element(
          "tr",
          {},
          element("td", {}, element("span", { class: `badge ${slug(finding.verdict)}` }, finding.verdict)),
          element("td", {}, element("code", {}, breakable(finding.address))),
          element("td", { class: "decided" }, element("code", {}, breakable(finding.attribute)), " ", breakable(finding.evidence)),
        ),
      ),
    ),
  );
}
