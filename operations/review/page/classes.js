// The classes of changes, in the order of their risk, and what is done to a resource.

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

function done(change) {
  if (change.done) return change.done;
  const parts = [ACTIONS.get(change.actions.join()) ?? change.actions.join(", ")].filter(Boolean);
  if (change.previous_address) parts.push(`moved from ${change.previous_address}`);
  if (change.imported) parts.push(`imported (${change.imported})`);
  return parts.join(", ");
}
