// The changes, the worst first; a change is opened to see all of it.

const filters = { kinds: new Set(), stack: "", text: "" };

const changes = report.plans.flatMap((plan, planNumber) =>
  plan.changes.map((change, number) => ({
    ...change,
    plan,
    id: `change-${planNumber}-${number}`,
    words: [
      change.address,
      change.type,
      plan.stack,
      done(change),
      ...change.reasons.flatMap((reason) => [reason.text, reason.detail ?? "", reason.rule]),
      ...change.why,
    ]
      .join("\n")
      .toLowerCase(),
  })),
);
changes.sort((one, other) => rank(one) - rank(other));
const cards = new Map();

function rank(change) {
  return CLASSES.findIndex(([slug]) => slug === change.class);
}

function isShown(change) {
  return (
    (filters.kinds.size === 0 || filters.kinds.has(change.class)) &&
    (filters.stack === "" || filters.stack === change.plan.stack) &&
    filters.text.split(/\s+/).every((word) => change.words.includes(word))
  );
}

function reasonText(reason) {
  return reason.detail ? [`${reason.text}: `, element("code", {}, reason.detail)] : [reason.text];
}

function addressParts(address) {
  const hash = /_[0-9A-F]{8}$/.exec(address);
  return hash ? [address.slice(0, hash.index), element("span", { class: "dim" }, hash[0])] : [address];
}

function card(change) {
  const known = cards.get(change.id);
  if (known) return known;
  const [first] = change.reasons;
  const made = element(
    "details",
    { class: `change ${change.class}${change.blocked ? " blocked" : ""}`, id: change.id },
    element(
      "summary",
      {},
      element("code", { class: "address" }, addressParts(change.address)),
      element(
        "span",
        { class: "what" },
        done(change),
        report.plans.length > 1 && element("span", {}, change.plan.stack),
        change.waiver && element("span", { class: "badge adds" }, "waived"),
      ),
      first && element("span", { class: "first" }, first.text, change.reasons.length > 1 && ` (${change.reasons.length} reasons)`),
    ),
  );
  made.addEventListener("toggle", () => fill(made, change));
  if (DANGEROUS.has(change.class) && changes.length <= 60) {
    made.open = true;
    fill(made, change);
  }
  cards.set(change.id, made);
  return made;
}

function fill(made, change) {
  if (!made.open || made.querySelector(".body")) return;
  made.append(
    element(
      "div",
      { class: "body" },
      change.reasons.length > 0 &&
        element(
          "ul",
          { class: "reasons", "aria-label": "Reasons" },
          change.reasons.map((reason) =>
            element(
              "li",
              { class: reason.class },
              element("span", { class: "badge" }, TITLES.get(reason.class)),
              element("span", {}, reasonText(reason), reason.source && element("span", { class: "source" }, ` — ${reason.source}`)),
            ),
          ),
        ),
      change.why.length > 0 &&
        element("div", {}, element("h3", {}, "Because"), element("ul", { class: "why" }, change.why.map((why) => element("li", {}, why)))),
      change.rename && renameNote(change),
      change.waiver &&
        element("div", { class: "note good" }, element("p", {}, `Waived until ${change.waiver.expires}: ${change.waiver.reason}`)),
      change.blocked && change.plan.hash && waiverNote(change),
      (change.notes ?? []).map(note),
      diffTable(change),
    ),
  );
}

function renameNote(change) {
  const { old, new: renamed, call, block } = change.rename;
  const text = call ?? block;
  const goes = change.address === old;
  return element(
    "div",
    { class: "note" },
    element(
      "p",
      {},
      goes ? "Probably only renamed to " : "Probably ",
      element("code", {}, goes ? renamed : old),
      goes ? "" : " under a new name",
      call ? `. To keep it, write on ${goes ? "that" : "its"} construct:` : ". To keep it:",
    ),
    element("div", { class: "row" }, element("pre", {}, text), copyButton(text)),
  );
}

// What is to be known of a change besides, and the command that helps.
function note({ text, command, good }) {
  return element(
    "div",
    { class: good ? "note good" : "note" },
    element("p", {}, text),
    command && element("div", { class: "row" }, element("pre", {}, command), copyButton(command)),
  );
}

function waiverNote(change) {
  const text = `[[waiver]]\naddress = ${JSON.stringify(change.address)}\nplan = ${JSON.stringify(change.plan.hash)}\nreason = "..."\nexpires = ...`;
  return element(
    "details",
    { class: "accept" },
    element("summary", {}, "How to accept it"),
    element(
      "div",
      { class: "note" },
      element("p", {}, "In environments/waivers.toml, with a reason and a last day:"),
      element("div", { class: "row" }, element("pre", {}, text), copyButton(text)),
    ),
  );
}

function changesView() {
  const shown = changes.filter(isShown);
  const view = element("div", {});
  for (const [slug, title] of CLASSES) {
    const found = shown.filter((change) => change.class === slug);
    if (found.length === 0) continue;
    view.append(
      element("h2", { class: slug }, element("span", { class: "badge" }, title), element("span", { class: "count" }, String(found.length))),
      ...found.map(card),
    );
  }
  if (shown.length === 0) {
    view.append(element("p", { class: "nothing" }, changes.length ? "No change is of these classes, stacks and words." : "No resource changes."));
  }
  return view;
}

function goTo(change) {
  all();
  const made = card(change);
  made.open = true;
  fill(made, change);
  made.scrollIntoView({ block: "center" });
  made.querySelector("summary").focus();
}
