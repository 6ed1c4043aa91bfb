/**
 * A node whose children are being written. `next` children of `source` were taken:
 * an array by position, an object by `keys`, a list that was made for the purpose by position.
 * The first child of an `instance` is its class; children of a `class` are what its code captures.
 */
export interface EncodeFrame {
  readonly kind: 'array' | 'sparse' | 'object' | 'dictionary' | 'list' | 'instance' | 'class';
  readonly source: Readonly<Record<PropertyKey, unknown>> | readonly unknown[];
  readonly keys: readonly PropertyKey[] | null;
  readonly length: number;
  next: number;
  /** Names child `index` in the path of an error. */
  readonly label: (frame: EncodeFrame, index: number) => string;
}

export const labels = {
  element: (_: EncodeFrame, index: number): string => `[${index}]`,
  sparseElement: (frame: EncodeFrame, index: number): string => `[${String(frame.keys?.[index])}]`,
  property: (frame: EncodeFrame, index: number): string => propertyLabel(frame.keys?.[index]),
  mapPart: (frame: EncodeFrame, index: number): string => {
    const key: unknown = (frame.source as readonly unknown[])[index - (index % 2)];
    return index % 2 === 0 ? 'a Map key' : `Map value of ${shortValue(key)}`;
  },
  member: (): string => 'a Set member',
  inner: (): string => 'its buffer',
} as const;

export function propertyLabel(key: PropertyKey | undefined): string {
  if (typeof key === 'symbol') return `[${String(key)}]`;
  return /^[\p{ID_Start}$_][\p{ID_Continue}$]*$/u.test(String(key)) ? `.${String(key)}` : `[${JSON.stringify(key)}]`;
}

function shortValue(value: unknown): string {
  if (typeof value === 'string') return JSON.stringify(value.length > 40 ? `${value.slice(0, 40)}…` : value);
  return typeof value === 'object' && value !== null ? 'an object' : String(value);
}
