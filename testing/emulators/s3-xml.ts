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

function escaped(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;').replaceAll('\r', '&#13;');
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
