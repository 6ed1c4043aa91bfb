import type { AnyFunction } from './driver-registry.ts';
import { registrations, type Serializer } from './registrations.ts';

/** Built-in classes that are plain data behind private fields. */
const builtins: ReadonlyMap<AnyFunction, Serializer<unknown>> = new Map<AnyFunction, Serializer<unknown>>([
  [URL, { serialize: (url) => (url as URL).href, deserialize: (href) => new URL(String(href)) }],
  [
    URLSearchParams,
    { serialize: (params) => (params as URLSearchParams).toString(), deserialize: (text) => new URLSearchParams(String(text)) },
  ],
]);

/** How instances of exactly this class travel; undefined when nobody said. */
export function serializerOf(owner: AnyFunction): Serializer<unknown> | undefined {
  return registrations().serializers.get(owner) ?? builtins.get(owner);
}
