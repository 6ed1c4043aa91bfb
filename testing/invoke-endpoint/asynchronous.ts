import { randomUUID } from 'node:crypto';
import type { Invoked } from './environment.ts';
import type { FunctionDefinition } from './function-definition.ts';

/** One invocation that nobody waits for. */
export interface Delivery {
  readonly definition: FunctionDefinition;
  readonly requestId: string;
  /** JSON. */
  readonly event: string;
}

export interface AsynchronousOptions {
  readonly region: string;
  readonly account: string;
  /** Runs it in an environment; null: none is free now. */
  readonly run: (delivery: Delivery) => Promise<Invoked> | null;
  readonly functionNamed: (name: string) => FunctionDefinition | undefined;
}

/** Lambda's queue of asynchronous invocations, and the queues that failed ones go to. */
export interface Asynchronous {
  /** Event invocation: it is answered before it runs. */
  accept(delivery: Delivery): void;
  /** An environment may be free. */
  retry(): void;
  close(): void;
}

/** What a message is delivered before its queue gives it up. */
const MAX_RECEIVES = 5;

interface Waiting {
  readonly delivery: Delivery;
  /** Tries that are left after this one; a throttled one is none. */
  readonly retries: number;
  readonly failed: (invoked: Invoked) => void;
}

/**
 * ```
 *   Event ──▶ waiting ──environment free──▶ runs ──fails──▶ again, `retries` times ──▶ message in the queue ──▶ event of the other function
 * ```
 * What differs from AWS: neither retries nor messages wait a while, nothing comes twice of itself, and nothing is ever given up for its age.
 */
export function createAsynchronous(options: AsynchronousOptions): Asynchronous {
  const waiting = new Set<Waiting>();
  let closed = false;

  const pump = (): void => {
    for (const one of waiting) {
      const running = closed ? null : options.run(one.delivery);
      if (running === null) continue;
      waiting.delete(one);
      running.then(
        (invoked) => {
          if (closed || invoked.result.kind === 'returned') return;
          if (one.retries > 0) wait({ ...one, retries: one.retries - 1 });
          else one.failed(invoked);
        },
        () => undefined,
      );
    }
  };
  const wait = (one: Waiting): void => {
    waiting.add(one);
    pump();
  };
  const deliver = (queue: string, to: string, body: string): void => {
    const definition = options.functionNamed(to);
    if (definition === undefined) throw new Error(`the queue ${queue} is for the function ${to}, which there is not`);
    const messageId = randomUUID();
    const receive = (count: number): void => {
      const event = JSON.stringify({ Records: [messageOf(options, { queue, messageId, body, count })] });
      const again = (): void => (count < MAX_RECEIVES ? receive(count + 1) : undefined);
      wait({ delivery: { definition, requestId: randomUUID(), event }, retries: 0, failed: again });
    };
    receive(1);
  };
  return {
    accept(delivery) {
      const { asyncRetries = 2, onFailure } = delivery.definition;
      wait({
        delivery,
        retries: asyncRetries,
        failed(invoked) {
          if (onFailure !== undefined) deliver(onFailure.queue, onFailure.deliversTo, failureRecord(options, delivery, invoked));
        },
      });
    },
    retry: pump,
    close() {
      closed = true;
      waiting.clear();
    },
  };
}

/** The body of a message to an on-failure destination. */
function failureRecord({ region, account }: AsynchronousOptions, { definition, requestId, event }: Delivery, { result }: Invoked): string {
  return JSON.stringify({
    version: '1.0',
    timestamp: new Date().toISOString(),
    requestContext: {
      requestId,
      functionArn: `arn:aws:lambda:${region}:${account}:function:${definition.name}:$LATEST`,
      condition: 'RetriesExhausted',
      approximateInvokeCount: (definition.asyncRetries ?? 2) + 1,
    },
    requestPayload: JSON.parse(event) as unknown,
    responseContext: { statusCode: 200, executedVersion: '$LATEST', functionError: 'Unhandled' },
    responsePayload: result.kind === 'failed' ? result.error : null,
  });
}

interface Message {
  readonly queue: string;
  readonly messageId: string;
  readonly body: string;
  readonly count: number;
}

function messageOf({ region, account }: AsynchronousOptions, { queue, messageId, body, count }: Message): object {
  return {
    messageId,
    receiptHandle: `${messageId}/${count}`,
    body,
    attributes: { ApproximateReceiveCount: String(count), SentTimestamp: String(Date.now()) },
    messageAttributes: {},
    eventSource: 'aws:sqs',
    eventSourceARN: `arn:aws:sqs:${region}:${account}:${queue}`,
    awsRegion: region,
  };
}
