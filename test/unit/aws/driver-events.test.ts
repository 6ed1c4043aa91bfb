import { fileURLToPath } from 'node:url';
import { afterEach, describe, expect, test } from 'vitest';
import { invokeEvent } from '../../../engine/adapters/aws/invoke-event.ts';
import { putEvent } from '../../../engine/adapters/aws/put-event.ts';
import { type EventBridgeEmulator, startEventBridgeEmulator } from '../../../testing/emulators/eventbridge-emulator.ts';
import { startInvokeEndpoint } from '../../../testing/invoke-endpoint/invoke-endpoint.ts';
import { apiError, startScriptedEndpoint } from '../../support/lambda/scripted-endpoint.ts';

const where = { region: 'us-east-1', credentials: { accessKeyId: 'test', secretAccessKey: 'test' } };
const closing: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const close of closing.splice(0)) await close();
});

describe('an event on the bus', () => {
  const event = { source: 'levin', detailType: 'Levin Application Ended', detail: { appId: 'app-1', cost: null } };

  async function bus(): Promise<EventBridgeEmulator> {
    const emulator = await startEventBridgeEmulator();
    closing.push(emulator.close);
    return emulator;
  }

  test('is put with source, type and detail; also when the service fails at first', async () => {
    const emulator = await bus();
    emulator.inject({ operation: 'PutEvents', fault: { kind: 'error', status: 500, code: 'InternalException' } });
    await putEvent(event, { ...where, endpoint: emulator.url });
    expect(emulator.events()).toEqual([event]);
    expect(emulator.calls()).toEqual({ PutEvents: 2 });
  });

  test('that the bus does not take is an error', async () => {
    const emulator = await bus();
    const detail = { toJSON: () => undefined };
    await expect(putEvent({ ...event, detail }, { ...where, endpoint: emulator.url })).rejects.toMatchObject({
      code: 'EVENT_REFUSED',
      message:
        'EventBridge did not take the event "Levin Application Ended" [InvalidArgument: Parameter Source, DetailType or Detail is not valid. Reason: it is a required argument.].',
    });
  });

  test('without the right to put it names the right', async () => {
    const emulator = await bus();
    const fault = { kind: 'error', status: 400, code: 'AccessDeniedException', message: 'no' } as const;
    emulator.inject({ operation: 'PutEvents', fault });
    await expect(putEvent(event, { ...where, endpoint: emulator.url })).rejects.toMatchObject({
      code: 'PERMISSION_DENIED',
      message: expect.stringContaining('Allow events:PutEvents on the default event bus.'),
    });
  });
});

describe('an asynchronous invocation', () => {
  test('is over when Lambda has the event', async () => {
    const invoked = Promise.withResolvers<string>();
    const endpoint = await startInvokeEndpoint({
      functions: [
        {
          name: 'behaving',
          folder: fileURLToPath(new URL('../../support/lambda/functions', import.meta.url)),
          handler: 'behaving.handler',
          memoryMb: 256,
          timeoutMs: 60_000,
          environment: () => ({}),
        },
      ],
      onInvoke: ({ event }) => invoked.resolve(event),
    });
    closing.push(endpoint.close);
    await invokeEvent('behaving', { do: 'wait' }, { ...where, endpoint: endpoint.url });
    expect(JSON.parse(await invoked.promise)).toEqual({ do: 'wait' });
  });

  test('without the right to make it names the right and the function', async () => {
    const endpoint = await startScriptedEndpoint(apiError(403, 'AccessDeniedException'));
    closing.push(endpoint.close);
    await expect(invokeEvent('levin-main-driver', {}, { ...where, endpoint: endpoint.url })).rejects.toMatchObject({
      code: 'PERMISSION_DENIED',
      message: expect.stringContaining('Allow lambda:InvokeFunction on the function levin-main-driver.'),
    });
  });
});
