import { notEncodable } from './closure-errors.ts';
import { decodeGraph } from './decode/decode-graph.ts';
import type { Side } from './decode/decoder.ts';
import { driverRegistry } from './driver-registry.ts';
import { encodeGraph } from './encode/encode-graph.ts';
import { NotEncodable } from './encode/not-encodable.ts';
import { joinPayload } from './wire/header.ts';

/**
 * Encodes data: every value of JavaScript that can be copied, with identity, cycles and classes.
 *
 * @param root Name of the value in errors, `record` for example.
 * @throws LevinError `RECORD_NOT_ENCODABLE` with the path to the value
 */
export function encodeValue(value: unknown, root = 'record'): Uint8Array {
  try {
    const graph = encodeGraph(value, { purpose: 'record' });
    return joinPayload('value', { tables: graph.code.tables, body: graph.body, holdsObjects: graph.holdsObjects });
  } catch (error) {
    if (error instanceof NotEncodable) throw notEncodable(root, error);
    throw error;
  }
}

/**
 * Decodes what `encodeValue` wrote. Instances get the classes of `side`: by default the driver's own where user modules were loaded
 * for the driver, else those of the modules that the executor loaded.
 *
 * @throws LevinError `CORRUPT_DATA`; `MODULES_NOT_LOADED` when classes of modules are needed that are not loaded: `prepareClosures([bytes], load)` first
 */
export function decodeValue(bytes: Uint8Array, side: Side = realmSide()): unknown {
  return decodeGraph(bytes, { kind: 'value', side });
}

function realmSide(): Side {
  return driverRegistry().modules.size > 0 ? 'driver' : 'executor';
}
