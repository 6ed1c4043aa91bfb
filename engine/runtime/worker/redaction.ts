/** Shorter ones stand in other texts by chance. */
const MIN_LENGTH = 4;

/** Values of secrets that tasks of this thread have asked for, as texts may show them; longer ones first, for one may be part of another. */
let hidden: readonly string[] = [];

/** From now on `redact` takes the value out. */
export function hide(value: string): void {
  if (value.length < MIN_LENGTH) return;
  const forms = [value, JSON.stringify(value).slice(1, -1)];
  hidden = [...new Set([...hidden, ...forms])].sort((a, b) => b.length - a.length);
}

/** The text with `***` in place of what was hidden. */
export function redact(text: string): string {
  return hidden.reduce((shown, value) => shown.replaceAll(value, () => '***'), text);
}
