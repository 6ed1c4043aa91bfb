/** How tasks find the value of a broadcast. */
export interface BroadcastRef {
  /** SHA-256 of the encoded value, hex. */
  readonly hash: string;
  /** Of the encoded value. */
  readonly byteLength: number;
  /** The encoded value itself, where it is small; otherwise it is read from the object store. */
  readonly inline?: Uint8Array;
}

/** Encoded values of at most so many bytes ride in the task template: reading an object of its own would take longer than the bytes. */
export const INLINE_BROADCAST_BYTES = 2048;
