import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { createDispatcher, type Dispatcher, type Ticket } from '../../../engine/runtime/supervisor/dispatcher.ts';

interface Task {
  readonly name: string;
  readonly code: string;
  readonly avoid?: readonly number[];
  readonly prefer?: readonly number[];
}

/** Lanes that note what they are told and do nothing by themselves. */
function lanes(options: { readonly lanes: number; readonly perLane?: number; readonly ahead: number; readonly up?: readonly number[] }) {
  const tickets = new Map<string, Ticket<Task>>();
  const sent: string[] = [];
  const asked: string[] = [];
  const dispatcher: Dispatcher<Task> = createDispatcher<Task>({
    lanes: options.lanes,
    perLane: options.perLane ?? 1,
    ahead: options.ahead,
    identityOf: (task) => task.code,
    avoids: ({ avoid }, lane) => avoid?.includes(lane) === true,
    prefers: ({ prefer }, lane) => prefer?.includes(lane) === true,
    isUp: (lane) => options.up?.includes(lane) ?? true,
    onAdded: (ticket) => tickets.set(ticket.task.name, ticket),
    send: (lane, ticket) => sent.push(`${ticket.task.name}@${lane}`),
    takeBack: (_, ticket) => asked.push(ticket.task.name),
  });
  const ticket = (name: string): Ticket<Task> => tickets.get(name) as Ticket<Task>;
  const add = (...names: string[]): void => {
    for (const name of names) dispatcher.add({ name, code: 'code' });
  };
  return { dispatcher, ticket, add, sent, asked };
}

describe('dispatcher', () => {
  test('spreads tasks over the lanes before it queues any behind another', () => {
    const { add, sent } = lanes({ lanes: 2, ahead: 1 });
    add('a', 'b', 'c', 'd', 'e');
    expect(sent).toEqual(['a@0', 'b@1', 'c@0', 'd@1']);
  });

  test('takes a lane that is up before one that has to be started', () => {
    const { add, sent } = lanes({ lanes: 3, ahead: 1, up: [2] });
    add('a', 'b');
    expect(sent).toEqual(['a@2', 'b@0']);
  });

  test('keeps code apart: a lane with tasks takes no other code, an empty one does', () => {
    const { dispatcher, ticket, sent } = lanes({ lanes: 2, ahead: 4 });
    dispatcher.add({ name: 'a', code: 'one' });
    dispatcher.add({ name: 'b', code: 'two' });
    dispatcher.add({ name: 'c', code: 'three' });
    dispatcher.add({ name: 'd', code: 'one' });
    expect(sent).toEqual(['a@0', 'b@1']);
    dispatcher.remove(ticket('b'));
    expect(sent).toEqual(['a@0', 'b@1', 'c@1', 'd@0']);
  });

  test('keeps a task off the lanes that it avoids, and lets others pass it', () => {
    const { dispatcher, ticket, add, sent, asked } = lanes({ lanes: 2, ahead: 0 });
    add('a', 'b');
    dispatcher.add({ name: 'c', code: 'code', avoid: [0] });
    add('d');
    dispatcher.remove(ticket('a'));
    expect(sent).toEqual(['a@0', 'b@1', 'd@0']);
    dispatcher.remove(ticket('b'));
    expect(sent).toEqual(['a@0', 'b@1', 'd@0', 'c@1']);
    expect(asked).toEqual([]);
  });

  test('does not ask back for an idle lane what avoids it', () => {
    const { dispatcher, add, ticket, sent, asked } = lanes({ lanes: 2, ahead: 1 });
    add('a');
    for (const name of ['b', 'c']) dispatcher.add({ name, code: 'code', avoid: [0] });
    dispatcher.started(ticket('b'));
    dispatcher.remove(ticket('a'));
    expect([sent, asked]).toEqual([['a@0', 'b@1', 'c@1'], []]);
  });

  test('runs a task that avoids every lane all the same', () => {
    const { dispatcher, sent } = lanes({ lanes: 2, ahead: 0 });
    dispatcher.add({ name: 'a', code: 'code', avoid: [0, 1] });
    expect(sent).toEqual(['a@0']);
  });

  test('an idle lane asks for what waits last behind a busy one, and gets it first', () => {
    const { dispatcher, ticket, add, sent, asked } = lanes({ lanes: 2, ahead: 2 });
    add('a', 'b', 'c', 'd', 'e', 'f');
    dispatcher.started(ticket('a'));
    for (const name of ['b', 'd']) dispatcher.remove(ticket(name));
    expect(asked).toEqual([]);
    dispatcher.remove(ticket('f'));
    expect(asked).toEqual(['e']);
    dispatcher.gaveBack(ticket('e'));
    expect(sent.at(-1)).toBe('e@1');
  });

  test('a task that started after all is not given back', () => {
    const { dispatcher, ticket, add, asked } = lanes({ lanes: 2, ahead: 2 });
    add('a', 'b', 'c');
    dispatcher.remove(ticket('b'));
    expect(asked).toEqual(['c']);
    dispatcher.started(ticket('c'));
    dispatcher.gaveBack(ticket('c'));
    expect(dispatcher.ticketsOf(0).map(({ task }) => task.name)).toEqual(['a', 'c']);
  });

  test('a lost lane’s tasks go elsewhere before all others, in their order; those that ended with it do not', () => {
    const { dispatcher, ticket, add, sent } = lanes({ lanes: 2, ahead: 2 });
    add('a', 'b', 'c', 'd', 'e', 'f', 'g', 'h');
    expect(sent).toEqual(['a@0', 'b@1', 'c@0', 'd@1', 'e@0', 'f@1']);
    dispatcher.laneLost(0, [ticket('a')]);
    expect(sent.slice(6)).toEqual(['c@0', 'e@0', 'g@0']);
    expect(dispatcher.size).toBe(7);
  });

  test('a removed ticket stays removed, whatever is said of it later', () => {
    const { dispatcher, ticket, add } = lanes({ lanes: 1, ahead: 0 });
    add('a');
    dispatcher.remove(ticket('a'));
    dispatcher.started(ticket('a'));
    dispatcher.gaveBack(ticket('a'));
    dispatcher.remove(ticket('a'));
    expect([dispatcher.size, ticket('a').state]).toEqual([0, 'over']);
  });

  test('whatever happens, every task is in one place, no lane has too many, and none waits while a lane has room', () => {
    const action = fc.record({ kind: fc.constantFrom('add', 'start', 'end', 'giveBack', 'lose'), pick: fc.nat(), lane: fc.nat(3) });
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 4 }),
        fc.integer({ min: 1, max: 3 }),
        fc.nat(3),
        fc.array(action, { maxLength: 200 }),
        (n, perLane, ahead, actions) => {
          const { dispatcher, ticket, add } = lanes({ lanes: n, perLane, ahead });
          const open = new Set<string>();
          let count = 0;
          for (const { kind, pick, lane } of actions) {
            const names = [...open].filter((name) => kind === 'add' || kind === 'lose' || ticket(name).lane !== null);
            const name = names[pick % Math.max(1, names.length)];
            if (kind === 'add') {
              open.add(`t${count}`);
              add(`t${count++}`);
            } else if (kind === 'lose') {
              const at = lane % n;
              const ended = dispatcher.ticketsOf(at).filter(({ state }) => state === 'started');
              for (const { task } of ended) open.delete(task.name);
              dispatcher.laneLost(at, ended);
            } else if (name !== undefined) {
              if (kind === 'start') dispatcher.started(ticket(name));
              else if (kind === 'giveBack') dispatcher.gaveBack(ticket(name));
              else if (open.delete(name)) dispatcher.remove(ticket(name));
            }
            const placed = Array.from({ length: n }, (_, i) => dispatcher.ticketsOf(i));
            const queued = [...open].filter((waiting) => ticket(waiting).lane === null);
            expect(
              placed
                .flat()
                .map(({ task }) => task.name)
                .toSorted(),
            ).toEqual([...open].filter((placedName) => ticket(placedName).lane !== null).toSorted());
            expect(Math.max(...placed.map(({ length }) => length))).toBeLessThanOrEqual(perLane * (1 + ahead));
            expect(queued.length === 0 || placed.every(({ length }) => length === perLane * (1 + ahead))).toBe(true);
            expect(dispatcher.size).toBe(open.size);
          }
        },
      ),
    );
  });
});

