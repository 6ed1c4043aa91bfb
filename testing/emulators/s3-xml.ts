import type { EmulatorAnswer } from './emulator-server.ts';

export interface S3Refusal {
  readonly status: number;
  readonly code: string;
  readonly message: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly more?: Readonly<Record<string, string>>;
}

/** What an operation throws to refuse. */
export class S3RefusalError extends Error {
  readonly refusal: S3Refusal;

  constructor(refusal: S3Refusal) {
    super(refusal.message);
    this.refusal = refusal;
  }
}

export function refuse(status: number, code: string, more: Partial<S3Refusal> = {}): never {
  throw new S3RefusalError({ status, code, message: code, ...more });
}

export function errorAnswer({ status, code, message, headers = {}, more = {} }: S3Refusal): EmulatorAnswer {
  return {
    ...xmlAnswer('Error', { Code: code, Message: message, ...more }),
    status,
    headers: { ...headers, 'content-type': 'application/xml' },
  };
}

export type Xml = string | number | boolean | readonly Xml[] | { readonly [element: string]: Xml | undefined };

export function xmlAnswer(root: string, content: Xml): EmulatorAnswer {
  const body = `<?xml version="1.0" encoding="UTF-8"?>\n<${root} xmlns="http://s3.amazonaws.com/doc/2006-03-01/">${render(content)}</${root}>`;
  return { status: 200, headers: { 'content-type': 'application/xml' }, body };
}

/** An array repeats its element's name. */
function render(content: Xml): string {
  if (typeof content !== 'object') return escaped(String(content));
  return Object.entries(content)
    .flatMap(([name, value]) => (Array.isArray(value) ? value.map((each) => [name, each] as const) : [[name, value] as const]))
    .map(([name, value]) => (value === undefined ? '' : `<${name}>${render(value as Xml)}</${name}>`))
    .join('');
}

/** Characters that XML 1.0 does not know go as references all the same, as S3 sends them to who does not ask for another encoding. */
function escaped(text: string): string {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: these are what is escaped
  return text.replace(/[&<>"\u0001-\u0008\u000b-\u001f\ufffe\uffff]/g, (char) => `&#x${(char.codePointAt(0) ?? 0).toString(16)};`);
}

/** Contents of every `<name>…</name>`, outermost first; not for elements that hold their own kind. */
export function elements(xml: string, name: string): readonly string[] {
  return [...xml.matchAll(new RegExp(`<${name}(?: [^>]*)?>([^]*?)</${name}>`, 'g'))].map(([, content = '']) => content);
}

export function textOf(escapedText: string): string {
  return escapedText.replace(/&(?:#x([\da-f]+)|#(\d+)|(amp|lt|gt|quot|apos));/gi, (_, hex?: string, decimal?: string, name?: string) => {
    if (hex !== undefined) return String.fromCodePoint(Number.parseInt(hex, 16));
    if (decimal !== undefined) return String.fromCodePoint(Number(decimal));
    return { amp: '&', lt: '<', gt: '>', quot: '"', apos: "'" }[name?.toLowerCase() ?? ''] ?? '';
  });
}
