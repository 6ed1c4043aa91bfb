/** Property of an annotated function: its site handle. Registered, because two copies of the runtime may meet in one process. */
export const SITE: unique symbol = Symbol.for('levin.site');

/** Property of an annotated function: gives the values it captures, `this` first. */
export const THUNK: unique symbol = Symbol.for('levin.thunk');

/** Instance method of a class that knows how its instances travel: gives plain data. */
export const SERIALIZE: unique symbol = Symbol.for('levin.serialize');

/** Property of an instance with the two: the broadcast that it stands for, which who decodes it must have at hand. */
export const CARRIES: unique symbol = Symbol.for('levin.carries');

/** Static method of the same class: makes an instance from that data. */
export const DESERIALIZE: unique symbol = Symbol.for('levin.deserialize');
