/** As DynamoDB writes values in JSON; bytes are base64. */
export interface Value {
  readonly S?: string;
  readonly N?: string;
  readonly B?: string;
  readonly BOOL?: boolean;
  readonly NULL?: boolean;
  readonly M?: Item;
  readonly L?: readonly Value[];
  readonly SS?: readonly string[];
  readonly NS?: readonly string[];
  readonly BS?: readonly string[];
}

export type Item = Readonly<Record<string, Value>>;

/** An error of AWS's JSON protocol. */
export class DynamodbRefusalError extends Error {
  readonly type: string;
  readonly more: Readonly<Record<string, unknown>>;

  constructor(type: string, message: string, more: Readonly<Record<string, unknown>> = {}) {
    super(message);
    this.type = type;
    this.more = more;
  }
}

export function invalid(message: string): never {
  throw new DynamodbRefusalError('ValidationException', message);
}

const MAX_DEPTH = 32;

/** Size as DynamoDB counts it, near enough: names and text in UTF-8, a number by its digits, a list or map 3 bytes and 1 an element. */
export function sizeOfItem(item: Item): number {
  return Object.entries(item).reduce((sum, [name, value]) => sum + Buffer.byteLength(name) + sizeOf(value, 1), 0);
}

function sizeOf(value: Value, depth: number): number {
  if (depth > MAX_DEPTH) invalid('Nesting Levels have exceeded supported limits');
  if (value.S !== undefined) return Buffer.byteLength(value.S);
  if (value.N !== undefined) return numberSize(value.N);
  if (value.B !== undefined) return Buffer.byteLength(value.B, 'base64');
  if (value.BOOL !== undefined || value.NULL !== undefined) return 1;
  if (value.L !== undefined) return value.L.reduce((sum, each) => sum + 1 + sizeOf(each, depth + 1), 3);
  if (value.M !== undefined) {
    return Object.entries(value.M).reduce((sum, [name, each]) => sum + 1 + Buffer.byteLength(name) + sizeOf(each, depth + 1), 3);
  }
  return invalid('Supplied AttributeValue is empty or not emulated: must be one of S, N, B, BOOL, NULL, L, M');
}

function numberSize(text: string): number {
  const value = Number(text);
  const digits = text.replace(/e.*$/i, '').replace(/[^\d]/g, '').replace(/^0+/, '').replace(/0+$/, '');
  if (text.trim() === '' || Number.isNaN(value)) invalid('The parameter cannot be converted to a numeric value');
  if (digits.length > 38) invalid('Attempting to store more than 38 significant digits in a Number');
  if (Math.abs(value) > 9.99e125) invalid('Number overflow. Attempting to store a number with magnitude larger than supported range');
  if (digits !== '' && Math.abs(value) < 1e-130)
    invalid('Number underflow. Attempting to store a number with magnitude smaller than supported range');
  return Math.ceil(digits.length / 2) + 1;
}

/** Negative, 0 or positive; null for values that have no order between them. Text is ordered by its UTF-8 bytes. */
export function compareValues(a: Value, b: Value): number | null {
  if (a.S !== undefined && b.S !== undefined) return Buffer.compare(Buffer.from(a.S), Buffer.from(b.S));
  if (a.B !== undefined && b.B !== undefined) return Buffer.compare(Buffer.from(a.B, 'base64'), Buffer.from(b.B, 'base64'));
  if (a.N !== undefined && b.N !== undefined) return Number(a.N) - Number(b.N);
  return null;
}

export function equalValues(a: Value, b: Value): boolean {
  const order = compareValues(a, b);
  if (order !== null) return order === 0;
  if (a.BOOL !== undefined || a.NULL !== undefined) return a.BOOL === b.BOOL && a.NULL === b.NULL;
  if (a.L !== undefined || a.M !== undefined) return invalid('The emulator does not compare lists and maps.');
  return false;
}
