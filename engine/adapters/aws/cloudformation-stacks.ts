import { setTimeout as sleep } from 'node:timers/promises';
import {
  CloudFormationClient,
  DeleteStackCommand,
  DescribeStackEventsCommand,
  DescribeStacksCommand,
  ListStacksCommand,
  StackStatus,
} from '@aws-sdk/client-cloudformation';
import { LevinError } from '../../errors/levin-error.ts';
import { type AwsClientOptions, clientConfiguration } from './aws-client-options.ts';
import { awsError } from './aws-errors.ts';

/** A stack that is there, in whatever state. */
export interface FoundStack {
  readonly name: string;
  /** Its ARN, which also names it when it has gone. */
  readonly id: string;
  readonly account: string;
  readonly status: string;
  readonly outputs: Readonly<Record<string, string>>;
}

/** CloudFormation in the account and region of the caller. */
export interface Stacks {
  region(): Promise<string>;
  find(name: string): Promise<FoundStack | null>;
  /** Resolves when it has gone; what it keeps stays. Fails with `STACK_NOT_DELETED` and CloudFormation's reasons. */
  remove(stack: FoundStack): Promise<void>;
  close(): void;
}

/** Commands of a person, who waits: the SDK may try again. */
const ATTEMPTS = 3;

/** CloudFormation allows some ten calls a second to all callers of an account together. */
const POLL_MS = 2000;

const NOT_GONE = Object.values(StackStatus).filter((status) => status !== 'DELETE_COMPLETE');

export function openStacks(options: AwsClientOptions = {}): Stacks {
  const client = new CloudFormationClient({ ...clientConfiguration(options), maxAttempts: ATTEMPTS });
  const describe = async (id: string): Promise<{ readonly status: string; readonly outputs: Readonly<Record<string, string>> }> => {
    const { Stacks: [stack] = [] } = await called('DescribeStacks', id, () => client.send(new DescribeStacksCommand({ StackName: id })));
    const outputs = (stack?.Outputs ?? []).map(({ OutputKey = '', OutputValue = '' }) => [OutputKey, OutputValue]);
    return { status: stack?.StackStatus ?? 'unknown', outputs: Object.fromEntries(outputs) };
  };
  return {
    region: () => called('ListStacks', '*', async () => client.config.region()),
    // By listing, for a stack that is not there is told by DescribeStacks in words only.
    async find(name) {
      let NextToken: string | undefined;
      do {
        const input = { StackStatusFilter: NOT_GONE, ...(NextToken === undefined ? {} : { NextToken }) };
        const page = await called('ListStacks', '*', () => client.send(new ListStacksCommand(input)));
        const id = page.StackSummaries?.find(({ StackName }) => StackName === name)?.StackId;
        if (id !== undefined) return { name, id, account: id.split(':')[4] ?? '', ...(await describe(id)) };
        NextToken = page.NextToken;
      } while (NextToken !== undefined);
      return null;
    },
    async remove({ id, name }) {
      await called('DeleteStack', id, () => client.send(new DeleteStackCommand({ StackName: id })));
      for (;;) {
        const { status } = await describe(id);
        if (status === 'DELETE_COMPLETE') return;
        if (status === 'DELETE_FAILED') throw notDeleted(name, await failures(client, id));
        await sleep(POLL_MS);
      }
    },
    close: () => client.destroy(),
  };
}

async function called<T>(operation: string, resource: string, send: () => Promise<T>): Promise<T> {
  try {
    return await send();
  } catch (error) {
    throw awsError(error, {
      action: `cloudformation:${operation}`,
      resource: resource === '*' ? '*' : `the stack ${resource}`,
      doing: `ask CloudFormation (${operation})`,
    });
  }
}

async function failures(client: CloudFormationClient, id: string): Promise<readonly string[]> {
  const { StackEvents = [] } = await called('DescribeStackEvents', id, () =>
    client.send(new DescribeStackEventsCommand({ StackName: id })),
  );
  return StackEvents.filter(({ ResourceStatus }) => ResourceStatus === 'DELETE_FAILED').map(
    ({ LogicalResourceId, ResourceStatusReason }) => `${LogicalResourceId}: ${ResourceStatusReason ?? 'no reason given'}`,
  );
}

function notDeleted(name: string, reasons: readonly string[]): LevinError {
  return new LevinError({
    code: 'STACK_NOT_DELETED',
    fault: 'user',
    message: `CloudFormation could not delete the stack ${name}: ${reasons.join('; ')}. Remove the cause and run levin destroy again.`,
    details: { stack: name, reasons },
  });
}
