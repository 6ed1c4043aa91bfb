/**
 * Places tasks on lanes. A lane is what runs tasks by itself and keeps a few more ahead, so that it never waits for the
 * next one: a worker thread of a supervisor, or an executor process of a driver.
 * ```
 *                 send                   started
 *   queued ───────────────▶ sent ──────────────────▶ started ──remove──▶
 *     ▲                      │ takeBack asked          (also from queued and sent)
 *     │       gaveBack       ▼
 *     └───────────────── returning ──started─────────▶ started
 * ```
 * Tasks leave the queue in the order they came. A lane without work takes back what waits behind a busy one.
 */
export interface Dispatcher<T> {
  add(task: T): void;
  started(ticket: Ticket<T>): void;
  /** The task is over, or is not wanted any more. */
  remove(ticket: Ticket<T>): void;
  /** The lane answered `takeBack`: the task has not started and will not. */
  gaveBack(ticket: Ticket<T>): void;
  /** The lane is gone. `ended` are over with it; its other tasks are queued again, before all others and in their order. */
  laneLost(lane: number, ended: readonly Ticket<T>[]): void;
  /** Tasks that were sent to the lane and are not over. */
  ticketsOf(lane: number): readonly Ticket<T>[];
  readonly size: number;
}

export interface Ticket<T> {
  readonly id: number;
  readonly task: T;
  /** null while it is queued. */
  readonly lane: number | null;
  readonly state: 'queued' | 'sent' | 'returning' | 'started' | 'over';
}

export interface DispatcherOptions<T> {
  readonly lanes: number;
  /** Tasks that a lane runs at once. */
  readonly perLane: number;
  /** Tasks kept ahead for each task that a lane runs. */
  readonly ahead: number;
  /** Tasks of different identity do not share a lane; an empty lane takes any. */
  readonly identityOf: (task: T) => string;
  /** A lane that is up is taken before one that would have to be started. */
  readonly isUp: (lane: number) => boolean;
  /** The task's ticket, before it is sent anywhere. */
  readonly onAdded: (ticket: Ticket<T>) => void;
  readonly send: (lane: number, ticket: Ticket<T>) => void;
  /** Ask for a task that has not started; answered by `gaveBack`, at once or later, or never when it started. */
  readonly takeBack: (lane: number, ticket: Ticket<T>) => void;
}

type Entry<T> = { -readonly [F in keyof Ticket<T>]: Ticket<T>[F] };

interface Lane<T> {
  readonly index: number;
  identity: string | null;
  readonly tickets: Set<Entry<T>>;
}

export function createDispatcher<T>(options: DispatcherOptions<T>): Dispatcher<T> {
  const { perLane, identityOf, isUp, send, takeBack } = options;
  const capacity = perLane * (1 + options.ahead);
  const lanes: readonly Lane<T>[] = Array.from({ length: options.lanes }, (_, index) => ({ index, identity: null, tickets: new Set() }));
  /** Insertion order is queue order; `front` holds what lost its lane and goes first. */
  const front: Entry<T>[] = [];
  const queue = new Set<Entry<T>>();
  const returning = new Set<Entry<T>>();
  let nextId = 0;
  let pumping = false;

  const laneFor = (identity: string): Lane<T> | null => {
    let best: Lane<T> | null = null;
    for (const lane of lanes) {
      const load = lane.tickets.size;
      if (load >= capacity || (load > 0 && lane.identity !== identity)) continue;
      if (best === null || load < best.tickets.size || (load === best.tickets.size && isUp(lane.index) && !isUp(best.index))) best = lane;
    }
    return best;
  };

  const pumpQueue = (): void => {
    for (;;) {
      const entry = front[0] ?? first(queue);
      if (entry === undefined) return;
      const lane = laneFor(identityOf(entry.task));
      if (lane === null) return;
      if (front[0] === entry) front.shift();
      else queue.delete(entry);
      entry.lane = lane.index;
      entry.state = 'sent';
      lane.identity = identityOf(entry.task);
      lane.tickets.add(entry);
      send(lane.index, entry);
    }
  };

  // As many tasks are asked back at once as there are places free, not more.
  const balance = (): void => {
    const free = lanes.reduce((sum, lane) => sum + Math.max(0, perLane - lane.tickets.size), 0);
    while (returning.size < free) {
      const entry = lastWaiting(mostLoaded(lanes), perLane);
      if (entry === null) return;
      entry.state = 'returning';
      returning.add(entry);
      takeBack(entry.lane as number, entry);
    }
  };

  // `send` and `takeBack` may call back at once: one pump at a time, and it looks again until nothing changes.
  let again = false;
  const pump = (): void => {
    again = true;
    if (pumping) return;
    pumping = true;
    while (again) {
      again = false;
      pumpQueue();
      if (front.length + queue.size === 0) balance();
    }
    pumping = false;
  };

  const detach = (entry: Entry<T>): void => {
    returning.delete(entry);
    if (entry.lane === null) {
      queue.delete(entry);
      const at = front.indexOf(entry);
      if (at >= 0) front.splice(at, 1);
    } else lanes[entry.lane]?.tickets.delete(entry);
    entry.lane = null;
  };

  return {
    add(task) {
      const entry: Entry<T> = { id: nextId++, task, lane: null, state: 'queued' };
      queue.add(entry);
      options.onAdded(entry);
      pump();
    },
    started(ticket) {
      const entry = ticket as Entry<T>;
      if (entry.state === 'over') return;
      returning.delete(entry);
      entry.state = 'started';
    },
    remove(ticket) {
      const entry = ticket as Entry<T>;
      detach(entry);
      entry.state = 'over';
      pump();
    },
    gaveBack(ticket) {
      const entry = ticket as Entry<T>;
      if (entry.state !== 'returning') return;
      detach(entry);
      entry.state = 'queued';
      front.push(entry);
      pump();
    },
    laneLost(index, ended) {
      const lane = lanes[index] as Lane<T>;
      for (const ticket of ended) {
        detach(ticket as Entry<T>);
        (ticket as Entry<T>).state = 'over';
      }
      const waiting = [...lane.tickets];
      lane.tickets.clear();
      lane.identity = null;
      for (const entry of waiting) {
        returning.delete(entry);
        entry.lane = null;
        entry.state = 'queued';
      }
      front.unshift(...waiting);
      pump();
    },
    ticketsOf: (lane) => [...(lanes[lane]?.tickets ?? [])],
    get size() {
      return front.length + queue.size + lanes.reduce((sum, lane) => sum + lane.tickets.size, 0);
    },
  };
}

function first<V>(set: ReadonlySet<V>): V | undefined {
  for (const value of set) return value;
  return undefined;
}

function mostLoaded<T>(lanes: readonly Lane<T>[]): Lane<T> {
  return lanes.reduce((a, b) => (b.tickets.size > a.tickets.size ? b : a));
}

/** The last task that waits behind running ones. */
function lastWaiting<T>(lane: Lane<T>, perLane: number): Entry<T> | null {
  if (lane.tickets.size <= perLane) return null;
  return [...lane.tickets].findLast((entry) => entry.state === 'sent') ?? null;
}
