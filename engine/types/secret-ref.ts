import { LevinError } from '../errors/levin-error.ts';

/** Where a secret is kept. `region` null: the executor's. */
export type SecretRef =
  | { readonly kind: 'env'; readonly name: string }
  | { readonly kind: 'secretsManager' | 'ssm'; readonly id: string; readonly region: string | null };

const ARN = /^arn:aws[\w-]*:(secretsmanager|ssm):([\w-]+):\d{12}:(secret:.+|parameter\/.+)$/;

/** Fails with `INVALID_ARGUMENT` for anything else than the three forms. */
export function parseSecretRef(ref: unknown): SecretRef {
  const text = typeof ref === 'string' ? ref : '';
  const [, service, region = null] = ARN.exec(text) ?? [];
  if (service !== undefined) return { kind: service === 'ssm' ? 'ssm' : 'secretsManager', id: text, region };
  if (/^ssm:\/?[\w./-]+$/.test(text)) return { kind: 'ssm', id: text.slice('ssm:'.length), region: null };
  if (/^env:[A-Za-z_]\w*$/.test(text)) return { kind: 'env', name: text.slice('env:'.length) };
  const shown = typeof ref === 'string' ? JSON.stringify(ref) : ref === null ? 'null' : typeof ref;
  throw new LevinError({
    code: 'INVALID_ARGUMENT',
    fault: 'user',
    message: `secret: ref is ${shown}; it must name a secret: the ARN of one in Secrets Manager (arn:aws:secretsmanager:…) or of a parameter (arn:aws:ssm:…), ssm:/path, or env:NAME.`,
  });
}
