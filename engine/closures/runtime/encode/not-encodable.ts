/** A value that cannot travel. The encoder adds the path; its callers make the full message. */
export class NotEncodable extends Error {
  /** Short name of the reason, for programs. */
  readonly reason: string;
  /** Source frame of the offending code, or null. */
  readonly frame: string | null;
  /** Steps from the root, outermost first; the encoder fills it in. */
  path: readonly string[] = [];

  constructor(reason: string, what: string, o: { readonly frame?: string; readonly cause?: unknown } = {}) {
    super(what, o.cause === undefined ? undefined : { cause: o.cause });
    this.name = 'NotEncodable';
    this.reason = reason;
    this.frame = o.frame ?? null;
  }
}
