// Old and new values side by side, with what differs in them marked.

const SIDES = ["Before", "After"];

function valueText(value) {
  if (typeof value === "string") {
    const text = value.trimStart();
    if (text.startsWith("{") || text.startsWith("[")) {
      try {
        return JSON.stringify(JSON.parse(value), null, 2);
      } catch {
        // It only looks like JSON.
      }
    }
    return value;
  }
  return JSON.stringify(value, null, 2);
}

function marked(text, other) {
  if (!other || !text || text === other) return [text];
  let start = 0;
  const shorter = Math.min(text.length, other.length);
  while (start < shorter && text[start] === other[start]) start += 1;
  let end = 0;
  while (end < shorter - start && text[text.length - 1 - end] === other[other.length - 1 - end]) end += 1;
  const middle = text.slice(start, text.length - end);
  // Values that have little in common are not easier to read with nearly all of them marked.
  if (!middle || middle.length > text.length * 0.8) return [text];
  return [text.slice(0, start), element("mark", {}, middle), text.slice(text.length - end)];
}

function special(text) {
  return element("span", { class: "special" }, text);
}

function cell(side, attribute) {
  const value = attribute[side];
  if (side === "after" && attribute.unknown) return element("td", { class: "after" }, special("known only after apply"));
  if (value === null) return element("td", { class: "empty" }, special("not set"));
  if (attribute.sensitive && value === "(sensitive)") return element("td", { class: side }, special("sensitive"));
  const other = attribute[side === "before" ? "after" : "before"];
  const text = valueText(value);
  const comparable = typeof value === "string" && typeof other === "string" && !attribute.unknown;
  const parts = comparable ? marked(text, valueText(other)) : [text];
  return element("td", { class: side }, text === "" ? special("empty") : parts);
}

function isNoise(change, attribute) {
  const replaced = change.actions.length > 1;
  if (attribute.unknown && (replaced || attribute.before === null)) return true;
  if (replaced && attribute.after === null && !attribute.unknown) return true;
  const tag = attribute.path.startsWith("tags_all") && "tags" + attribute.path.slice("tags_all".length);
  return Boolean(tag) && change.attributes.some((other) => other.path === tag);
}

function diffTable(change) {
  const noise = change.attributes.filter((attribute) => isNoise(change, attribute));
  const telling = change.attributes.filter((attribute) => !noise.includes(attribute));
  const one = change.actions.length === 1 && { create: "after", delete: "before", forget: "before" }[change.actions[0]];
  const sides = one ? [one] : ["before", "after"];
  const rows = (attributes) =>
    attributes.map((attribute) =>
      element("tr", {}, element("th", { scope: "row" }, breakable(attribute.path || "value")), sides.map((side) => cell(side, attribute))),
    );
  const body = element("tbody", {}, rows(telling));
  const table = element(
    "table",
    { class: "diff" },
    element("caption", { class: "hidden" }, `Attributes of ${change.address ?? change.name}`),
    element("colgroup", {}, element("col", { class: "path" }), sides.map(() => element("col", {}))),
    element(
      "thead",
      {},
      element("tr", {}, element("th", { scope: "col" }, "Attribute"), sides.map((side) =>
        element("th", { scope: "col" }, one ? "Value" : side === "before" ? (report.sides ?? SIDES)[0] : (report.sides ?? SIDES)[1]))),
    ),
    body,
  );
  if (one && change.address && telling.length > 3) {
    return [element("details", {}, element("summary", {}, `The ${plural(telling.length, "value", "values")} ${one === "after" ? "that are known" : "that are lost"}`), table)];
  }
  table.hidden = telling.length === 0;
  if (noise.length === 0) return telling.length ? [table] : [];
  const more = element(
    "button",
    { type: "button", class: "small" },
    `Show ${plural(noise.length, "attribute", "attributes")} that AWS sets again`,
  );
  more.addEventListener("click", () => {
    body.append(...rows(noise));
    table.hidden = false;
    more.remove();
  });
  return [table, element("p", { class: "later" }, more)];
}
