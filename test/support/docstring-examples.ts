import { readFileSync } from 'node:fs';

/** One `@example` of a docstring: its statements, and for the last one the value its comment promises. */
export interface DocstringExample {
  /** `driver/api/rdd.ts:42` */
  readonly where: string;
  readonly statements: readonly string[];
  /** An expression, and the literal that it must equal; null where the comment promises nothing. */
  readonly check: { readonly expression: string; readonly expected: string } | null;
}

/** Examples of all docstrings of a file. Lines that open a Context are left out: the runner has one, `lv`. */
export function docstringExamples(file: string, label: string): readonly DocstringExample[] {
  const lines = readFileSync(file, 'utf8').split('\n');
  const examples: DocstringExample[] = [];
  lines.forEach((line, i) => {
    if (!/^\s*\* @example/.test(line)) return;
    const body: string[] = [];
    for (let at = i + 1; at < lines.length && !/^\s*(\*\/|\* @)/.test(lines[at] as string); at++)
      body.push((lines[at] as string).replace(/^\s*\* ?/, ''));
    const code = body.filter((text) => !/^(import |await using lv|export default)/.test(text) && text.trim() !== '');
    const last = code.at(-1) ?? '';
    const checked = /^(.*?);?\s*\/\/ (.+)$/.exec(last);
    examples.push({
      where: `${label}:${i + 1}`,
      statements: checked === null ? code : code.slice(0, -1),
      check: checked === null ? null : { expression: checked[1] as string, expected: checked[2] as string },
    });
  });
  return examples;
}
