/** What a value is, for error messages: `a function`, `an instance of class Money`, `the string "abc"`. Never throws and never long. */
export function describeValue(value: unknown): string {
  switch (typeof value) {
    case 'string':
      return `the string ${JSON.stringify(value.length > 40 ? `${value.slice(0, 40)}…` : value)}`;
    case 'number':
      return `the number ${Object.is(value, -0) ? '-0' : value}`;
    case 'bigint':
      return 'a bigint';
    case 'boolean':
    case 'undefined':
      return String(value);
    case 'symbol':
      return 'a symbol';
    case 'function':
      return value.name === '' ? 'a function' : `the function ${value.name}`;
    case 'object':
      return value === null ? 'null' : describeObject(value);
  }
}

const builtIns: ReadonlyMap<object, string> = new Map<object, string>([
  [Object.prototype, 'a plain object'],
  [Promise.prototype, 'a Promise'],
  [Map.prototype, 'a Map'],
  [Set.prototype, 'a Set'],
  [WeakMap.prototype, 'a WeakMap'],
  [WeakSet.prototype, 'a WeakSet'],
  [WeakRef.prototype, 'a WeakRef'],
  [Date.prototype, 'a Date'],
  [RegExp.prototype, 'a RegExp'],
  [Error.prototype, 'an Error'],
]);

function describeObject(value: object): string {
  if (Array.isArray(value) && Object.getPrototypeOf(value) === Array.prototype)
    return `an array of ${value.length} ${value.length === 1 ? 'element' : 'elements'}`;
  const prototype: unknown = Object.getPrototypeOf(value);
  if (prototype === null) return 'a plain object';
  const known = builtIns.get(prototype as object);
  if (known !== undefined) return known;
  const builder: unknown = (prototype as { constructor?: unknown }).constructor;
  const name = typeof builder === 'function' ? builder.name : '';
  return name === '' ? 'an object with a prototype of its own' : `an instance of class ${name}`;
}
