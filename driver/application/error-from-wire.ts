import type { WireError } from '../../engine/types/failure.ts';

/** The error of an executor as one of this process: its name, message, stack and own fields, whatever its class was. */
export function errorFromWire(wire: WireError): Error {
  const error = new Error(wire.message, wire.cause === null ? undefined : { cause: errorFromWire(wire.cause) });
  Object.defineProperty(error, 'name', { value: wire.name, configurable: true, writable: true });
  if (wire.stack !== null) error.stack = wire.stack;
  return Object.assign(error, wire.fields, wire.code === null ? {} : { code: wire.code });
}
