import { inspect } from 'node:util';

const MAX_CHARACTERS = 160;

/** A record as a message shows it: one line, cut when long. Never throws, whatever the record's getters do. */
export function showRecord(record: unknown): string {
  let text: string;
  try {
    text = inspect(record, { depth: 3, breakLength: Number.POSITIVE_INFINITY, compact: true, maxArrayLength: 10, maxStringLength: 80 });
  } catch {
    text = Object.prototype.toString.call(record);
  }
  return text.length <= MAX_CHARACTERS ? text : `${text.slice(0, MAX_CHARACTERS)}…`;
}
