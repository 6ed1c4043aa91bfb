import { type EmulatorAnswer, type EmulatorServer, startEmulator } from './emulator-server.ts';

/** An event as it was put on the default bus. */
export interface BusEvent {
  readonly source: string;
  readonly detailType: string;
  readonly detail: unknown;
}

export interface EventBridgeEmulator extends EmulatorServer {
  /** What was put so far, in order. */
  events(): readonly BusEvent[];
}

interface Entry {
  readonly Source?: string;
  readonly DetailType?: string;
  readonly Detail?: string;
  readonly EventBusName?: string;
}

/**
 * EventBridge's PutEvents in this process, over HTTP: it remembers the events. There are no rules and no targets. Events without a source, a type or a
 * detail that is JSON are refused one by one, as EventBridge does; other buses than the default one, and other operations, are refused by name.
 */
export async function startEventBridgeEmulator(): Promise<EventBridgeEmulator> {
  const events: BusEvent[] = [];
  const server = await startEmulator({
    operationOf: ({ headers }) => String(headers['x-amz-target'] ?? '').replace(/^AWSEvents\./, ''),
    subjectOf: () => ({ resource: 'default', keys: [] }),
    answer(operation, { body }) {
      if (operation !== 'PutEvents') return refusal(400, 'UnknownOperationException', `${operation} is not emulated.`);
      const { Entries: entries = [] } = JSON.parse(Buffer.from(body).toString()) as { readonly Entries?: readonly Entry[] };
      if (entries.length === 0 || entries.length > 10) return refusal(400, 'ValidationException', 'Entries must have 1 to 10 members.');
      const answers = entries.map((entry) => put(entry, events));
      const FailedEntryCount = answers.filter((answer) => 'ErrorCode' in answer).length;
      return { status: 200, headers: JSON_TYPE, body: JSON.stringify({ FailedEntryCount, Entries: answers }) };
    },
    refuse: ({ status, code, message = code }) => refusal(status, code, message),
  });
  return { ...server, events: () => [...events] };
}

const JSON_TYPE = { 'content-type': 'application/x-amz-json-1.1' };

function put({ Source, DetailType, Detail, EventBusName = 'default' }: Entry, events: BusEvent[]): object {
  const invalid = (message: string): object => ({ ErrorCode: 'InvalidArgument', ErrorMessage: message });
  if (EventBusName !== 'default') return { ErrorCode: 'ResourceNotFoundException', ErrorMessage: `There is no event bus ${EventBusName}.` };
  if (Source === undefined || DetailType === undefined || Detail === undefined) {
    return invalid('Parameter Source, DetailType or Detail is not valid. Reason: it is a required argument.');
  }
  try {
    events.push({ source: Source, detailType: DetailType, detail: JSON.parse(Detail) });
  } catch {
    return { ErrorCode: 'MalformedDetail', ErrorMessage: 'Detail is malformed.' };
  }
  return { EventId: `event-${events.length}` };
}

function refusal(status: number, code: string, message: string): EmulatorAnswer {
  return { status, headers: JSON_TYPE, body: JSON.stringify({ __type: code, message }) };
}
