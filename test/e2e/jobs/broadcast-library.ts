import { type Broadcast, registerSerializer } from 'levin';

/** A function of an imported module that takes a broadcast along. */
export const lookUp =
  (names: Broadcast<ReadonlyMap<number, string>>) =>
  (key: number): string =>
    names.value.get(key) ?? '?';

export class Prices {
  readonly #of: Broadcast<Float64Array>;

  constructor(of: Broadcast<Float64Array>) {
    this.#of = of;
  }

  source(): Broadcast<Float64Array> {
    return this.#of;
  }

  at(i: number): number {
    return this.#of.value[i] as number;
  }
}

/** One entry for each time a `Counted` was encoded here. */
export const encodings: string[] = [];

export class Counted {
  readonly bytes: Uint8Array;

  constructor(bytes: Uint8Array) {
    this.bytes = bytes;
  }
}

registerSerializer(Prices, { serialize: (prices) => prices.source(), deserialize: (of: Broadcast<Float64Array>) => new Prices(of) });
registerSerializer(Counted, { serialize, deserialize: (bytes: Uint8Array) => new Counted(bytes) });

function serialize({ bytes }: Counted): Uint8Array {
  encodings.push('once more');
  return bytes;
}
