import { LevinError } from '../../errors/levin-error.ts';
import type { Clock } from '../../ports/clock.ts';
import { parseSecretRef, type SecretRef } from '../../types/secret-ref.ts';
import { type SigningCredentials, signRequest } from './sign-request.ts';

/** How long an executor goes on with a value: one that was rotated is known everywhere after that. */
const KEPT_MS = 300_000;
const TIMEOUT_MS = 10_000;

const SERVICES = {
  secretsManager: {
    service: 'secretsmanager',
    target: 'secretsmanager.GetSecretValue',
    action: 'secretsmanager:GetSecretValue',
    endpoint: 'SECRETS_MANAGER',
  },
  ssm: { service: 'ssm', target: 'AmazonSSM.GetParameter', action: 'ssm:GetParameter', endpoint: 'SSM' },
} as const;

type Remote = Extract<SecretRef, { readonly id: string }>;

/** As whom and from where to ask. */
export interface SecretsIdentity {
  readonly credentials: SigningCredentials;
  readonly region: string;
}

export interface OpenSecrets {
  readonly clock: Pick<Clock, 'monotonic' | 'now'>;
  /** Default: those of this process. */
  readonly env?: Readonly<Record<string, string | undefined>>;
  /** Default: as the SDK finds them; it is loaded when the first secret is asked for. */
  readonly identity?: () => Promise<SecretsIdentity>;
}

/**
 * Values of secrets by their names: from Secrets Manager and from parameters of Systems Manager, each by one signed request (two more clients of the SDK
 * would lie in the executor function's package for it), and from the environment. Each is kept for some minutes; what fails is not.
 */
export function openSecrets({ clock, env = process.env, identity = identityOfSdk }: OpenSecrets): (ref: string) => Promise<string> {
  const kept = new Map<string, { readonly value: Promise<string>; readonly untilMs: number }>();
  const ask = async (ref: string): Promise<string> => {
    const parsed = parseSecretRef(ref);
    if (parsed.kind !== 'env') return await askAws({ ref, parsed, env, nowMs: clock.now(), ...(await identity()) });
    const value = env[parsed.name];
    if (value !== undefined) return value;
    throw failed(
      'SECRET_NOT_FOUND',
      'user',
      `secret ${ref}: this executor has no environment variable ${parsed.name}. Set it, and allow it where executors have an environment of their own (allowedEnv).`,
    );
  };
  return (ref) => {
    const known = kept.get(ref);
    if (known !== undefined && clock.monotonic() < known.untilMs) return known.value;
    const value = ask(ref);
    kept.set(ref, { value, untilMs: clock.monotonic() + KEPT_MS });
    value.catch(() => kept.delete(ref));
    return value;
  };
}

interface Question extends SecretsIdentity {
  readonly ref: string;
  readonly parsed: Remote;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly nowMs: number;
}

async function askAws(question: Question): Promise<string> {
  const { ref, parsed } = question;
  const { service, target, action } = SERVICES[parsed.kind];
  const region = parsed.region ?? question.region;
  const url = new URL(endpointOf(question, region));
  const body = JSON.stringify(parsed.kind === 'ssm' ? { Name: parsed.id, WithDecryption: true } : { SecretId: parsed.id });
  const headers = { 'content-type': 'application/x-amz-json-1.1', 'x-amz-target': target };
  const signed = signRequest({ url, headers, body, service, region, now: new Date(question.nowMs) }, question.credentials);
  let answer: Response;
  let content: Answer;
  try {
    answer = await fetch(url, { method: 'POST', headers: signed, body, signal: AbortSignal.timeout(TIMEOUT_MS) });
    content = (await answer.json()) as Answer;
  } catch (cause) {
    throw failed('SECRET_UNAVAILABLE', 'transient', `secret ${ref}: ${url.host} gave no answer.`, cause);
  }
  const value = parsed.kind === 'ssm' ? content.Parameter?.Value : content.SecretString;
  if (answer.ok && typeof value === 'string') return value;
  const type = (content.__type ?? '').replace(/^.*#/, '');
  if (answer.ok) throw failed('SECRET_NOT_FOUND', 'user', `secret ${ref}: it holds bytes, not text. Store it as a string.`);
  if (/NotFound/.test(type)) throw failed('SECRET_NOT_FOUND', 'user', `secret ${ref}: there is none of that name in ${region} [${type}].`);
  if (/AccessDenied|UnrecognizedClient|InvalidSignature|ExpiredToken|IncompleteSignature/.test(type)) {
    throw failed(
      'SECRET_DENIED',
      'user',
      `secret ${ref}: it may not be read [${type}]. Who runs tasks needs the right ${action} on it (on aws: each role of engine.roles, for example by grantRead).`,
    );
  }
  throw failed('SECRET_UNAVAILABLE', 'transient', `secret ${ref}: ${url.host} answered ${answer.status} [${type}].`);
}

interface Answer {
  readonly SecretString?: string;
  readonly Parameter?: { readonly Value?: string };
  readonly __type?: string;
}

function endpointOf({ parsed, env }: Question, region: string): string {
  const { service, endpoint } = SERVICES[parsed.kind];
  const domain = region.startsWith('cn-') ? 'amazonaws.com.cn' : 'amazonaws.com';
  return env[`AWS_ENDPOINT_URL_${endpoint}`] || env['AWS_ENDPOINT_URL'] || `https://${service}.${region}.${domain}/`;
}

async function identityOfSdk(): Promise<SecretsIdentity> {
  const { createS3Client } = await import('./s3-client.ts');
  const client = createS3Client();
  try {
    return { credentials: await client.config.credentials(), region: await client.config.region() };
  } catch (cause) {
    throw failed(
      'SECRET_UNAVAILABLE',
      'user',
      `Secrets of AWS cannot be asked for without credentials and a region: ${String(cause)}`,
      cause,
    );
  } finally {
    client.destroy();
  }
}

function failed(code: string, fault: LevinError['fault'], message: string, cause?: unknown): LevinError {
  return new LevinError({ code, fault, message, ...(cause === undefined ? {} : { cause }) });
}
