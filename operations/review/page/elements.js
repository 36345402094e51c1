// Elements are made from text alone: nothing of a plan is ever taken for markup.

const report = JSON.parse(document.getElementById("report").textContent);

const CLASSES = [
  ["destroys-data", "Destroys data"],
  ["weakens-protection", "Weakens protection"],
  ["interrupts-service", "Interrupts service"],
  ["replaces", "Replaces"],
  ["removes", "Removes"],
  ["updates", "Updates"],
  ["adds", "Adds"],
  ["moves", "Moves or imports"],
];
const TITLES = new Map(CLASSES);
const DANGEROUS = new Set(["destroys-data", "weakens-protection", "interrupts-service"]);

const ACTIONS = new Map([
  ["no-op", ""],
  ["create", "created"],
  ["update", "updated"],
  ["delete", "deleted"],
  ["forget", "no longer managed"],
  ["delete,create", "deleted, then created again"],
  ["create,delete", "created again, then deleted"],
  ["create,forget", "created again; the old one is no longer managed"],
]);

function element(tag, properties, ...children) {
  const made = document.createElement(tag);
  for (const [name, value] of Object.entries(properties ?? {})) {
    if (value === undefined || value === null || value === false) continue;
    if (name === "class") made.className = value;
    else if (name.startsWith("on")) made.addEventListener(name.slice(2), value);
    else if (name in made && !name.includes("-") && name !== "list") made[name] = value;
    else made.setAttribute(name, value === true ? "" : value);
  }
  made.append(...children.flat(Infinity).filter((child) => child !== null && child !== undefined && child !== false));
  return made;
}

function done(change) {
  if (change.done) return change.done;
  const parts = [ACTIONS.get(change.actions.join()) ?? change.actions.join(", ")].filter(Boolean);
  if (change.previous_address) parts.push(`moved from ${change.previous_address}`);
  if (change.imported) parts.push(`imported (${change.imported})`);
  return parts.join(", ");
}

function copyButton(text, label) {
  const button = element("button", { type: "button", class: "small" }, label ?? "Copy");
  button.addEventListener("click", async () => {
    try {
      await navigator.clipboard.writeText(text);
    } catch {
      const area = element("textarea", { value: text, class: "hidden" });
      document.body.append(area);
      area.select();
      document.execCommand("copy");
      area.remove();
      button.focus();
    }
    button.textContent = "Copied";
    setTimeout(() => (button.textContent = label ?? "Copy"), 1500);
  });
  return button;
}

// Long names may be broken after the characters that join their words.
function breakable(text) {
  return text.split(/(?<=[_.-])/).flatMap((part) => [part, element("wbr")]);
}

function plural(number, one, many) {
  return `${number.toLocaleString("en")} ${number === 1 ? one : many}`;
}
