import { Readable } from 'node:stream';
import type { PutObjectCommand } from '@aws-sdk/client-s3';

/**
 * Has a put tell when the operating system has taken the last byte of its body. The SDK does not say so: its body is exchanged, behind checksum and
 * signature, for a stream of the same bytes, which learns what request it is piped into.
 * ```
 *   bytes ─▶ checksum ─▶ signature ─▶ stream ─▶ HTTP request ──finish──▶ onSent
 * ```
 */
export function tellSent(command: PutObjectCommand, onSent: () => void): void {
  command.middlewareStack.add(
    (next) => (args) => {
      const request = args.request as { readonly body?: unknown };
      if (!(request.body instanceof Uint8Array)) return next(args);
      const told = Object.assign(Object.create(Object.getPrototypeOf(request) as object) as object, request, {
        body: streamOf(request.body, onSent),
      });
      return next({ ...args, request: told });
    },
    { step: 'deserialize', priority: 'low', name: 'levinTellSent' },
  );
}

function streamOf(bytes: Uint8Array, onSent: () => void): Readable {
  const body = new Readable({
    read() {
      body.push(bytes);
      body.push(null);
    },
  });
  const pipe = body.pipe.bind(body);
  body.pipe = (request, options) => pipe(request.once('finish', onSent), options);
  return body;
}
