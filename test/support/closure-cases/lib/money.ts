/** A class of an imported module: executors reach it by name. */
export class Money {
  static readonly currency = 'EUR';
  static #parsed = 0;
  readonly cents: number;

  constructor(cents: number) {
    this.cents = cents;
  }

  static parse(text: string): Money {
    return new Money(Math.round(Number(text) * 100));
  }

  /** Uses a private static: works because the method stays in its class. */
  static parseCounting(text: string): number {
    Money.#parsed += 1;
    return Money.#parsed > 0 ? Money.parse(text).cents : -1;
  }

  plus(other: Money): Money {
    return new Money(this.cents + other.cents);
  }
}
