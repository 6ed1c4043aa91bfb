/** V8 copies shorter parts of strings, and joins of strings; longer ones it makes as views, which keep alive what they are made of. */
const SHORTEST_VIEW = 13;
/** Longer ones are not looked for among those copied before. */
const LONGEST_SHARED = 128;
const MAX_SHARED = 1024;
/** Of one record; what stands deeper or further back stays as it is. */
const MAX_DEPTH = 8;
const MAX_OBJECTS = 2_000;

/**
 * Gives records whose strings stand for themselves: a field that was cut out of a line keeps the whole line alive, and no estimate sees it.
 *
 * Strings are replaced by equal ones in place, in arrays and plain objects; what is frozen, and instances of classes, stay as they are.
 * A string that was copied shortly before is shared, as constants of the program were.
 */
export function createStringOwner(): (record: unknown) => unknown {
  let shared = new Map<string, string>();
  let left = 0;
  const copyOf = (text: string): string => {
    if (text.length > LONGEST_SHARED) return copy(text);
    const known = shared.get(text);
    if (known !== undefined) return known;
    const own = copy(text);
    if (shared.size === MAX_SHARED) shared = new Map();
    shared.set(own, own);
    return own;
  };
  const ownIn = (holder: object, name: string | number, value: unknown, depth: number): void => {
    if (typeof value === 'string') {
      if (value.length >= SHORTEST_VIEW && isPlainField(holder, name)) (holder as Record<string | number, unknown>)[name] = copyOf(value);
    } else if (typeof value === 'object' && value !== null) walk(value, depth);
  };
  const walk = (holder: object, depth: number): void => {
    left -= 1;
    if (left < 0 || depth > MAX_DEPTH) return;
    if (Array.isArray(holder)) for (let i = 0; i < holder.length; i++) ownIn(holder, i, holder[i], depth + 1);
    else if (isPlain(holder)) for (const name in holder) ownIn(holder, name, (holder as Record<string, unknown>)[name], depth + 1);
  };
  return (record) => {
    if (typeof record === 'string') return record.length < SHORTEST_VIEW ? record : copyOf(record);
    left = MAX_OBJECTS;
    if (typeof record === 'object' && record !== null) walk(record, 0);
    return record;
  };
}

function isPlain(value: object): boolean {
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === Object.prototype || prototype === null;
}

function isPlainField(holder: object, name: string | number): boolean {
  return Object.getOwnPropertyDescriptor(holder, name)?.writable === true;
}

/** One byte a character where that is enough, as V8 has it. */
function copy(text: string): string {
  const narrow = Buffer.from(text, 'latin1').toString('latin1');
  return narrow === text ? narrow : Buffer.from(text, 'utf16le').toString('utf16le');
}