describe('preferences', () => {
  test('a task goes to the lane that it prefers while there is room, though another is idle', () => {
    const { dispatcher, sent } = lanes({ lanes: 2, ahead: 1 });
    for (const name of ['a', 'b', 'c']) dispatcher.add({ name, code: 'code', prefer: [1] });
    expect(sent).toEqual(['a@1', 'b@1', 'c@0']);
  });

  test('an idle lane does not take it away before it has waited long enough', () => {
    const { dispatcher, ticket, sent, asked } = lanes({ lanes: 2, ahead: 2 });
    for (const name of ['a', 'b', 'c']) dispatcher.add({ name, code: 'code', prefer: [1] });
    dispatcher.started(ticket('a'));
    expect([sent, asked]).toEqual([['a@1', 'b@1', 'c@1'], []]);
    dispatcher.relax(ticket('b'));
    expect(asked).toEqual(['b']);
    dispatcher.gaveBack(ticket('b'));
    expect(sent.at(-1)).toBe('b@0');
  });

  test('an idle lane takes what waits behind in a shorter lane when the longest has only what prefers it', () => {
    const { dispatcher, add, ticket, asked } = lanes({ lanes: 3, ahead: 3 });
    for (const name of ['a', 'b', 'c', 'd']) dispatcher.add({ name, code: 'code', prefer: [0] });
    add('e', 'f', 'g', 'h');
    expect(dispatcher.ticketsOf(1).map(({ task }) => task.name)).toEqual(['e', 'g']);
    dispatcher.remove(ticket('f'));
    expect(asked).toEqual([]);
    dispatcher.remove(ticket('h'));
    expect(asked).toEqual(['g']);
  });

  test('a task does not prefer a lane that it avoids', () => {
    const { dispatcher, sent } = lanes({ lanes: 2, ahead: 1 });
    dispatcher.add({ name: 'a', code: 'code', avoid: [1], prefer: [1] });
    expect(sent).toEqual(['a@0']);
  });
});
